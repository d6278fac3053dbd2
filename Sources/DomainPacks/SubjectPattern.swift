/// Which subjects a pack speaks of, e.g. `vertrag/{nr}`.
///
/// `{nr}`, `{id}` and `{periode}` stand for one or more of `A-Z a-z 0-9 . _ -`; `{az}` also for `/`, since file numbers
/// hold slashes. Everything else stands for itself, and the whole subject must fit.
struct SubjectPattern: Sendable {
  private enum Part: Sendable {
    case literal([UInt8])
    case placeholder(slash: Bool)
  }

  static let placeholders = ["nr", "id", "periode", "az"]

  let text: String
  private let parts: [Part]

  /// - Throws: in words, what is wrong with the pattern.
  init(_ text: String) throws(PatternError) {
    self.text = text
    guard !text.isEmpty else { throw PatternError("expected a subject pattern such as \"vertrag/{nr}\", found \"\"") }
    var parts: [Part] = []
    var literal: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "{"):
        let name = String(decoding: rest.prefix { $0 != UInt8(ascii: "}") }, as: UTF8.self)
        guard SubjectPattern.placeholders.contains(name), rest.count > name.utf8.count else {
          let allowed = SubjectPattern.placeholders.map { "{\($0)}" }.joined(separator: ", ")
          throw PatternError("unknown placeholder {\(name)}; allowed are \(allowed)")
        }
        rest = rest.dropFirst(name.utf8.count + 1)
        if !literal.isEmpty { parts.append(.literal(literal)) }
        literal = []
        parts.append(.placeholder(slash: name == "az"))
      case UInt8(ascii: "}"):
        throw PatternError("\"}\" without \"{\" in the subject pattern \"\(text)\"")
      default:
        literal.append(byte)
      }
    }
    if !literal.isEmpty { parts.append(.literal(literal)) }
    self.parts = parts
  }

  func matches(_ subject: String) -> Bool {
    var subject = subject
    return subject.withUTF8 { bytes in
      matches(bytes, from: 0, part: 0)
    }
  }

  private func matches(_ subject: UnsafeBufferPointer<UInt8>, from start: Int, part: Int) -> Bool {
    guard part < parts.count else { return start == subject.count }
    switch parts[part] {
    case .literal(let literal):
      return subject[start...].starts(with: literal)
        && matches(subject, from: start + literal.count, part: part + 1)
    case .placeholder(let slash):
      var end = start
      while end < subject.count, SubjectPattern.isNameByte(subject[end]) || slash && subject[end] == UInt8(ascii: "/") {
        end += 1
      }
      // The longest stretch first, as in a regular expression; it gives back what the next part needs.
      while end > start {
        if matches(subject, from: end, part: part + 1) { return true }
        end -= 1
      }
      return false
    }
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}

/// What is wrong with a pattern of a pack, in words.
struct PatternError: Error, Hashable {
  let detail: String

  init(_ detail: String) {
    self.detail = detail
  }
}
