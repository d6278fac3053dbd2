import LogFormat

/// Makes a ``Schema`` and its ``FieldMarks`` of the JSON in `pack.json`.
struct SchemaCompiler {
  /// A schema made ready.
  struct Compiled {
    var schema: Schema
    var marks: FieldMarks?
  }

  /// One value on the way from the data to the value that a schema is about.
  struct Frame {
    enum Step {
      case data
      case member(String)
      case otherMember
      case element
    }

    var step: Step
    /// Members that the schemas of this value declare under `properties`.
    var declared: [String]
  }

  /// Where a schema stands.
  struct Scope {
    /// JSON Pointer of the schema in `pack.json`.
    var pointer: String
    var isRoot: Bool
    /// From the data to the value the schema is about.
    var frames: [Frame]
    /// The nearest `x-person` around.
    var person: FieldMarks.Reference?
    /// `not` or `if`, where the schema stands under one: marks mean nothing there.
    var test: String?

    func keyword(_ names: String...) -> Scope {
      var scope = self
      scope.isRoot = false
      for name in names { scope.pointer += "/" + JSONText.pointerToken(name) }
      return scope
    }

    func entering(_ frame: Frame) -> Scope {
      var scope = self
      scope.frames.append(frame)
      return scope
    }
  }

  private static let dialect = "https://json-schema.org/draft/2020-12/schema"

  /// - Parameter pointer: of `json` in `pack.json`.
  static func compile(_ json: JSONValue, at pointer: String) throws(SchemaError) -> Compiled {
    let root = Frame(step: .data, declared: declaredNames(in: json))
    return try SchemaCompiler(scope: Scope(pointer: pointer, isRoot: true, frames: [root])).compile(json)
  }

  private(set) var scope: Scope
  private var rules = Schema.Rules()
  var marks = FieldMarks.Content()
  /// Whether a keyword that asks for something was met.
  private var asserts = false

  private init(scope: Scope) {
    self.scope = scope
  }

  private consuming func compile(_ json: JSONValue) throws(SchemaError) -> Compiled {
    switch json.kind {
    case .bool:
      rules.isImpossible = json.bool == false
      return Compiled(schema: Schema(rules, source: json, acceptsEverything: json.bool == true))
    case .object: break
    default: throw SchemaError(scope.pointer, "expected a schema: an object, true or false; found \(json.excerpt)")
    }
    if let person = json["x-person"] { scope.person = try personReference(person, in: json) }
    for member in json.members { try read(member.name, member.value, in: json) }
    try readCondition(of: json)
    return Compiled(
      schema: Schema(rules, source: json, acceptsEverything: !asserts),
      marks: FieldMarks(marks))
  }

  // MARK: Keywords

  static let keywords = [
    "type", "properties", "required", "additionalProperties", "enum", "const", "items", "minimum", "maximum",
    "minLength", "maxLength", "pattern", "format", "if", "then", "else", "not", "allOf", "anyOf", "dependentRequired",
    "title", "description", "x-personal", "x-person", "x-not-before",
  ]

  private mutating func read(_ keyword: String, _ value: JSONValue, in json: JSONValue) throws(SchemaError) {
    let place = scope.keyword(keyword)
    switch keyword {
    case "title", "description":
      _ = try string(value, at: place.pointer)
      return
    case "$schema" where scope.isRoot:
      guard let name = value.string, name == SchemaCompiler.dialect || name == SchemaCompiler.dialect + "#" else {
        throw SchemaError(place.pointer, "expected \"\(SchemaCompiler.dialect)\", found \(value.excerpt)")
      }
      return
    case "x-person":
      return
    case "x-personal":
      try readPersonal(value, at: place.pointer)
      return
    case "x-not-before":
      marks.notBefore = try reference(value, at: place.pointer, fromSelf: false)
      return
    case "type": rules.types = try types(value, at: place.pointer)
    case "const": rules.constant = try constant(value, at: place.pointer)
    case "enum": rules.enumeration = try constants(value, at: place.pointer)
    case "minimum": rules.minimum = try limit(value, at: place.pointer)
    case "maximum": rules.maximum = try limit(value, at: place.pointer)
    case "minLength": rules.minimumLength = try length(value, at: place.pointer)
    case "maxLength": rules.maximumLength = try length(value, at: place.pointer)
    case "pattern":
      let text = try string(value, at: place.pointer)
      do throws(PatternError) {
        rules.pattern = try Pattern(text)
      } catch {
        throw SchemaError(place.pointer, error.detail)
      }
    case "format": rules.format = try format(value, at: place.pointer)
    case "required": rules.required = try names(value, at: place.pointer)
    case "dependentRequired": try readDependentRequired(value, place)
    case "properties": try readProperties(value, place)
    case "additionalProperties": try readAdditionalProperties(value, place, in: json)
    case "items": try readItems(value, place)
    case "not":
      var tested = place
      tested.test = "not"
      rules.not = try SchemaCompiler(scope: tested).compile(value).schema
    case "allOf":
      for branch in try branches(value, place) {
        rules.allOf.append(branch.schema)
        if let marks = branch.marks { self.marks.allOf.append(marks) }
      }
    case "anyOf":
      for branch in try branches(value, place) {
        rules.anyOf.append(branch.schema)
        if let marks = branch.marks { self.marks.anyOf.append((branch.schema, marks)) }
      }
    case "if", "then", "else": return
    default:
      let allowed = SchemaCompiler.keywords.joined(separator: ", ")
      throw SchemaError(place.pointer, "unknown keyword \"\(keyword)\"; allowed are \(allowed)")
    }
    asserts = true
  }

  /// `if`, `then` and `else` are read together; without `if` the other two mean nothing (2020-12 Core §10.2.2).
  private mutating func readCondition(of json: JSONValue) throws(SchemaError) {
    func branch(_ keyword: String, test: String?) throws(SchemaError) -> Compiled? {
      guard let value = json[keyword] else { return nil }
      var place = scope.keyword(keyword)
      place.test = test ?? place.test
      return try SchemaCompiler(scope: place).compile(value)
    }
    let test = try branch("if", test: "if")
    let then = try branch("then", test: nil)
    let otherwise = try branch("else", test: nil)
    guard let test, then != nil || otherwise != nil else { return }
    asserts = true
    rules.condition = Schema.Condition(test: test.schema, then: then?.schema, otherwise: otherwise?.schema)
    if then?.marks != nil || otherwise?.marks != nil {
      marks.condition = (test.schema, then?.marks, otherwise?.marks)
    }
  }

  private mutating func readProperties(_ value: JSONValue, _ place: Scope) throws(SchemaError) {
    guard value.kind == .object else { throw expected("an object of schemas", value, place.pointer) }
    for member in value.members {
      let frame = Frame(
        step: .member(member.name), declared: SchemaCompiler.declaredNames(in: member.value))
      let compiled = try SchemaCompiler(scope: place.keyword(member.name).entering(frame)).compile(member.value)
      rules.properties.append((member.name, compiled.schema))
      if let marks = compiled.marks { self.marks.properties.append((member.name, marks)) }
    }
  }

  private mutating func readAdditionalProperties(
    _ value: JSONValue, _ place: Scope, in json: JSONValue
  ) throws(SchemaError) {
    let frame = Frame(step: .otherMember, declared: SchemaCompiler.declaredNames(in: value))
    let compiled = try SchemaCompiler(scope: place.entering(frame)).compile(value)
    rules.additionalProperties = compiled.schema
    if let marks = compiled.marks {
      self.marks.additional = (marks, json["properties"].map { $0.members.map(\.name) } ?? [])
    }
  }

  private mutating func readItems(_ value: JSONValue, _ place: Scope) throws(SchemaError) {
    let frame = Frame(step: .element, declared: SchemaCompiler.declaredNames(in: value))
    let compiled = try SchemaCompiler(scope: place.entering(frame)).compile(value)
    rules.items = compiled.schema
    marks.items = compiled.marks
  }

  private mutating func readDependentRequired(_ value: JSONValue, _ place: Scope) throws(SchemaError) {
    guard value.kind == .object else { throw expected("an object of arrays of names", value, place.pointer) }
    for member in value.members {
      rules.dependentRequired.append((member.name, try names(member.value, at: place.keyword(member.name).pointer)))
    }
  }

  private func branches(_ value: JSONValue, _ place: Scope) throws(SchemaError) -> [Compiled] {
    guard value.kind == .array, value.count > 0 else {
      throw expected("one schema or more in an array", value, place.pointer)
    }
    var branches: [Compiled] = []
    for (index, element) in value.elements.enumerated() {
      branches.append(try SchemaCompiler(scope: place.keyword("\(index)")).compile(element))
    }
    return branches
  }
}
