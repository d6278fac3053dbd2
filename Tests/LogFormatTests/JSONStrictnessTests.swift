import Testing

@testable import LogFormat

@Suite struct JSONStrictnessTests {
  // MARK: Duplicate members

  @Test(
    "A member name twice is refused at any depth, however it is spelt",
    arguments: [
      (#"{"a":1,"a":2}"#, "a", "/a"),
      (#"{"a":1,"b":2,"a":1}"#, "a", "/a"),
      (#"{"a":1,"\u0061":2}"#, "a", "/a"),
      (#"{"\u0061":1,"a":2}"#, "a", "/a"),
      (#"{"é":1,"\u00e9":2}"#, "é", "/é"),
      (#"{"😀":1,"\ud83d\uDE00":2}"#, "😀", "/😀"),
      (#"{"/":1,"\/":2}"#, "/", "/~1"),
      (#"{"":1,"":2}"#, "", "/"),
      (#"{"x":{"a":{},"a":[]}}"#, "a", "/x/a"),
      (#"[0,{"x":[{"a":1,"a":1}]}]"#, "a", "/1/x/0/a"),
      (#"{"a":{"b":{"c":1,"d":[1,2,{"e":1}]}},"f":2,"a":3}"#, "a", "/a"),
    ])
  func duplicateMember(_ text: String, _ name: String, _ pointer: String) {
    #expect(jsonError(text)?.reason == .duplicateMember(name))
    #expect(jsonError(text)?.pointer == pointer)
  }

  @Test("Objects of any size are searched for duplicates", arguments: [2, 7, 8, 9, 10, 64, 500])
  func duplicateInLargeObject(_ count: Int) {
    let members = (0..<count).map { "\"m\($0)\":{\"x\":[\($0)]}" }
    #expect(jsonError("{\(members.joined(separator: ","))}") == nil)
    for spelling in [#""m0""#, #""\u006d0""#] {
      let text = "{\((members + [spelling + ":0"]).joined(separator: ","))}"
      #expect(jsonError(text)?.reason == .duplicateMember("m0"))
    }
    let last = "{\((members + [#""\u006d\#(count - 1)":0"#]).joined(separator: ","))}"
    #expect(jsonError(last)?.reason == .duplicateMember("m\(count - 1)"))
  }

  @Test(
    "Names that only look alike are two members",
    arguments: [
      "{\"\u{e9}\":1,\"e\u{301}\":2}", #"{"a":1,"A":2}"#, #"{"a":{"a":{"a":1}}}"#, #"[{"a":1},{"a":1}]"#,
      #"{"a":1,"a ":2}"#,
      #"{"a":"a","b":"a"}"#,
    ])
  func similarNames(_ text: String) {
    #expect(jsonError(text) == nil)
  }

  // MARK: UTF-8

  @Test(
    "Invalid UTF-8 is refused where it begins",
    arguments: [
      ("a continuation byte alone", [0x80]), ("a last continuation byte alone", [0xBF]),
      ("an overlong two-byte form", [0xC0, 0x80]), ("an overlong two-byte form", [0xC1, 0xBF]),
      ("an overlong three-byte form", [0xE0, 0x9F, 0xBF]), ("an overlong four-byte form", [0xF0, 0x8F, 0xBF, 0xBF]),
      ("a high surrogate", [0xED, 0xA0, 0x80]), ("a low surrogate", [0xED, 0xBF, 0xBF]),
      ("above U+10FFFF", [0xF4, 0x90, 0x80, 0x80]), ("a five-byte form", [0xF8, 0x88, 0x80, 0x80, 0x80]),
      ("0xFE", [0xFE]), ("0xFF", [0xFF]), ("two bytes, the second missing", [0xC3]),
      ("three bytes, the third missing", [0xE2, 0x82]), ("four bytes, the fourth missing", [0xF0, 0x9F, 0x98]),
      ("a lead byte as continuation", [0xC3, 0xC3]), ("ASCII as third byte", [0xE2, 0x82, 0x41]),
    ] as [(String, [UInt8])])
  func invalidUTF8(_ what: String, _ bytes: [UInt8]) {
    let before = Array(#"["ab","#.utf8) + [0x22]
    let error = jsonError(before + bytes + Array(#""]"#.utf8))
    #expect(error?.reason == .invalidUTF8, "\(what)")
    #expect(error?.offset == before.count, "\(what)")
    #expect(error?.pointer == "/1", "\(what)")
    // Also when the text ends with it, and in a member's name.
    #expect(jsonError(before + bytes)?.reason == .invalidUTF8, "\(what), at the end")
    #expect(jsonError(Array(#"{"x"#.utf8) + bytes + Array(#"":1}"#.utf8))?.reason == .invalidUTF8, "\(what), in a name")
  }

  @Test("The ends of each well-formed range are accepted")
  func wellFormedUTF8() throws {
    for scalar in [
      "\u{80}", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FFFF}", "\u{10000}", "\u{10FFFF}", "\u{7F}",
    ] {
      #expect(try json("\"\(scalar)\"").string == scalar)
    }
  }

  @Test(
    "Bytes outside strings are never taken for text",
    arguments: [[0xEF, 0xBB, 0xBF, 0x31], [0xC2, 0xA0, 0x31], [0x31, 0xC2, 0xA0]])
  func multibyteOutsideStrings(_ bytes: [UInt8]) {
    #expect(jsonError(bytes) != nil)
  }

  // MARK: Escapes

  @Test(
    "A surrogate without its partner is refused",
    arguments: [
      #""\ud83d""#, #""\ude00""#, #""\ud83d\ud83d""#, #""\ude00\ud83d""#, #""\ud83dx""#, #""\ud83d\n""#,
      #""\ud83d\u0041""#, #""\uD800\uDBFF""#, #""\udfff""#,
    ])
  func loneSurrogate(_ text: String) {
    #expect(jsonError(text)?.reason == .loneSurrogate)
    #expect(jsonError(text)?.offset == 1)
  }

  @Test(
    "An escape that JSON does not know is refused",
    arguments: [
      #""\a""#, #""\'""#, #""\0""#, #""\x41""#, #""\U0041""#, #""\u004""#, #""\u00g0""#, #""\u 041""#, #""\u+041""#,
      #""\ud83d\u00""#,
    ])
  func invalidEscape(_ text: String) {
    #expect(jsonError(text)?.reason == .invalidEscape)
  }

  @Test("Every escape stands for its character")
  func escapes() throws {
    let text = #""\"\\\/\b\f\n\r\t\u0000\u001F\u00e4\u20AC\ud83d\ude00\uD7FF\uE000""#
    #expect(try json(text).string == "\"\\/\u{8}\u{c}\n\r\t\u{0}\u{1f}ä€😀\u{D7FF}\u{E000}")
  }

  @Test("Control characters must be escaped", arguments: 0..<0x20)
  func controlCharacter(_ code: Int) {
    let byte = UInt8(code)
    // At every place of an eight-byte word, which is how plain text is skipped.
    for padding in 0..<9 {
      let error = jsonError([0x22] + Array(repeating: 0x61, count: padding) + [byte] + Array("bcdefghij\"".utf8))
      #expect(error?.reason == .unescapedControlCharacter(byte))
      #expect(error?.offset == padding + 1)
    }
  }

  // MARK: Depth

  @Test("64 nested containers are read, 65 are not")
  func depth() throws {
    func arrays(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    func objects(_ depth: Int) -> String {
      String(repeating: #"{"a":"#, count: depth) + "1" + String(repeating: "}", count: depth)
    }
    #expect(jsonError(arrays(64)) == nil)
    #expect(jsonError(objects(64)) == nil)
    #expect(jsonError(arrays(65))?.reason == .tooDeep(limit: 64))
    #expect(jsonError(arrays(65))?.offset == 64)
    #expect(jsonError(objects(65))?.reason == .tooDeep(limit: 64))
    #expect(jsonError(String(repeating: "[", count: 1_000_000))?.reason == .tooDeep(limit: 64))
    // Side by side is not nested.
    #expect(jsonError("[" + Array(repeating: arrays(63), count: 50).joined(separator: ",") + "]") == nil)
  }

  @Test("A value knows how deep it is nested")
  func depthOfValue() throws {
    #expect(try json("1").depth == 0)
    #expect(try json("[]").depth == 1)
    #expect(try json(#"{"a":[1,{"b":2},[]],"c":{}}"#).depth == 3)
    #expect(try json(#"{"a":[[[1]]],"c":{"d":1}}"#)["c"]?.depth == 1)
    #expect(try json(#"[[1],2,[[3],[4,[5]]],[6]]"#).depth == 4)
  }

  // MARK: Numbers

  @Test(
    "Numbers are those of RFC 8259",
    arguments: [
      "0", "-0", "1", "-1", "10", "1234567890123456789012345678901234567890", "0.0", "-0.5", "1.25", "1e5", "1E5",
      "1e+5", "1e-5", "-1.5E+10", "0e0", "0E-00", "1e999999",
    ])
  func number(_ text: String) throws {
    #expect(try json(text).numberText == text)
    #expect(try compact("[ \(text) ]") == "[\(text)]")
  }

  @Test(
    "What only looks like a number is none",
    arguments: [
      "+1", "-", "01", "-01", "00", "1.", ".5", "-.5", "1.e5", "1e", "1e+", "1e-", "1E", "0x10", "1_000", "1,000",
      "NaN", "Infinity", "-Infinity", "--1", "1.2.3", "1e5.5", "1 2", "٣",
    ])
  func notANumber(_ text: String) {
    #expect(jsonError(text) != nil)
    #expect(jsonError("[\(text)]") != nil || text == "1,000" && jsonError("[1,000]") != nil)
  }

  // MARK: Structure

  @Test(
    "Nothing may stand behind the value", arguments: ["1 1", "{}{}", "[],", "{}x", "\"a\"\"b\"", "null\u{0}", "1}"])
  func trailingBytes(_ text: String) {
    #expect(jsonError(text)?.reason == .trailingBytes)
  }

  @Test(
    "A structure that is not JSON's is refused",
    arguments: [
      "", " ", "{", "[", "}", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1}", "{\"a\"", "{\"a\":", "{\"a\":1",
      "{\"a\":1,", "{\"a\":1,}", "{,}", "{a:1}", "{'a':1}", "{1:1}", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "{\"a\":1]",
      "tru", "truE", "True", "nul", "falsee", "\"abc", "\"abc\\", "\"\\u12", "// c\n1", "/* c */1", "[1]#", "\u{b}1",
      "\u{a0}1",
    ])
  func structure(_ text: String) {
    #expect(jsonError(text) != nil)
  }

  @Test(
    "White space goes, outside strings only",
    arguments: [
      (
        " \t\r\n{ \"a b\" :\t[ 1 ,\r\n 2 ] , \"c\"\n:\n\" x \\n\ty\" } \n".replacing("\ty", with: "y"),
        #"{"a b":[1,2],"c":" x \ny"}"#
      ),
      ("[ ]", "[]"), ("{ }", "{}"), (" true ", "true"), ("[ [ ] , { } ]", "[[],{}]"), ("\"  \"", "\"  \""),
    ])
  func whitespace(_ text: String, _ expected: String) throws {
    #expect(try compact(text) == expected)
    #expect(try compact(expected) == expected)
  }

  @Test("Escapes, numbers and the order of members stay as they were sent")
  func nothingIsRewritten() throws {
    let text = #"{"z":1.50e+0,"a":"\u0041\/\n","m":[-0,0.0,1E5]}"#
    #expect(try compact(text) == text)
  }

  // MARK: Errors

  @Test(
    "An error says where it is and in which value",
    arguments: [
      (#"{"a":[1,2,x]}"#, 10, "/a/2"),
      ("  [ tru]", 7, "/0"),
      (#"{"a":{"b":01}}"#, 11, "/a/b"),
      (#"{"a/b":{"c~d":[nul]}}"#, 18, "/a~1b/c~0d/0"),
      (#"{"\u0061":-}"#, 11, "/a"),
      (#"{"a":1} x"#, 8, ""),
      (#"{"a":1"#, 6, "/a"),
      (#"[1,2"#, 4, "/1"),
      ("", 0, ""),
    ])
  func place(_ text: String, _ offset: Int, _ pointer: String) {
    #expect(jsonError(text)?.offset == offset)
    #expect(jsonError(text)?.pointer == pointer)
  }

  @Test("An error is told in words")
  func words() {
    #expect("\(jsonError("[1 2]")!)" == "found '2' at byte 3, expected ',' or ']'")
    #expect("\(jsonError("{\u{1}}")!)" == "found 0x01 at byte 1, expected a member name in quotes")
    #expect("\(jsonError("{")!)" == "the text ends at byte 1, expected a member name")
    #expect(jsonError(#"{"a":1,"a":2}"#)?.description.hasPrefix("member \"a\" appears twice") == true)
  }
}
