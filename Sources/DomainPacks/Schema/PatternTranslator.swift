/// Rewrites a regular expression of ECMA-262 (with the `u` flag) as ICU writes the same.
struct PatternTranslator {
  private let text: String
  private var rest: ArraySlice<Unicode.Scalar>
  private var output = ""

  init(_ text: String) {
    self.text = text
    rest = Array(text.unicodeScalars)[...]
  }

  private static let word = "A-Za-z0-9_"
  private static let space = "\\t\\n\\x0B\\f\\r\\uFEFF\\p{Zs}\\u2028\\u2029"
  private static let wordBoundary = "(?:(?<![\(word)])(?=[\(word)])|(?<=[\(word)])(?![\(word)]))"
  private static let noWordBoundary = "(?:(?<![\(word)])(?![\(word)])|(?<=[\(word)])(?=[\(word)]))"

  mutating func translate() throws(PatternError) -> String {
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\\":
        try translateEscape()
      case "[":
        try translateClass()
      case ".":
        output += "[^\\n\\r\\u2028\\u2029]"
      case "$":
        output += "\\z"
      case "(":
        try translateGroupStart()
      case "*", "+", "?", "{":
        try translateQuantifier(scalar)
      case "^", ")", "|":
        output.unicodeScalars.append(scalar)
      default:
        output += literal(scalar)
      }
    }
    // ICU has no empty pattern.
    return output.isEmpty ? "(?:)" : output
  }

  // MARK: Outside classes

  private mutating func translateEscape() throws(PatternError) {
    switch rest.first {
    case "b": output += PatternTranslator.wordBoundary
    case "B": output += PatternTranslator.noWordBoundary
    default:
      switch try readEscape() {
      case .set(let set): output += set
      case .scalar(let scalar): output += literal(scalar)
      }
      return
    }
    rest.removeFirst()
  }

  private mutating func translateGroupStart() throws(PatternError) {
    output += "("
    guard rest.first == "?" else { return }
    rest.removeFirst()
    for start in [":", "=", "!", "<=", "<!"] where rest.starts(with: start.unicodeScalars) {
      rest.removeFirst(start.unicodeScalars.count)
      output += "?" + start
      return
    }
    guard rest.popFirst() == "<" else {
      throw error("only (?:…), (?=…), (?!…), (?<=…), (?<!…) and (?<name>…) are known")
    }
    let name = rest.prefix { $0 != ">" }
    guard !name.isEmpty, name.endIndex < rest.endIndex, name.allSatisfy({ $0.isASCII && $0.properties.isAlphabetic })
    else { throw error("a group's name is of letters") }
    rest = rest[(name.endIndex + 1)...]
    output += "?<\(String(String.UnicodeScalarView(name)))>"
  }

  private mutating func translateQuantifier(_ first: Unicode.Scalar) throws(PatternError) {
    output.unicodeScalars.append(first)
    if first == "{" {
      let bounds = rest.prefix { $0 != "}" }
      let numbers = bounds.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
      guard bounds.endIndex < rest.endIndex, let least = numbers.first, !least.isEmpty,
        numbers.allSatisfy({ $0.count <= 4 && $0.allSatisfy { ("0"..."9").contains($0) } })
      else { throw error("expected {n}, {n,} or {n,m}; the character itself is \\{") }
      output.unicodeScalars.append(contentsOf: rest[...bounds.endIndex])
      rest = rest[(bounds.endIndex + 1)...]
    }
    if rest.first == "?" {
      output += "?"
      rest.removeFirst()
    }
    if let next = rest.first, ["*", "+", "?", "{"].contains(next) {
      throw error("a quantifier follows a quantifier")
    }
  }

  // MARK: Classes

  private enum Atom {
    case scalar(Unicode.Scalar)
    /// As ICU writes the set, in brackets of its own.
    case set(String)
  }

  private mutating func translateClass() throws(PatternError) {
    output += "["
    if rest.first == "^" {
      output += "^"
      rest.removeFirst()
    }
    guard rest.first != "]" else { throw error("a class in brackets is empty") }
    while rest.first != "]" {
      let start = try readClassAtom()
      guard rest.first == "-", rest.dropFirst().first != "]", rest.count > 1 else {
        switch start {
        case .set(let set): output += set
        case .scalar(let scalar): output += literal(scalar)
        }
        continue
      }
      rest.removeFirst()
      let end = try readClassAtom()
      guard case .scalar(let low) = start, case .scalar(let high) = end, low <= high else {
        throw error("a range in brackets must go from a character to one not before it")
      }
      output += literal(low) + "-" + literal(high)
    }
    rest.removeFirst()
    output += "]"
  }

  private mutating func readClassAtom() throws(PatternError) -> Atom {
    guard let scalar = rest.popFirst() else { throw error("\"[\" without \"]\"") }
    guard scalar == "\\" else { return .scalar(scalar) }
    if rest.first == "b" {
      rest.removeFirst()
      return .scalar("\u{8}")
    }
    return try readEscape()
  }

  // MARK: Escapes

  /// What follows a backslash, in a class or outside.
  private mutating func readEscape() throws(PatternError) -> Atom {
    guard let scalar = rest.popFirst() else { throw error("it ends with a backslash") }
    switch scalar {
    case "d": return .set("[0-9]")
    case "D": return .set("[^0-9]")
    case "w": return .set("[\(PatternTranslator.word)]")
    case "W": return .set("[^\(PatternTranslator.word)]")
    case "s": return .set("[\(PatternTranslator.space)]")
    case "S": return .set("[^\(PatternTranslator.space)]")
    case "n": return .scalar("\n")
    case "r": return .scalar("\r")
    case "t": return .scalar("\t")
    case "f": return .scalar("\u{C}")
    case "v": return .scalar("\u{B}")
    case "x": return .scalar(try readScalar(digits: 2))
    case "u": return .scalar(try readUnicodeEscape())
    case "p", "P": return .set("[\\\(scalar)\(try readProperty())]")
    case "^", "$", "\\", ".", "*", "+", "?", "(", ")", "[", "]", "{", "}", "|", "/", "-": return .scalar(scalar)
    default: throw error("the escape \\\(scalar) is not known")
    }
  }

  private mutating func readUnicodeEscape() throws(PatternError) -> Unicode.Scalar {
    if rest.first == "{" {
      let digits = rest.dropFirst().prefix { $0 != "}" }
      guard digits.endIndex < rest.endIndex, (1...6).contains(digits.count) else { throw error("expected \\u{H…}") }
      rest = rest[(digits.startIndex)...]
      let scalar = try readScalar(digits: digits.count)
      rest.removeFirst()
      return scalar
    }
    let unit = try readUnit(digits: 4)
    guard (0xD800...0xDBFF).contains(unit) else { return try self.scalar(unit) }
    guard rest.starts(with: "\\u".unicodeScalars) else { throw error("half of a surrogate pair") }
    rest.removeFirst(2)
    let low = try readUnit(digits: 4)
    guard (0xDC00...0xDFFF).contains(low) else { throw error("half of a surrogate pair") }
    return try scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
  }

  private mutating func readProperty() throws(PatternError) -> String {
    let name = rest.dropFirst().prefix { $0 != "}" }
    guard rest.first == "{", name.endIndex < rest.endIndex, !name.isEmpty,
      name.allSatisfy({
        $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "_" || $0 == "=")
      })
    else { throw error("expected a Unicode property, \\p{…}") }
    rest = rest[(name.endIndex + 1)...]
    return "{\(String(String.UnicodeScalarView(name)))}"
  }

  private mutating func readScalar(digits count: Int) throws(PatternError) -> Unicode.Scalar {
    try scalar(try readUnit(digits: count))
  }

  private mutating func readUnit(digits count: Int) throws(PatternError) -> UInt32 {
    let digits = rest.prefix(count)
    guard digits.count == count, digits.allSatisfy({ $0.properties.isASCIIHexDigit }),
      let value = UInt32(String(String.UnicodeScalarView(digits)), radix: 16)
    else { throw error("expected \(count) hexadecimal digits") }
    rest = rest.dropFirst(count)
    return value
  }

  private func scalar(_ value: UInt32) throws(PatternError) -> Unicode.Scalar {
    guard let scalar = Unicode.Scalar(value) else { throw error("\(String(value, radix: 16)) is no character") }
    return scalar
  }

  /// The character itself, whatever it means to ICU.
  private func literal(_ scalar: Unicode.Scalar) -> String {
    let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
    return isPlain ? String(Character(scalar)) : "\\x{\(String(scalar.value, radix: 16))}"
  }

  private func error(_ detail: String) -> PatternError {
    PatternError("\(text) is no regular expression (ECMA-262): \(detail)")
  }
}
