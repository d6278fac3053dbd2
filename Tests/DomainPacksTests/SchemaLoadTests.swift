import Testing

@testable import DomainPacks

@Suite struct SchemaLoadTests {
  @Test("Annotations may stand anywhere, $schema at the root")
  func annotations() throws {
    let schema = #"""
      {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"a","description":"b",
       "properties":{"x":{"title":"c","description":"d","items":{"title":"e"}}}}
      """#
    #expect(try loadError(of: schema) == nil)
    #expect(
      try loadError(of: #"{"$schema":"http://json-schema.org/draft-07/schema#"}"#)
        == #"/$schema: expected "https://json-schema.org/draft/2020-12/schema", found "http://json-schema.org/draft-07/schema#""#
    )
    let inside = try #require(
      try loadError(of: #"{"items":{"$schema":"https://json-schema.org/draft/2020-12/schema"}}"#))
    #expect(inside.hasPrefix(#"/items/$schema: unknown keyword "$schema""#))
  }

  @Test("An unknown keyword is an error that says what is allowed")
  func unknownKeyword() throws {
    let text = try #require(try loadError(of: #"{"properties":{"a/b":{"anyOf":[true,{"minimun":1}]}}}"#))
    #expect(
      text.hasPrefix(#"/properties/a~1b/anyOf/1/minimun: unknown keyword "minimun"; allowed are type, properties,"#))
    for keyword in ["oneOf", "$ref", "$defs", "patternProperties", "default", "examples", "multipleOf", "x-other"] {
      #expect(try loadError(of: #"{"\#(keyword)":{}}"#) != nil)
    }
  }

  @Test(
    "A keyword with a value that it cannot have is an error",
    arguments: [
      (#"[]"#, ": expected a schema: an object, true or false; found []"),
      (
        #"{"type":"text"}"#,
        "/type: expected one of null, boolean, integer, number, string, array, object, or an array of them, found \"text\""
      ),
      (#"{"type":[]}"#, "/type: expected one type or more, found []"),
      (#"{"properties":[]}"#, "/properties: expected an object of schemas, found []"),
      (#"{"properties":{"a":1}}"#, "/properties/a: expected a schema: an object, true or false; found 1"),
      (#"{"required":"a"}"#, "/required: expected an array of names, found \"a\""),
      (#"{"required":[1]}"#, "/required: expected an array of names, found [1]"),
      (#"{"required":["a","a"]}"#, "/required: \"a\" stands twice"),
      (#"{"dependentRequired":{"a":"b"}}"#, "/dependentRequired/a: expected an array of names, found \"b\""),
      (#"{"enum":[]}"#, "/enum: expected one value or more in an array, found []"),
      (#"{"minimum":"1"}"#, "/minimum: expected a number, found \"1\""),
      (#"{"maximum":1e99999}"#, "/maximum: expected a number with an exponent within ±1000, found 1e99999"),
      (#"{"const":[{"a":1e99999}]}"#, "/const: expected a number with an exponent within ±1000, found 1e99999"),
      (#"{"minLength":-1}"#, "/minLength: expected a whole number from 0, found -1"),
      (#"{"maxLength":1.5}"#, "/maxLength: expected a whole number from 0, found 1.5"),
      (#"{"format":"email"}"#, "/format: expected one of date, date-time, uri, found \"email\""),
      (#"{"pattern":7}"#, "/pattern: expected a string, found 7"),
      (#"{"items":[{}]}"#, "/items: expected a schema: an object, true or false; found [{}]"),
      (#"{"allOf":[]}"#, "/allOf: expected one schema or more in an array, found []"),
      (#"{"anyOf":{}}"#, "/anyOf: expected one schema or more in an array, found {}"),
      (#"{"title":1}"#, "/title: expected a string, found 1"),
      (
        #"{"additionalProperties":"no"}"#,
        "/additionalProperties: expected a schema: an object, true or false; found \"no\""
      ),
      (#"{"x-personal":"ja"}"#, "/x-personal: expected true or false, found \"ja\""),
      (#"{"x-person":1}"#, "/x-person: expected the name of a property or a JSON Pointer into the data, found 1"),
      (
        #"{"x-not-before":""}"#,
        "/x-not-before: expected the name of a property or a JSON Pointer into the data, found \"\""
      ),
    ])
  func badValue(schema: String, error: String) throws {
    #expect(try loadError(of: schema) == error)
  }

  @Test(
    "A mark under not or if is an error, since it would have no meaning",
    arguments: [
      (
        #"{"not":{"properties":{"a":{"x-personal":true}}}}"#,
        "/not/properties/a/x-personal: x-personal has no meaning under \"not\"; expected it in properties, then or else"
      ),
      (
        #"{"if":{"properties":{"a":{"x-personal":true}}},"then":true}"#,
        "/if/properties/a/x-personal: x-personal has no meaning under \"if\"; expected it in properties, then or else"
      ),
      (
        #"{"not":{"allOf":[{"x-not-before":"b"}]}}"#,
        "/not/allOf/0/x-not-before: a mark has no meaning under \"not\"; expected it in properties, then or else"
      ),
    ])
  func marksUnderTests(schema: String, error: String) throws {
    #expect(try loadError(of: schema) == error)
  }
}
