import LogFormat

/// A JSON Schema (the subset of 2020-12 that packs may use), compiled once when its pack is loaded.
final class Schema: Sendable {
  /// The keywords, each with its value made ready. A keyword that is absent asks for nothing.
  struct Rules: Sendable {
    /// The schema `false`, which nothing fits.
    var isImpossible = false
    var types: TypeSet?
    var constant: JSONValue?
    var enumeration: [JSONValue]?
    var minimum: NumberLimit?
    var maximum: NumberLimit?
    var minimumLength: Int?
    var maximumLength: Int?
    var pattern: Pattern?
    var format: StringFormat?
    var items: Schema?
    var properties: [(name: String, schema: Schema)] = []
    var additionalProperties: Schema?
    var required: [String] = []
    var dependentRequired: [(name: String, required: [String])] = []
    var condition: Condition?
    var not: Schema?
    var allOf: [Schema] = []
    var anyOf: [Schema] = []
  }

  struct Condition: Sendable {
    var test: Schema
    var then: Schema?
    var otherwise: Schema?
  }

  let rules: Rules
  /// As the pack writes it.
  let source: JSONValue
  /// Whether every value fits, so that no value need be looked at.
  let acceptsEverything: Bool

  /// Of which types every value fits: there is nothing to look at.
  let fitting: TypeSet

  /// Which of the keywords that few schemas have are there: asking ``rules`` for each costs more.
  let rare: RareKeywords

  /// Of ``Rules/properties``, in their order, then those of ``Rules/required`` that are none of them.
  let names: MemberNames
  /// The schemas of ``Rules/properties``, which ``rules`` holds: looked at without counting another holder each time.
  let propertySchemas: [Unmanaged<Schema>]
  /// For each of the required its place in ``names``.
  let required: [Int]

  init(_ rules: Rules, source: JSONValue, acceptsEverything: Bool) {
    let properties = rules.properties.map(\.name)
    func isSame(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }
    let names = properties + rules.required.filter { name in !properties.contains { isSame($0, name) } }
    self.names = MemberNames(names)
    required = rules.required.compactMap { name in names.firstIndex { isSame($0, name) } }
    propertySchemas = rules.properties.map { .passUnretained($0.schema) }
    rare = RareKeywords(of: rules)
    fitting = acceptsEverything ? .all : TypeSet(ofWhichEachFits: rules, rare)
    self.rules = rules
    self.source = source
    self.acceptsEverything = acceptsEverything
  }
}

/// Keywords that are looked at only where a schema has them.
struct RareKeywords: OptionSet, Sendable {
  let rawValue: UInt8

  static let constant = RareKeywords(rawValue: 1)
  static let enumeration = RareKeywords(rawValue: 2)
  static let limit = RareKeywords(rawValue: 4)
  static let length = RareKeywords(rawValue: 8)
  /// `pattern` and `format`.
  static let form = RareKeywords(rawValue: 16)
  static let dependency = RareKeywords(rawValue: 32)
  /// `allOf`, `anyOf`, `not`, and `if` with its branches.
  static let combination = RareKeywords(rawValue: 64)

  init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  init(of rules: Schema.Rules) {
    self = []
    if rules.constant != nil { insert(.constant) }
    if rules.enumeration != nil { insert(.enumeration) }
    if rules.minimum != nil || rules.maximum != nil { insert(.limit) }
    if rules.minimumLength != nil || rules.maximumLength != nil { insert(.length) }
    if rules.pattern != nil || rules.format != nil { insert(.form) }
    if !rules.dependentRequired.isEmpty { insert(.dependency) }
    if !rules.allOf.isEmpty || !rules.anyOf.isEmpty || rules.not != nil || rules.condition != nil {
      insert(.combination)
    }
  }
}

/// The value of the keyword `type`.
struct TypeSet: OptionSet, Sendable, Hashable {
  let rawValue: UInt8

  static let null = TypeSet(rawValue: 1)
  static let boolean = TypeSet(rawValue: 2)
  static let integer = TypeSet(rawValue: 4)
  static let number = TypeSet(rawValue: 8)
  static let string = TypeSet(rawValue: 16)
  static let array = TypeSet(rawValue: 32)
  static let object = TypeSet(rawValue: 64)
  static let all = TypeSet(rawValue: 127)

  static let named: [(name: String, german: String, type: TypeSet)] = [
    ("null", "null", .null), ("boolean", "ja oder nein", .boolean), ("integer", "ganze Zahl", .integer),
    ("number", "Zahl", .number), ("string", "Text", .string), ("array", "Liste", .array), ("object", "Objekt", .object),
  ]

  var names: [String] { TypeSet.named.filter { contains($0.type) }.map(\.name) }
  var germanNames: [String] { TypeSet.named.filter { contains($0.type) }.map(\.german) }
}

extension TypeSet {
  /// Those of which the keywords let every value pass.
  init(ofWhichEachFits rules: Schema.Rules, _ rare: RareKeywords) {
    guard !rules.isImpossible, rare.isEmpty else {
      self = []
      return
    }
    self = rules.types ?? .all
    // A number in a place for numbers must be one that a double can hold.
    if rules.types != nil { subtract([.integer, .number]) }
    if rules.items != nil { remove(.array) }
    if !rules.properties.isEmpty || rules.additionalProperties != nil || !rules.required.isEmpty { remove(.object) }
  }

  /// Whether values of that kind are of one of these types; of numbers, whether all are.
  func includes(_ kind: JSONValue.Kind) -> Bool {
    switch kind {
    case .null: contains(.null)
    case .bool: contains(.boolean)
    case .number: contains(.number)
    case .string: contains(.string)
    case .array: contains(.array)
    case .object: contains(.object)
    }
  }
}
