import LogFormat

/// The values that keywords take, read strictly.
extension SchemaCompiler {
  func string(_ value: JSONValue, at pointer: String) throws(SchemaError) -> String {
    guard let string = value.string else { throw expected("a string", value, pointer) }
    return string
  }

  func types(_ value: JSONValue, at pointer: String) throws(SchemaError) -> TypeSet {
    let named = value.kind == .array ? Array(value.elements) : [value]
    var types: TypeSet = []
    for name in named {
      guard let type = TypeSet.named.first(where: { $0.name == name.string })?.type else {
        let allowed = TypeSet.named.map(\.name).joined(separator: ", ")
        throw expected("one of \(allowed), or an array of them", value, pointer)
      }
      types.insert(type)
    }
    guard !named.isEmpty else { throw expected("one type or more", value, pointer) }
    return types
  }

  func constants(_ value: JSONValue, at pointer: String) throws(SchemaError) -> [JSONValue] {
    guard value.kind == .array, value.count > 0 else { throw expected("one value or more in an array", value, pointer) }
    var constants: [JSONValue] = []
    for element in value.elements { constants.append(try constant(element, at: pointer)) }
    return constants
  }

  func constant(_ value: JSONValue, at pointer: String) throws(SchemaError) -> JSONValue {
    switch value.kind {
    case .number: _ = try limit(value, at: pointer)
    case .array: for element in value.elements { _ = try constant(element, at: pointer) }
    case .object: for member in value.members { _ = try constant(member.value, at: pointer) }
    case .null, .bool, .string: break
    }
    return value
  }

  func limit(_ value: JSONValue, at pointer: String) throws(SchemaError) -> NumberLimit {
    guard value.kind == .number else { throw expected("a number", value, pointer) }
    guard abs(DecimalNumber(value.text).exponent) <= 1000 else {
      throw expected("a number with an exponent within ±1000", value, pointer)
    }
    return NumberLimit(value)
  }

  /// A length is a whole number, however it is written (2020-12 Validation §6.3).
  func length(_ value: JSONValue, at pointer: String) throws(SchemaError) -> Int {
    if value.kind == .number, value.withView({ $0.isWhole && $0.isInteroperable }), let double = Double(value.excerpt),
      double >= 0
    {
      return Int(double)
    }
    throw expected("a whole number from 0", value, pointer)
  }

  func format(_ value: JSONValue, at pointer: String) throws(SchemaError) -> StringFormat {
    guard let format = value.string.flatMap(StringFormat.init) else {
      throw expected("one of \(StringFormat.allCases.map(\.rawValue).joined(separator: ", "))", value, pointer)
    }
    return format
  }

  func names(_ value: JSONValue, at pointer: String) throws(SchemaError) -> [String] {
    guard value.kind == .array else { throw expected("an array of names", value, pointer) }
    var names: [String] = []
    for element in value.elements {
      guard let name = element.string else { throw expected("an array of names", value, pointer) }
      guard !names.contains(where: { $0.utf8.elementsEqual(name.utf8) }) else {
        throw SchemaError(pointer, "\"\(name)\" stands twice")
      }
      names.append(name)
    }
    return names
  }

  func expected(_ what: String, _ found: JSONValue, _ pointer: String) -> SchemaError {
    SchemaError(pointer, "expected \(what), found \(found.excerpt)")
  }
}
