import Testing

@testable import LogFormat

@Suite struct JSONValueTests {
  @Test("Each kind of value gives its content and nothing else's")
  func kinds() throws {
    let root = try json(#"{"n":null,"t":true,"f":false,"i":42,"d":1.5,"s":"x","a":[1,2],"o":{"p":1}}"#)
    #expect(root.kind == .object && root.count == 8)
    #expect(root["n"]?.kind == .null)
    #expect(root["t"]?.bool == true && root["f"]?.bool == false && root["n"]?.bool == nil)
    #expect(root["i"]?.integer == 42 && root["d"]?.integer == nil && root["s"]?.integer == nil)
    #expect(root["i"]?.numberText == "42" && root["s"]?.numberText == nil)
    #expect(root["s"]?.string == "x" && root["i"]?.string == nil)
    #expect(root["a"]?.elements.map(\.integer) == [1, 2] && root["a"]?.count == 2)
    #expect(root["o"]?.members.map(\.name) == ["p"])
    #expect(root["s"]?.count == 0)
    #expect(try Array(json("1").elements).isEmpty)
    #expect(try Array(json("[]").members).isEmpty)
    #expect(root["missing"] == nil && root["a"]?["0"] == nil)
    #expect(root.members.map(\.name) == ["n", "t", "f", "i", "d", "s", "a", "o"])
  }

  @Test("An integer is what is written as one and fits 64 bits")
  func integers() throws {
    #expect(try json("9223372036854775807").integer == .max)
    #expect(try json("-9223372036854775808").integer == .min)
    #expect(try json("9223372036854775808").integer == nil)
    #expect(try json("-0").integer == 0)
    #expect(try json("1.0").integer == nil)
    #expect(try json("1e2").integer == nil)
  }

  @Test("A value's text and range are those in the compact document")
  func text() throws {
    let root = try json(#" { "a" : [ 1 , "x\n" ] , "b" : 2 } "#)
    #expect(root["a"].map { String(decoding: $0.text, as: UTF8.self) } == #"[1,"x\n"]"#)
    #expect(root["a"]?.range == 5..<14)
    #expect(root.range == 0..<root.document.bytes.count)
  }

  @Test(
    "A pointer leads to its value",
    arguments: [
      ("", #"{"a":[10,{"b":11}],"":12,"a/b":13,"m~n":14,"~1":15,"é":16,"/́x":17,"~́":18,"0":19}"#),
      ("/a/0", "10"), ("/a/1/b", "11"), ("/", "12"), ("/a~1b", "13"), ("/m~0n", "14"), ("/~01", "15"), ("/é", "16"),
      ("/~1\u{301}x", "17"), ("/~0\u{301}", "18"), ("/0", "19"),
    ])
  func pointer(_ pointer: String, _ expected: String) throws {
    // In two names a combining accent follows the slash and the tilde: one character to Swift, two code points to a
    // pointer.
    let text = #"{"a":[10,{"b":11}],"":12,"a/b":13,"m~n":14,"~1":15,"é":16,"/́x":17,"~́":18,"0":19}"#
    let value = try #require(try json(text).value(at: pointer))
    #expect(String(decoding: value.text, as: UTF8.self) == expected)
  }

  @Test(
    "A pointer to nothing leads nowhere",
    arguments: ["a", "/a/2", "/a/-", "/a/00", "/a/+0", "/a/-0", "/a/x", "/a/1/b/c", "/b", "/a/", "/m~n~", "/e\u{301}"])
  func pointerToNothing(_ pointer: String) throws {
    #expect(try json(#"{"a":[10,{"b":11}],"m~n":14,"é":16}"#).value(at: pointer) == nil)
  }

  @Test("A pointer made of any names leads back to its value")
  func pointerRoundTrip() throws {
    for name in [
      "a", "", "/", "~", "~0", "~1", "a/b~c", "/\u{301}", "~\u{308}", "\u{301}", "e\u{301}", "é", "1", "\"\\\n",
    ] {
      let root = try json("{\(JSONText.string(name)):{\(JSONText.string(name)):7}}")
      let token = "/" + JSONText.pointerToken(name)
      #expect(root.value(at: token + token)?.integer == 7, "\(name.debugDescription)")
    }
  }

  // MARK: Equality

  @Test(
    "Equal after decoding: order of members and escapes do not count",
    arguments: [
      (#"{"a":1,"b":[true,null]}"#, #"{"b":[true,null],"a":1}"#),
      (#"{"a":"Ä\n"}"#, #"{"\u0061":"\u00c4\u000A"}"#),
      (#""\/""#, #""/""#), (#""😀""#, #""\ud83d\ude00""#),
      (#"[{"x":{"p":1,"q":2}}]"#, #"[{"x":{"q":2,"p":1}}]"#),
      ("{}", "{ }"),
    ])
  func equal(_ left: String, _ right: String) throws {
    #expect(try json(left).isEqual(to: json(right)))
    #expect(try json(right).isEqual(to: json(left)))
  }

  @Test(
    "Not equal: numbers compare by their text, letters code point by code point",
    arguments: [
      ("1", "1.0"), ("1", "1e0"), ("0", "-0"), ("100", "1e2"), ("1", "\"1\""), ("null", "false"), ("true", "false"),
      ("[1,2]", "[2,1]"), ("[1]", "[1,1]"), ("{}", "[]"), (#"{"a":1}"#, #"{"b":1}"#), (#"{"a":1}"#, #"{"a":1,"b":1}"#),
      ("\"\u{e9}\"", "\"e\u{301}\""), ("{\"\u{e9}\":1}", "{\"e\u{301}\":1}"), (#"{"a":null}"#, "{}"),
      ("\"\u{212B}\"", "\"\u{c5}\""),
    ])
  func unequal(_ left: String, _ right: String) throws {
    #expect(try !json(left).isEqual(to: json(right)))
    #expect(try !json(right).isEqual(to: json(left)))
  }

  @Test("Objects of many members are equal in any order", arguments: [8, 9, 40, 3000])
  func largeObjects(_ count: Int) throws {
    var generator = SeededGenerator(seed: 7)
    let members = (0..<count).map { "\"m\($0)\":\($0)" }
    func object(_ members: [String]) throws -> JSONValue { try json("{\(members.joined(separator: ","))}") }
    let value = try object(members)
    #expect(value.isEqual(to: try object(members.shuffled(using: &generator))))
    var other = members
    other[count / 2] = "\"m\(count / 2)\":-1"
    #expect(!value.isEqual(to: try object(other.shuffled(using: &generator))))
    other[count / 2] = "\"x\":\(count / 2)"
    #expect(!value.isEqual(to: try object(other.shuffled(using: &generator))))
  }

  // MARK: Shortest form

  @Test(
    "A string is written in its shortest form",
    arguments: [
      ("", #""""#), ("a/b", #""a/b""#), ("\"\\", #""\"\\""#), ("\u{8}\u{9}\u{a}\u{c}\u{d}", #""\b\t\n\f\r""#),
      ("\u{0}\u{b}\u{1f}", #""\u0000\u000b\u001f""#), ("äß€😀\u{7f}\u{2028}", "\"äß€😀\u{7f}\u{2028}\""),
      ("e\u{301}", "\"e\u{301}\""),
    ])
  func shortestForm(_ text: String, _ expected: String) {
    #expect(JSONText.string(text) == expected)
    #expect(JSONText.string(text).utf8.elementsEqual(expected.utf8))
  }

  @Test("What is written is read back, and no other spelling is shorter")
  func shortestFormRoundTrip() throws {
    var generator = SeededGenerator(seed: 3)
    let scalars = (0..<0x100).compactMap { Unicode.Scalar($0) } + ["€", "😀", "\u{301}", "\u{FFFF}", "\u{10FFFF}"]
    for _ in 0..<2000 {
      var text = ""
      for _ in 0..<Int.random(in: 0...24, using: &generator) {
        text.unicodeScalars.append(scalars.randomElement(using: &generator)!)
      }
      let read = try json(JSONText.string(text))
      #expect(read.string?.utf8.elementsEqual(text.utf8) == true)
    }
  }

  @Test("A pointer token escapes code points, not characters")
  func pointerToken() {
    #expect(JSONText.pointerToken("a~b/c") == "a~0b~1c")
    #expect(JSONText.pointerToken("/\u{301}").utf8.elementsEqual("~1\u{301}".utf8))
    #expect(JSONText.pointerToken("~\u{301}").utf8.elementsEqual("~0\u{301}".utf8))
  }
}
