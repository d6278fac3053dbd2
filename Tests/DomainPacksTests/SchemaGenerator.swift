/// Makes schemas and documents from a seed, the same ones every time.
///
/// Numbers stay where I-JSON and doubles agree with decimal arithmetic, patterns where Python's regular expressions
/// agree with ECMA-262: beyond that this project differs from `jsonschema` on purpose, which other tests show.
struct SchemaGenerator {
  private var random: SplitMix64
  /// Whether the other side checks `uri`.
  private let formats: [String]

  init(seed: UInt64, formats: [String]) {
    random = SplitMix64(state: seed)
    self.formats = formats
  }

  private static let names = ["a", "b", "größe", "x/y", "preis_cent", "e\u{301}", "\u{e9}"]
  private static let numbers = [
    "0", "-0", "1", "2", "3", "-1", "0.5", "1.0", "1.5", "-2.5", "1e2", "100", "1E-1", "0.1", "10", "9007199254740991",
    "-9007199254740991", "2.50", "15e-1", "0.0",
  ]
  private static let strings = [
    "", "a", "ab", "abc", "ä", "é", "e\u{301}", "😀", "1", "12", "2022-12-31", "a-1", "A b", "x\ny", "\"\\", "null",
  ]
  private static let patterns = [
    "a", "^a", "b$", "^[a-c]+$", "^\\d+$", "^.{2}$", "(?:ab|12)", "^[^a]*$", "\\.", "^[A-Za-z0-9_]?$", "^(?!a)", "x|y",
    "-[0-9]",
    "^$", "[äé]", "^[\\d-]{1,3}$", "\\bb\\b",
  ]
  private static let dates = [
    "2022-12-31", "2024-02-29", "2023-02-29", "2022-13-01", "2022-1-1", "", "x", "2022-12-31T10:00:00Z",
    "2022-12-31T10:00:00.25+01:00", "2022-12-31t10:00:00z", "2022-12-31T10:00:00", "2022-12-31T25:00:00Z",
    "2022-02-30T10:00:00Z", "2022-12-31T10:00:00+01:60", "2022-12-31 10:00:00Z", "1900-02-29", "2000-02-29",
  ]
  private static let uris = [
    "https://example.org/a?b#c", "urn:a:b", "a", "/a/b", "mailto:a@b", "http://[::1]/", "http://[::1", "x:", "1:2",
    "http://h:80/", "http://h:a/", "http://h/%20", "http://h/%2", "http://h/ä", "http://h/a b", "", "http://1.2.3.4",
    "http://[1:2:3:4:5:6:7:8]", "http://[1:2]", "file:///x", "http://a@b/", "http://h#a#b",
  ]

  // MARK: Schemas

  mutating func schema(depth: Int = 3) -> String {
    if depth == 0 || chance(12) { return leafSchema() }
    var keywords: [String: String] = [:]
    for _ in 0..<(1 + pick(4)) {
      let (name, value) = keyword(depth: depth)
      keywords[name] = value
    }
    if chance(4) { keywords["type"] = types() }
    return "{" + keywords.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
  }

  private mutating func leafSchema() -> String {
    switch pick(6) {
    case 0: "true"
    case 1: chance(3) ? "false" : "{}"
    case 2: "{\"type\":\(types())}"
    case 3: "{\"const\":\(value(depth: 1))}"
    default:
      {
        let (name, value) = keyword(depth: 1); return "{\"\(name)\":\(value)}"
      }()
    }
  }

  private mutating func keyword(depth: Int) -> (String, String) {
    switch pick(20) {
    case 0, 1: ("type", types())
    case 2, 3, 4: ("properties", object { $0.schema(depth: depth - 1) })
    case 5: ("required", array(of: distinctNames()))
    case 6: ("additionalProperties", schema(depth: depth - 1))
    case 7: ("enum", "[" + (0..<(1 + pick(4))).map { _ in value(depth: 2) }.joined(separator: ",") + "]")
    case 8: ("const", value(depth: 2))
    case 9: ("items", schema(depth: depth - 1))
    case 10: ("minimum", element(SchemaGenerator.numbers))
    case 11: ("maximum", element(SchemaGenerator.numbers))
    case 12: ("minLength", "\(pick(4))")
    case 13: ("maxLength", "\(pick(4))")
    case 14: ("pattern", quoted(element(SchemaGenerator.patterns)))
    case 15: ("format", quoted(element(formats)))
    case 16: ("not", schema(depth: depth - 1))
    case 17:
      (
        chance(2) ? "allOf" : "anyOf",
        "[" + (0..<(1 + pick(3))).map { _ in schema(depth: depth - 1) }.joined(separator: ",") + "]"
      )
    case 18: ("dependentRequired", object { $0.array(of: $0.distinctNames()) })
    default: (element(["if", "then", "else"]), schema(depth: depth - 1))
    }
  }

  private mutating func types() -> String {
    let all = ["null", "boolean", "integer", "number", "string", "array", "object"]
    guard chance(4) else { return quoted(element(all)) }
    let chosen = all.filter { _ in chance(2) }
    return array(of: chosen.isEmpty ? ["object"] : chosen)
  }

  // MARK: Documents

  mutating func value(depth: Int = 3) -> String {
    switch pick(depth == 0 ? 7 : 12) {
    case 0: "null"
    case 1: chance(2) ? "true" : "false"
    case 2, 3: element(SchemaGenerator.numbers)
    case 4: quoted(element(SchemaGenerator.dates + SchemaGenerator.uris))
    case 5, 6: quoted(element(SchemaGenerator.strings))
    case 7, 8: "[" + (0..<pick(4)).map { _ in value(depth: depth - 1) }.joined(separator: ",") + "]"
    default: object { $0.value(depth: depth - 1) }
    }
  }

  private mutating func object(_ content: (inout SchemaGenerator) -> String) -> String {
    var members: [String] = []
    for name in distinctNames() { members.append("\(quoted(name)):\(content(&self))") }
    return "{" + members.joined(separator: ",") + "}"
  }

  private mutating func distinctNames() -> [String] {
    SchemaGenerator.names.filter { _ in chance(3) }
  }

  private func array(of strings: [String]) -> String {
    "[" + strings.map(quoted).joined(separator: ",") + "]"
  }

  /// A JSON string, at times with characters escaped that need not be.
  private func quoted(_ text: String) -> String {
    let escapesAll = text.unicodeScalars.count % 3 == 2
    let content = text.utf16.map { unit in
      let isPlain = unit >= 0x20 && unit < 0x7F && unit != 0x22 && unit != 0x5C
      guard escapesAll || !isPlain else { return String(UnicodeScalar(UInt8(unit))) }
      let digits = String(unit, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
    return "\"\(content.joined())\""
  }

  // MARK: Chance

  private mutating func pick(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }

  /// True once in `count` times.
  private mutating func chance(_ count: Int) -> Bool { pick(count) == 0 }

  private mutating func element<Element>(_ elements: [Element]) -> Element { elements[pick(elements.count)] }
}

/// A small generator whose sequence its seed fixes (Steele, Lea, Flood 2014).
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
