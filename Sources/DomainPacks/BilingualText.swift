/// A sentence for people: English where programs talk, German for those who answer forms and import registers.
public struct BilingualText: Error, Sendable, Hashable {
  public var en: String
  public var de: String

  public init(en: String, de: String) {
    self.en = en
    self.de = de
  }

  /// The same in both, where only one is known.
  init(_ text: String) { self.init(en: text, de: text) }
}
