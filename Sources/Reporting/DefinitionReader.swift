import LogFormat

/// Reads a JSON file of a pack; its errors name pack, file and pointer.
struct DefinitionReader {
  let pack: String
  let file: String

  func document(_ bytes: [UInt8]) throws(ReportingError) -> JSONValue {
    do {
      return try JSONDocument(bytes).root
    } catch {
      throw self.error(error.pointer, error.description)
    }
  }

  /// Refuses anything but an object, and members of other names: a typing error must not pass in silence.
  func check(_ value: JSONValue, _ pointer: String, members: Set<String>) throws(ReportingError) {
    guard value.kind == .object else { throw error(pointer, "expected an object") }
    for member in value.members where !members.contains(member.name) {
      throw error(
        pointer + "/" + JSONText.pointerToken(member.name),
        "unknown; known here: \(members.sorted().joined(separator: ", "))")
    }
  }

  func string(_ object: JSONValue, _ pointer: String, _ name: String) throws(ReportingError) -> String {
    guard let text = object[name]?.string, !text.isEmpty else {
      throw error(pointer + "/" + name, "expected a non-empty string")
    }
    return text
  }

  func strings(_ object: JSONValue, _ pointer: String, _ name: String) throws(ReportingError) -> [String] {
    var strings: [String] = []
    for (pointer, element) in try array(object, pointer, name) {
      guard let text = element.string, !text.isEmpty else { throw error(pointer, "expected a non-empty string") }
      strings.append(text)
    }
    return strings
  }

  func boolean(_ object: JSONValue, _ pointer: String, _ name: String) throws(ReportingError) -> Bool {
    guard let value = object[name]?.bool else { throw error(pointer + "/" + name, "expected true or false") }
    return value
  }

  func array(
    _ object: JSONValue, _ pointer: String, _ name: String
  ) throws(ReportingError) -> [(pointer: String, value: JSONValue)] {
    guard let array = object[name], array.kind == .array else {
      throw error(pointer + "/" + name, "expected an array")
    }
    return array.elements.enumerated().map { ("\(pointer)/\(name)/\($0.offset)", $0.element) }
  }

  func error(_ pointer: String, _ detail: String) -> ReportingError {
    .definition(pack: pack, file: file, place: pointer, detail: detail)
  }
}
