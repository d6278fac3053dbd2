import LogFormat
import Testing

@testable import DomainPacks

@Suite struct KeywordTests {
  static let types: [(type: String, fitting: [String])] = [
    ("null", ["null"]), ("boolean", ["true", "false"]), ("integer", ["1", "-0", "1.0", "1e2", "10e-1", "0.0"]),
    ("number", ["1", "1.5", "-1e-3"]), ("string", [#""""#]), ("array", ["[]"]), ("object", ["{}"]),
  ]

  @Test("type takes the values of that type and no others", arguments: types)
  func type(type: String, fitting: [String]) throws {
    for (other, values) in KeywordTests.types {
      for value in values {
        let isInteger = type == "integer" && other == "number" && value == "1"
        let expected = type == other || type == "number" && other == "integer" || isInteger
        #expect(try fits(value, #"{"type":"\#(type)"}"#) == expected, "\(value) as \(type)")
      }
    }
  }

  @Test("type takes an array of types")
  func typeArray() throws {
    let schema = #"{"type":["integer","null"]}"#
    #expect(try fits("3", schema))
    #expect(try fits("null", schema))
    #expect(try !fits("3.5", schema))
    #expect(try violation(of: #""x""#, by: schema) == #": expected null or integer, found "x""#)
  }

  @Test("A boolean schema takes everything or nothing")
  func booleanSchema() throws {
    #expect(try fits("{}", "true"))
    #expect(try violation(of: "{}", by: "false") == ": no value is allowed here, found {}")
    #expect(
      try violation(of: #"{"a":1,"b":2}"#, by: #"{"properties":{"a":true,"b":false}}"#)
        == "/b: no value is allowed here, found 2")
  }

  @Test("properties are checked where they are present, and the pointer names the failing one")
  func properties() throws {
    let schema = #"{"properties":{"preis_cent":{"type":"integer"},"a/b~c":{"type":"string"}}}"#
    #expect(try fits("{}", schema))
    #expect(try fits("[]", schema))
    #expect(try violation(of: #"{"preis_cent":"12"}"#, by: schema) == #"/preis_cent: expected integer, found "12""#)
    #expect(try violation(of: #"{"a/b~c":1}"#, by: schema) == "/a~1b~0c: expected string, found 1")
  }

  @Test("A property's name is compared code point by code point")
  func propertyNames() throws {
    let composed = #"{"properties":{"stra\u00DFe\u00E9":false}}"#
    #expect(try !fits(#"{"straßeé":1}"#, composed))
    #expect(try !fits(#"{"stra\u00DFe\u00e9":1}"#, composed))
    #expect(try fits("{\"straßee\u{301}\":1}", composed))
    #expect(try fits(#"{"stra\u00DFee\u0301":1}"#, composed))
  }

  @Test("required names the member that is missing")
  func required() throws {
    let schema = #"{"required":["marke","preis"]}"#
    #expect(try fits(#"{"preis":null,"marke":null}"#, schema))
    #expect(try fits("null", schema))
    #expect(try violation(of: #"{"marke":1}"#, by: schema) == "/preis: is required")
  }

  @Test("dependentRequired says for whose sake a member is missing")
  func dependentRequired() throws {
    let schema = #"{"dependentRequired":{"ende":["beginn","grund"]}}"#
    #expect(try fits(#"{"grund":1}"#, schema))
    #expect(try fits(#"{"grund":1,"beginn":1,"ende":1}"#, schema))
    #expect(try violation(of: #"{"ende":1,"beginn":1}"#, by: schema) == "/grund: is required where ende is given")
  }

  @Test("additionalProperties is about the members that properties does not name")
  func additionalProperties() throws {
    let closed = #"{"properties":{"a":true,"b":true},"additionalProperties":false}"#
    #expect(try fits(#"{"a":1}"#, closed))
    #expect(try violation(of: #"{"a":1,"c":1}"#, by: closed) == "/c: not a known member; known are a, b")
    let typed = #"{"properties":{"a":true},"additionalProperties":{"type":"string"}}"#
    #expect(try fits(#"{"a":1,"c":"x"}"#, typed))
    #expect(try violation(of: #"{"a":1,"c":2}"#, by: typed) == "/c: expected string, found 2")
    #expect(try fits(#"{"x":1}"#, #"{"additionalProperties":true}"#))
  }

  @Test("items is about every element")
  func items() throws {
    let schema = #"{"items":{"properties":{"name":{"type":"string"}}}}"#
    #expect(try fits("[]", schema))
    #expect(try fits(#"{"0":1}"#, schema))
    #expect(try violation(of: #"[{"name":"x"},{"name":7}]"#, by: schema) == "/1/name: expected string, found 7")
  }

  @Test(
    "enum and const compare as JSON Schema does",
    arguments: [
      ("1", "1.0", true), ("100", "1e2", true), ("0.1", "0.10", true), ("0", "-0.0", true), ("1", "true", false),
      ("0", "false", false), ("\"1\"", "1", false), ("\"\\u00e9\"", "\"é\"", true), ("\"e\\u0301\"", "\"é\"", false),
      ("[1,2]", "[1.0,2e0]", true), ("[1,2]", "[2,1]", false), ("[1]", "[1,1]", false), ("[1,1]", "[1]", false),
      (#"{"a":1,"b":[2]}"#, #"{"b":[2.0],"a":1}"#, true), (#"{"a":1}"#, #"{"a":1,"b":1}"#, false),
      (#"{"a":1}"#, #"{"b":1}"#, false), ("null", "null", true), ("null", "0", false),
      ("0.1", "0.1000000000000000055511151231257827", false), ("9007199254740993", "9007199254740992", false),
    ])
  func equality(constant: String, value: String, expected: Bool) throws {
    #expect(try fits(value, #"{"const":\#(constant)}"#) == expected)
    #expect(try fits(value, #"{"enum":[{"other":0},\#(constant)]}"#) == expected)
    #expect(try fits(constant, #"{"const":\#(value)}"#) == expected)
  }

  @Test("enum says what was expected")
  func enumeration() throws {
    #expect(
      try violation(of: #"{"art":"X"}"#, by: #"{"properties":{"art":{"enum":["B","G"]}}}"#)
        == #"/art: expected "B" or "G", found "X""#)
    #expect(try violation(of: "2", by: #"{"const":1}"#) == ": expected 1, found 2")
  }

  @Test(
    "Lengths count code points",
    arguments: [
      ("\"\"", 0), ("\"äöü\"", 3), ("\"🇩🇪\"", 2), ("\"e\u{301}\"", 2), ("\"\\ud83d\\ude00\"", 1), ("\"a\\nb\"", 3),
    ])
  func lengths(text: String, length: Int) throws {
    #expect(try fits(text, #"{"minLength":\#(length),"maxLength":\#(length).0}"#))
    #expect(try !fits(text, #"{"minLength":\#(length + 1)}"#))
    if length > 0 { #expect(try !fits(text, #"{"maxLength":\#(length - 1)}"#)) }
  }

  @Test("Lengths are about strings only, and say what was found")
  func lengthErrors() throws {
    #expect(try fits("[]", #"{"minLength":1}"#))
    #expect(try violation(of: #""""#, by: #"{"minLength":1}"#) == ": expected at least 1 character, found 0")
    #expect(try violation(of: #""abc""#, by: #"{"maxLength":2}"#) == ": expected at most 2 characters, found 3")
  }

  @Test("not refuses what fits")
  func not() throws {
    let schema = #"{"not":{"const":"entwurf"}}"#
    #expect(try fits(#""fertig""#, schema))
    #expect(try violation(of: #""entwurf""#, by: schema) == #": must not fit {"const":"entwurf"}, found "entwurf""#)
  }

  @Test("if chooses between then and else; the pointer leads into the branch")
  func condition() throws {
    let schema = #"""
      {"if":{"properties":{"art":{"const":"firma"}},"required":["art"]},
       "then":{"required":["register"]},"else":{"properties":{"geboren":{"format":"date"}}}}
      """#
    #expect(try fits(#"{"art":"firma","register":1,"geboren":"x"}"#, schema))
    #expect(try violation(of: #"{"art":"firma"}"#, by: schema) == "/register: is required")
    #expect(
      try violation(of: #"{"art":"mensch","geboren":"1.1."}"#, by: schema)
        == #"/geboren: expected a date YYYY-MM-DD, found "1.1.""#)
    #expect(try fits("1", #"{"if":{"const":1},"else":false}"#))
    #expect(try !fits("2", #"{"if":{"const":1},"else":false}"#))
    #expect(try fits("2", #"{"then":false,"else":false}"#))
  }

  @Test("allOf asks for all, and the pointer is that of the one that fails")
  func allOf() throws {
    let schema = #"{"allOf":[{"required":["a"]},{"properties":{"b":{"minimum":3}}}]}"#
    #expect(try fits(#"{"a":1,"b":3}"#, schema))
    #expect(try violation(of: #"{"a":1,"b":2}"#, by: schema) == "/b: expected at least 3, found 2")
  }

  @Test("anyOf says why each alternative fails")
  func anyOf() throws {
    let schema = #"{"properties":{"stufe":{"anyOf":[{"type":"string","minLength":1},{"type":"integer","minimum":1}]}}}"#
    #expect(try fits(#"{"stufe":"x"}"#, schema))
    #expect(try fits(#"{"stufe":2}"#, schema))
    #expect(
      try violation(of: #"{"stufe":0}"#, by: schema)
        == "/stufe: fits none of 2 alternatives: (1) expected string, found 0; (2) expected at least 1, found 0")
  }

  @Test("Keywords about one type say nothing about the others")
  func otherTypes() throws {
    let schema = #"{"minimum":5,"minLength":5,"pattern":"x","format":"date","required":["a"],"items":false}"#
    for value in ["null", "true", "5", #""xxxxx""#, "[]", #"{"a":1}"#] where value != #""xxxxx""# {
      #expect(try fits(value, schema), "\(value)")
    }
    #expect(try !fits(#""xxxxx""#, schema))
  }

  @Test("Long values are cut in what an error says")
  func excerpt() throws {
    let long = String(repeating: "ä", count: 500)
    let text = try #require(try violation(of: "\"\(long)\"", by: #"{"type":"integer"}"#))
    #expect(text.count < 130)
    #expect(text.hasSuffix("…"))
  }
}
