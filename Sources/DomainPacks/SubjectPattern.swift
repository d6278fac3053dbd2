import LogFormat

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

  /// Takes time in proportion to the subject's length for each part, whatever the pattern: packs and senders are foreign.
  func matches(_ subject: String) -> Bool {
    subject.withBytes { matches($0) }
  }

  /// - Parameter subject: UTF-8.
  func matches(_ subject: UnsafeRawBufferPointer) -> Bool {
    matchesInOrder(subject) ?? matchesAnywhere(subject)
  }

  /// Most patterns are literals with a placeholder at the end, where there is nothing to try.
  ///
  /// - Returns: nil for a pattern of another form.
  private func matchesInOrder(_ bytes: UnsafeRawBufferPointer) -> Bool? {
    var rest = bytes
    for number in parts.indices {
      switch parts[number] {
      case .literal(let literal):
        guard rest.count >= literal.count, literal.withUnsafeBytes({ rest.hasSameBytes(as: $0) }) else { return false }
        rest = UnsafeRawBufferPointer(rebasing: rest[literal.count...])
      case .placeholder(let slash):
        guard number == parts.count - 1 else { return nil }
        return !rest.isEmpty
          && rest.allSatisfy { SubjectPattern.isNameByte($0) || slash && $0 == UInt8(ascii: "/") }
      }
    }
    return rest.isEmpty
  }

  private func matchesAnywhere(_ bytes: UnsafeRawBufferPointer) -> Bool {
    // The places up to which the parts so far can reach.
    var reached = [Bool](repeating: false, count: bytes.count + 1)
    reached[0] = true
    for part in parts {
      var next = [Bool](repeating: false, count: reached.count)
      switch part {
      case .literal(let literal):
        for place in reached.indices where reached[place] && bytes[place...].starts(with: literal) {
          next[place + literal.count] = true
        }
      case .placeholder(let slash):
        for place in bytes.indices where reached[place] || next[place] {
          next[place + 1] = SubjectPattern.isNameByte(bytes[place]) || slash && bytes[place] == UInt8(ascii: "/")
        }
      }
      reached = next
    }
    return reached[bytes.count]
  }

  static func isNameByte(_ byte: UInt8) -> Bool {
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
