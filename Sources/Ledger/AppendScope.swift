import LogFormat

/// Which events a principal may append: by their type, and by the `source` they claim to come from.
public struct AppendScope: Sendable, Hashable {
  /// An event type, or with `*` at its end all that begin so.
  public struct TypePattern: Sendable, Hashable {
    private let text: String
    private let isPrefix: Bool

    /// Nil for the empty text, and where `*` stands anywhere but at the end.
    public init?(_ text: String) {
      let stem = text.hasSuffix("*") ? text.dropLast() : text[...]
      guard !text.isEmpty, !stem.contains("*") else { return nil }
      self.text = String(stem)
      isPrefix = stem.count < text.count
    }

    func matches(_ type: UnsafeRawBufferPointer) -> Bool {
      isPrefix ? type.hasExactPrefix(text) : type.isExactly(text)
    }
  }

  /// Nil: every type.
  private let types: [TypePattern]?
  /// What a `source` may begin with; nil: any.
  private let sources: [String]?

  public static let everything = AppendScope(types: nil, sources: nil)

  public init(types: [TypePattern]?, sources: [String]?) {
    self.types = types
    self.sources = sources
  }

  /// - Parameter type: UTF-8, as in ``contains(source:)``.
  func contains(type: UnsafeRawBufferPointer) -> Bool {
    types?.contains { $0.matches(type) } ?? true
  }

  func contains(source: UnsafeRawBufferPointer) -> Bool {
    sources?.contains { source.hasExactPrefix($0) } ?? true
  }
}
