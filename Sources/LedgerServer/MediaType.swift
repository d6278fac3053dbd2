/// A media type with its parameters (RFC 9110 §8.3.1), as in `Content-Type` and `Accept`.
struct MediaType: Sendable, Hashable {
  /// Type and subtype in lower case: `application/json`.
  var essence: String
  /// Names in lower case, values unquoted.
  var parameters: [String: String]

  init?(_ text: some StringProtocol) {
    var parts = splitUnquoted(text, at: ";").makeIterator()
    guard let essence = parts.next()?.lowercased() else { return nil }
    let halves = essence.split(separator: "/", omittingEmptySubsequences: false)
    guard halves.count == 2, halves.allSatisfy({ !$0.isEmpty && !$0.contains(" ") }) else { return nil }
    self.essence = essence
    parameters = [:]
    while let part = parts.next() {
      if part.isEmpty { continue }
      guard let equals = part.firstIndex(of: "=") else { return nil }
      parameters[part[..<equals].lowercased()] = unquoted(part[part.index(after: equals)...])
    }
  }

  static let structuredEvent = MediaType("application/cloudevents+json")

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
func splitUnquoted(_ text: some StringProtocol, at separator: Character) -> [String] {
  var parts: [String] = [""]
  var quoted = false
  var escaped = false
  for character in text {
    if character == separator, !quoted {
      parts.append("")
      continue
    }
    parts[parts.count - 1].append(character)
    if escaped {
      escaped = false
    } else if character == "\\", quoted {
      escaped = true
    } else if character == "\"" {
      quoted.toggle()
    }
  }
  return parts.map { part in
    let start = part.drop { $0 == " " || $0 == "\t" }
    let end = start.lastIndex { $0 != " " && $0 != "\t" }
    return end.map { String(start[...$0]) } ?? ""
  }
}
