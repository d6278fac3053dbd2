import Foundation
import Testing

@testable import LogFormat

/// The Python to compare with: `AKTENSPUR_TEST_PYTHON`, else the `python3` of the PATH.
private let python: String? = {
  let environment = ProcessInfo.processInfo.environment
  if let named = environment["AKTENSPUR_TEST_PYTHON"], !named.isEmpty { return named }
  return (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/python3" }
    .first { FileManager.default.isExecutableFile(atPath: $0) }
}()

@Suite struct DifferentialTests {
  private static let inputCount = 30_000

  /// Reads inputs, one a line in hexadecimal, and answers each with what it holds, or `-` where it is not strict JSON:
  /// numbers as their text, strings as the hexadecimal text of their UTF-8 bytes.
  private static let program = """
    import json, sys
    def refuse(text): raise ValueError(text)
    def pairs(pairs):
        if len({name for name, _ in pairs}) != len(pairs): raise ValueError("duplicate member")
        return ("o", pairs)
    class Number(str): pass
    def show(value, depth):
        if value is None: return "n"
        if value is True: return "t"
        if value is False: return "f"
        if isinstance(value, Number): return "#" + str(value)
        if isinstance(value, str): return "'" + value.encode("utf-8").hex()
        if depth == 64: raise ValueError("too deep")
        if isinstance(value, list): return "[" + ",".join(show(item, depth + 1) for item in value) + "]"
        return "{" + ",".join(show(name, depth + 1) + ":" + show(item, depth + 1) for name, item in value[1]) + "}"
    for line in sys.stdin:
        try:
            text = bytes.fromhex(line).decode("utf-8")
            value = json.loads(text, strict=True, parse_constant=refuse, parse_int=Number, parse_float=Number,
                               object_pairs_hook=pairs)
            print(show(value, 0))
        except ValueError:
            print("-")
    """

  private static func show(_ value: JSONValue) -> String {
    func hex(_ text: String) -> String { text.utf8.map { hexadecimal[Int($0)] }.joined() }
    switch value.kind {
    case .null: return "n"
    case .bool: return value.bool == true ? "t" : "f"
    case .number: return "#" + (value.numberText ?? "")
    case .string: return "'" + hex(value.string ?? "")
    case .array: return "[" + value.elements.map(show).joined(separator: ",") + "]"
    case .object:
      return "{" + value.members.map { "'" + hex($0.name) + ":" + show($0.value) }.joined(separator: ",") + "}"
    }
  }

  private static let hexadecimal = (0..<256).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }

  /// Where Python's `json` and ours differ by design, and the rule by which they do. The program below applies each to
  /// Python's verdict, so that any other difference fails the test.
  @Test(
    "Where Python's json is more lenient, a named rule refuses",
    .enabled(if: python != nil, "needs python3, or AKTENSPUR_TEST_PYTHON naming one"),
    arguments: [
      ("RFC 8259 §6, NaN is no number", "NaN"), ("RFC 8259 §6, Infinity is no number", "[-Infinity]"),
      ("I-JSON §2.3, a member name twice", #"{"a":1,"a":2}"#),
      ("I-JSON §2.3, a member name twice in another spelling", #"{"a":1,"\u0061":2}"#),
      ("RFC 3629 §3, a lone surrogate", #""\ud800""#),
      ("RFC 3629 §3, surrogates in the wrong order", #""\ude00\ud83d""#),
      ("RFC 3629 §3, a lone surrogate in a name", #"{"\udfff":0}"#),
      ("log format, nesting of at most 64", String(repeating: "[", count: 65) + String(repeating: "]", count: 65)),
    ])
  func stricter(rule: String, text: String) throws {
    let lenient = """
      import json, sys
      json.loads(bytes.fromhex(sys.stdin.readline()).decode("utf-8"))
      print("taken")
      """
    let hex = text.utf8.map { DifferentialTests.hexadecimal[Int($0)] }.joined()
    let answer = try DifferentialTests.run(try #require(python), lenient, input: hex + "\n")
    #expect(answer == ["taken"], "\(rule)")
    #expect(throws: JSONError.self, "\(rule)") { try JSONDocument(text) }
  }

  @Test(
    "What is neither's JSON is refused by both",
    .enabled(if: python != nil, "needs python3, or AKTENSPUR_TEST_PYTHON naming one"))
  func edges() throws {
    let texts: [[UInt8]] =
      [
        "", " ", "1 2", "{}{}", "[]]", "01", "-01", "1.", ".5", "-", "+1", "1e", "1e+", "0x1", "1_0", "tru", "True",
        "nul",
        "'a'", "\"\t\"", "\"\u{0}\"", #""\x41""#, #""\u00e""#, #""\u+041""#, #""\u 041""#, "[1,]", "{\"a\":1,}",
        "{a:1}",
        "{1:2}", "[1 2]", "{\"a\" 1}", "\u{FEFF}1", "1\u{FEFF}", "\u{A0}1", "1\u{2028}", "/**/1", "//\n1", "١",
        "\u{C}1", "\u{B}1", "1\u{0}", "\"a", "[", "{\"a\":",
      ].map { Array($0.utf8) } + [
        [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
        [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22],
        [0x22, 0xE2, 0x82, 0x22], [0x31, 0x80], [0xFF, 0xFE, 0x31, 0x00],
      ]
    let lines = texts.map { $0.map { DifferentialTests.hexadecimal[Int($0)] }.joined() }
    let answers = try DifferentialTests.run(
      try #require(python), DifferentialTests.program, input: lines.joined(separator: "\n") + "\n")
    #expect(answers == Array(repeating: "-", count: texts.count))
    for text in texts {
      #expect(throws: JSONError.self, "\(String(decoding: text, as: UTF8.self).debugDescription)") {
        try JSONDocument(text)
      }
    }
  }

  @Test(
    "Python's json and ours accept the same texts and read the same out of them",
    .enabled(if: python != nil, "needs python3, or AKTENSPUR_TEST_PYTHON naming one"))
  func agreement() throws {
    let python = try #require(python)
    var generator = JSONGenerator(seed: 20_221_231)
    let inputs = (0..<DifferentialTests.inputCount).map { generator.input(mutated: $0 % 3 != 0) }
    let lines = inputs.map { $0.map { DifferentialTests.hexadecimal[Int($0)] }.joined() }
    let answers = try DifferentialTests.run(
      python, DifferentialTests.program, input: lines.joined(separator: "\n") + "\n")
    try #require(answers.count == inputs.count)

    var accepted = 0
    for (input, answer) in zip(inputs, answers) {
      let ours = (try? JSONDocument(input)).map { DifferentialTests.show($0.root) } ?? "-"
      #expect(ours == answer, "\(String(decoding: input, as: UTF8.self).debugDescription)")
      if ours != "-" {
        accepted += 1
        // What is kept is itself strict JSON that says the same, and nothing more can be taken away from it.
        let document = try JSONDocument(input)
        let again = try JSONDocument(document.bytes)
        #expect(again.bytes == document.bytes)
        #expect(again.root.isEqual(to: document.root))
      }
    }
    // Neither verdict may be rare, or agreement would say little.
    #expect((0.3...0.8).contains(Double(accepted) / Double(inputs.count)), "\(accepted) of \(inputs.count) accepted")
  }

  /// Input and output go through files, so that neither side waits for the other to read.
  private static func run(_ python: String, _ program: String, input: String) throws -> [Substring] {
    let folder = FileManager.default.temporaryDirectory.appending(path: "json-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (inputFile, outputFile) = (folder.appending(path: "input"), folder.appending(path: "output"))
    try Data(input.utf8).write(to: inputFile)
    try Data().write(to: outputFile)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = ["-c", program]
    process.standardInput = try FileHandle(forReadingFrom: inputFile)
    process.standardOutput = try FileHandle(forWritingTo: outputFile)
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return try String(decoding: Data(contentsOf: outputFile), as: UTF8.self).split(separator: "\n")
  }
}

/// Makes JSON texts, and spoils some of them.
struct JSONGenerator {
  private var random: SeededGenerator

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  private mutating func chance(_ part: Int) -> Bool { Int.random(in: 0..<part, using: &random) == 0 }

  private mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int.random(in: 0..<elements.count, using: &random)]
  }

  mutating func input(mutated: Bool) -> [UInt8] {
    var bytes = Array(value(depth: 0).utf8)
    if !mutated { return bytes }
    for _ in 0..<Int.random(in: 1...2, using: &random) { mutate(&bytes) }
    return bytes
  }

  private mutating func mutate(_ bytes: inout [UInt8]) {
    let place = Int.random(in: 0...bytes.count, using: &random)
    switch Int.random(in: 0..<6, using: &random) {
    case 0 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
    case 1 where place < bytes.count: bytes.remove(at: place)
    case 2:
      let end = min(bytes.count, place + Int.random(in: 0...8, using: &random))
      bytes.insert(contentsOf: bytes[place..<end], at: place)
    case 3: bytes.removeLast(bytes.count - place)
    case 4:
      let pieces: [[UInt8]] = [
        [0xC3], [0xED, 0xA0, 0x80], [0xC0, 0xAF], [0xF4, 0x90, 0x80, 0x80], [0xEF, 0xBB, 0xBF], [0x00], [0x1F], [0x7F],
        Array(#"\ud800"#.utf8), Array(#"\ude00"#.utf8), Array(#"\u12"#.utf8), Array("\\".utf8), Array("\"".utf8),
        Array("01".utf8), Array("1.".utf8), Array("e5".utf8), Array("-".utf8), Array("NaN".utf8),
        Array("Infinity".utf8),
        Array(",".utf8), Array(":".utf8), Array("[".utf8), Array("}".utf8),
        Array(String(repeating: "[", count: 62).utf8),
      ]
      bytes.insert(contentsOf: pick(pieces), at: place)
    default:
      let deep = Int.random(in: 58...66, using: &random)
      bytes = Array(repeating: 0x5B, count: deep) + bytes + Array(repeating: 0x5D, count: deep)
    }
  }

  private mutating func space() -> String {
    chance(4) ? pick([" ", "\n", "\t", "\r\n", "   "]) : ""
  }

  private mutating func value(depth: Int) -> String {
    let text: String
    switch Int.random(in: 0..<(depth < 6 ? 10 : 6), using: &random) {
    case 0: text = pick(["null", "true", "false"])
    case 1, 2: text = number()
    case 3, 4, 5: text = string()
    case 6, 7:
      let count = Int.random(in: 0...4, using: &random)
      text = "[" + space() + (0..<count).map { _ in value(depth: depth + 1) }.joined(separator: ",") + "]"
    default:
      let count = chance(8) ? Int.random(in: 7...12, using: &random) : Int.random(in: 0...4, using: &random)
      text =
        "{" + space()
        + (0..<count).map { number in
          // Names are mostly different, and sometimes the same in another spelling.
          let name = chance(20) ? pick([#""a""#, #""\u0061""#]) : chance(2) ? "\"m\(number)\"" : string()
          return space() + name + space() + ":" + value(depth: depth + 1)
        }.joined(separator: ",") + "}"
    }
    return space() + text + space()
  }

  private mutating func number() -> String {
    let digits = pick(["0", "7", "10", "42", "9007199254740993", "123456789012345678901234567890"])
    if chance(40) {
      return String(repeating: "9", count: pick([19, 20, 309, 2000])) + (chance(2) ? "e999999999999" : "")
    }
    return (chance(3) ? "-" : "") + digits + (chance(3) ? pick([".0", ".5", ".125000"]) : "")
      + (chance(4) ? pick(["e5", "E5", "e+07", "E-300", "e0"]) : "")
  }

  private mutating func string() -> String {
    let pieces = [
      "a", "Akte", "ä", "€", "😀", "e\u{301}", "\u{7F}", "\u{FFFF}", #"\n"#, #"\""#, #"\\"#, #"\/"#, #"\u0041"#,
      #"\u00E4"#,
      #"\ud83d\ude00"#, #"\u0000"#, "/", "~", "{", "]", ",", ":", "plain text of more than a word", "\u{2028}",
    ]
    return "\"" + (0..<Int.random(in: 0...5, using: &random)).map { _ in pick(pieces) }.joined() + "\""
  }
}
