import LogFormat

/// The parameters of a request's query, each known and each readable.
struct Query: Sendable {
  private var parameters: [(name: String, value: String)] = []

  /// - Parameters:
  ///   - text: what follows the question mark, if there is one.
  ///   - names: the parameters the call knows; any other is refused, so that a misspelt filter is never ignored.
  ///   - repeatable: those among them that may be given more than once.
  init(_ text: (some StringProtocol)?, names: [String], repeatable: Set<String> = []) throws(Problem) {
    guard let text else { return }
    for part in text.split(separator: "&") {
      let equals = part.firstIndex(of: "=")
      let rawName = part[..<(equals ?? part.endIndex)]
      let rawValue = equals.map { part[part.index(after: $0)...] } ?? ""
      guard let name = percentDecoded(rawName), names.contains(name) else {
        let known = names.isEmpty ? "no parameters" : names.joined(separator: ", ")
        throw .malformed(Query.pointer(String(rawName)), "unknown parameter; this call knows \(known)")
      }
      guard let value = percentDecoded(rawValue) else {
        throw .malformed(Query.pointer(name), "expected percent-encoded UTF-8 (RFC 3986 §2.1)")
      }
      if !repeatable.contains(name), self[name] != nil { throw .malformed(Query.pointer(name), "given twice") }
      parameters.append((name, value))
    }
  }

  subscript(_ name: String) -> String? {
    parameters.first { $0.name == name }?.value
  }

  func all(_ name: String) -> [String] {
    parameters.filter { $0.name == name }.map(\.value)
  }

  /// A parameter that must not be empty where it is given.
  func text(_ name: String) throws(Problem) -> String? {
    guard let value = self[name] else { return nil }
    guard !value.isEmpty else { throw .malformed(Query.pointer(name), "expected a value") }
    // What is recorded is shown to people, line by line.
    guard !value.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
      throw .malformed(Query.pointer(name), "expected text without control characters")
    }
    return value
  }

  /// A sequence, with or without leading zeros.
  func sequence(_ name: String) throws(Problem) -> UInt64? {
    guard let value = self[name] else { return nil }
    guard let sequence = Query.sequence(value) else {
      throw .malformed(Query.pointer(name), "expected a sequence, a whole number from 0")
    }
    return sequence
  }

  /// A switch: on where it stands alone or is `true` or `1`.
  func flag(_ name: String) throws(Problem) -> Bool {
    switch self[name] {
    case nil, "false", "0": return false
    case "", "true", "1": return true
    default: throw .malformed(Query.pointer(name), "expected true or false")
    }
  }

  /// Digits only: no sign, no white space.
  static func sequence(_ text: some StringProtocol) -> UInt64? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return UInt64(text)
  }

  static func pointer(_ name: String) -> String { "/" + JSONText.pointerToken(name) }
}
