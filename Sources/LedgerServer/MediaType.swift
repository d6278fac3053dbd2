/// A media type with its parameters (RFC 9110 §8.3.1), as in `Content-Type` and `Accept`.
struct MediaType: Sendable, Hashable {
  /// Type and subtype in lower case: `application/json`.
  var essence: String
  /// Names in lower case, values unquoted.
  var parameters: [String: String]

  init?(_ text: some StringProtocol) {
    var parts = splitUnquoted(text, at: ";").makeIterator()
    guard let essence = parts.next()?.lowercased() else { return nil }
    let halves = essence.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard halves.count == 2, halves.allSatisfy({ !$0.isEmpty && !$0.contains(UInt8(ascii: " ")) }) else { return nil }
    self.essence = essence
    parameters = [:]
    while let part = parts.next() {
      if part.isEmpty { continue }
      guard let equals = part.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
      parameters[part[..<equals].lowercased()] = unquoted(part[part.utf8.index(after: equals)...])
    }
  }

  static let structuredEvent = MediaType("application/cloudevents+json")

  /// Whether a `Content-Type` is NDJSON, without taking it apart: nearly every request says that it is something else.
  static func isLines(_ contentType: String) -> Bool {
    let lines: StaticString = "application/x-ndjson"
    var rest = contentType.utf8[...]
    for place in 0..<lines.utf8CodeUnitCount {
      let wanted = lines.utf8Start[place]
      guard let byte = rest.popFirst(), byte == wanted || wanted >= 0x61 && byte | 0x20 == wanted else {
        return false
      }
    }
    return rest.first.map { $0 == UInt8(ascii: ";") || isBlank($0) } ?? true
  }

  /// `application/json` and every type with the suffix `+json` (RFC 6839 §3.1).
  var isJSON: Bool { essence == "application/json" || essence.hasSuffix("+json") }

  /// Whether the text is UTF-8, which is so where nothing else is said.
  var isUTF8: Bool {
    guard let charset = parameters["charset"]?.lowercased() else { return true }
    return charset == "utf-8" || charset == "utf8" || charset == "us-ascii"
  }
}

extension MediaType {
  /// Whether an `Accept` header asks for server-sent events rather than NDJSON: it names `text/event-stream`, and does
  /// not name `application/x-ndjson` with the same weight or more (RFC 9110 §12.5.1).
  static func prefersEventStream(accept: String?) -> Bool {
    guard let accept else { return false }
    var eventStream = 0.0
    var lines = 0.0
    for range in splitUnquoted(accept, at: ",") {
      guard let type = MediaType(range) else { continue }
      let weight = type.parameters["q"].flatMap(Double.init) ?? 1
      switch type.essence {
      case "text/event-stream": eventStream = max(eventStream, weight)
      case "application/x-ndjson": lines = max(lines, weight)
      default: continue
      }
    }
    return eventStream > lines
  }
}

/// The text of a header value that may be a quoted-string (RFC 9110 §5.6.4).
func unquoted(_ text: some StringProtocol) -> String {
  guard text.utf8.count >= 2, text.first == "\"", text.last == "\"" else { return String(text) }
  var plain = ""
  var escaped = false
  for character in text.dropFirst().dropLast() {
    if character == "\\", !escaped {
      escaped = true
    } else {
      plain.append(character)
      escaped = false
    }
  }
  return plain
}

/// The parts of a header value between separators that stand outside quoted-strings, without surrounding white space.
func splitUnquoted(_ text: some StringProtocol, at separator: Unicode.Scalar) -> [Substring] {
  let text = Substring(text)
  let separator = UInt8(ascii: separator)
  var parts: [Substring] = []
  var start = text.startIndex
  var quoted = false
  var escaped = false
  let bytes = text.utf8
  func endPart(at end: Substring.Index) {
    var part = text[start..<end]
    while let first = part.utf8.first, isBlank(first) { part = part[part.utf8.index(after: part.startIndex)...] }
    while let last = part.utf8.last, isBlank(last) { part = part[..<part.utf8.index(before: part.endIndex)] }
    parts.append(part)
  }
  // What means something here is ASCII, and in UTF-8 no byte of another letter is.
  for place in bytes.indices {
    let byte = bytes[place]
    if byte == separator, !quoted {
      endPart(at: place)
      start = bytes.index(after: place)
    } else if escaped {
      escaped = false
    } else if byte == UInt8(ascii: "\\"), quoted {
      escaped = true
    } else if byte == UInt8(ascii: "\"") {
      quoted.toggle()
    }
  }
  endPart(at: text.endIndex)
  return parts
}

/// White space inside a header value (RFC 9110 §5.6.3).
private func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
