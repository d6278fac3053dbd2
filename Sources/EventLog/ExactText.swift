import LogFormat

/// A text that is the same as another only byte for byte.
///
/// Swift's `String` takes the composed and the decomposed form of a letter for one. A subject is what its bytes are: in
/// the log, in the file of the index, and so in memory too.
struct ExactText: Sendable, Hashable {
  let text: String

  init(_ text: String) {
    self.text = text
  }

  static func == (left: ExactText, right: ExactText) -> Bool { left.text.isExactly(right.text) }

  func hash(into hasher: inout Hasher) {
    var copy = text
    copy.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}
