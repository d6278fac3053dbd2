import LogFormat

/// The members of an object in a JSON file of a pack, none of them unknown: a typing error must not pass in silence.
struct ObjectMembers {
  let json: JSONValue
  /// JSON Pointer (RFC 6901) of the object.
  let pointer: String

  init(_ json: JSONValue, at pointer: String, what: String, allowed: [String]) throws(SchemaError) {
    try self.init(json, at: pointer, what: what)
    for member in json.members where !allowed.contains(member.name) {
      throw SchemaError(
        self.pointer(to: member.name),
        "unknown member \"\(member.name)\" of the \(what); allowed are \(allowed.joined(separator: ", "))")
    }
  }

  /// An object whose members have names of the author's choice.
  init(_ json: JSONValue, at pointer: String, what: String) throws(SchemaError) {
    guard json.kind == .object else {
      throw SchemaError(pointer, "expected an object that describes the \(what), found \(json.excerpt)")
    }
    self.json = json
    self.pointer = pointer
  }

  func pointer(to name: String) -> String { pointer + "/" + JSONText.pointerToken(name) }

  var all: [(name: String, value: JSONValue, pointer: String)] {
    json.members.map { ($0.name, $0.value, pointer(to: $0.name)) }
  }

  /// Nil where the member is absent.
  func string(_ name: String) throws(SchemaError) -> String? {
    guard let value = json[name] else { return nil }
    return try ObjectMembers.string(value, at: pointer(to: name))
  }

  func requiredString(_ name: String) throws(SchemaError) -> String {
    guard let text = try string(name) else {
      throw SchemaError(pointer(to: name), "is missing; expected a string that is not empty")
    }
    return text
  }

  /// False where the member is absent.
  func bool(_ name: String) throws(SchemaError) -> Bool {
    guard let value = json[name] else { return false }
    guard let bool = value.bool else {
      throw SchemaError(pointer(to: name), "expected true or false, found \(value.excerpt)")
    }
    return bool
  }

  /// Empty where the member is absent.
  func array(_ name: String) throws(SchemaError) -> [(value: JSONValue, pointer: String)] {
    guard let value = json[name] else { return [] }
    guard value.kind == .array else {
      throw SchemaError(pointer(to: name), "expected an array, found \(value.excerpt)")
    }
    return value.elements.enumerated().map { ($0.element, "\(pointer(to: name))/\($0.offset)") }
  }

  /// Empty where the member is absent.
  func strings(_ name: String) throws(SchemaError) -> [String] {
    var strings: [String] = []
    for (value, pointer) in try array(name) { strings.append(try ObjectMembers.string(value, at: pointer)) }
    return strings
  }

  private static func string(_ value: JSONValue, at pointer: String) throws(SchemaError) -> String {
    guard let string = value.string, !string.isEmpty else {
      throw SchemaError(pointer, "expected a string that is not empty, found \(value.excerpt)")
    }
    return string
  }
}
