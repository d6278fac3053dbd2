import LogFormat
import Testing

@testable import DomainPacks

@Suite struct PersonalFieldTests {
  /// `pointer=value@person` of each field, the event being on subject `s/1`.
  private func fields(_ data: String, _ schema: String) throws -> [String] {
    let type = try eventType(data: schema)
    let fields = type.personalFields(of: try JSONDocument(data).root, subject: "s/1")
    #expect(fields.isEmpty || type.hasPersonalFields)
    return fields.map { "\($0.pointer)=\(String(decoding: $0.value.text, as: UTF8.self))@\($0.person)" }
  }

  @Test("A field without x-person is the subject's own")
  func ofSubject() throws {
    let schema = #"{"properties":{"nutzer":{"type":"string","x-personal":true},"marke":{"x-personal":false}}}"#
    #expect(try fields(#"{"marke":"x","nutzer":"y"}"#, schema) == [#"/nutzer="y"@s/1"#])
    #expect(try fields(#"{"marke":"x"}"#, schema) == [])
    #expect(try fields("null", schema) == [])
    #expect(try !eventType(data: #"{"properties":{"a":{"x-personal":false}}}"#).hasPersonalFields)
  }

  @Test("x-person names a property of the event or points to one")
  func reference() throws {
    let byName = #"{"properties":{"person":{},"name":{"x-personal":true,"x-person":"person"}}}"#
    #expect(try fields(#"{"name":"N","person":"p-7"}"#, byName) == [#"/name="N"@p-7"#])
    #expect(try fields(#"{"name":"N","person":42}"#, byName) == [#"/name="N"@42"#])
    #expect(try fields(#"{"name":"N"}"#, byName) == [#"/name="N"@s/1"#])
    #expect(try fields(#"{"name":"N","person":null}"#, byName) == [#"/name="N"@s/1"#])
    let undeclared = #"{"properties":{"name":{"x-personal":true,"x-person":"person"}}}"#
    #expect(try fields(#"{"name":"N","person":"p-7"}"#, undeclared) == [#"/name="N"@p-7"#])
    let byPointer = #"{"properties":{"name":{"x-personal":true,"x-person":"/wer/id"}}}"#
    #expect(try fields(#"{"name":"N","wer":{"id":"p-8"}}"#, byPointer) == [#"/name="N"@p-8"#])
  }

  @Test("x-person at an enclosing object counts for all below, the nearest wins")
  func enclosing() throws {
    let schema = #"""
      {"x-person":"antragsteller","properties":{"antragsteller":{"type":"string"},
        "name":{"x-personal":true},
        "vertreter":{"x-person":"id","properties":{"id":{},"name":{"x-personal":true},
          "konto":{"properties":{"iban":{"x-personal":true},"inhaber":{"x-personal":true,"x-person":"antragsteller"}}}}}}}
      """#
    let data =
      #"{"antragsteller":"p-1","name":"A","vertreter":{"id":"p-2","name":"B","konto":{"iban":"C","inhaber":"D"}}}"#
    #expect(
      try fields(data, schema) == [
        #"/name="A"@p-1"#, #"/vertreter/name="B"@p-2"#, #"/vertreter/konto/iban="C"@p-2"#,
        #"/vertreter/konto/inhaber="D"@p-1"#,
      ])
  }

  @Test("A reference that is missing in its own object is not looked for in another person's")
  func noWrongPerson() throws {
    let schema = #"""
      {"properties":{"id":{},"kinder":{"items":{"properties":{"id":{},"name":{"x-personal":true,"x-person":"id"}}}}}}
      """#
    #expect(
      try fields(#"{"id":"p-0","kinder":[{"id":"p-1","name":"A"},{"name":"B"}]}"#, schema)
        == [#"/kinder/0/name="A"@p-1"#, #"/kinder/1/name="B"@s/1"#])
  }

  @Test("In arrays a name is looked for in the element, then in what holds the array")
  func arrays() throws {
    let schema = #"""
      {"properties":{"familie":{},"kinder":{"type":"array","items":{"type":"object","properties":{
        "name":{"x-personal":true,"x-person":"familie"}}}},"notizen":{"items":{"x-personal":true,"x-person":"familie"}}}}
      """#
    #expect(
      try fields(#"{"notizen":["x","y"],"familie":"f-1","kinder":[{"name":"A"},{},{"name":"B"}]}"#, schema)
        == [#"/notizen/0="x"@f-1"#, #"/notizen/1="y"@f-1"#, #"/kinder/0/name="A"@f-1"#, #"/kinder/2/name="B"@f-1"#])
  }

  @Test("additionalProperties can be personal")
  func additional() throws {
    let schema = #"{"properties":{"art":{}},"additionalProperties":{"x-personal":true}}"#
    #expect(try fields(#"{"art":"x","a/b":"y","z":[1]}"#, schema) == [#"/a~1b="y"@s/1"#, "/z=[1]@s/1"])
  }

  @Test("All data can be personal")
  func wholeData() throws {
    #expect(try fields(#"{"a":1}"#, #"{"x-personal":true}"#) == [#"={"a":1}@s/1"#])
  }

  @Test("Of nested personal values only the outermost is a field")
  func nested() throws {
    let schema = #"""
      {"allOf":[{"properties":{"adresse":{"properties":{"ort":{"x-personal":true}}}}},
        {"properties":{"adresse":{"x-personal":true}}},{"properties":{"adresse":{"x-personal":true}}}]}
      """#
    #expect(try fields(#"{"adresse":{"ort":"X"},"n":1}"#, schema) == [#"/adresse={"ort":"X"}@s/1"#])
  }

  @Test("Under then and else the branch that applies counts")
  func conditional() throws {
    let schema = #"""
      {"if":{"properties":{"art":{"const":"mensch"}}},
       "then":{"properties":{"name":{"x-personal":true}}},"else":{"properties":{"kontakt":{"x-personal":true}}}}
      """#
    #expect(try fields(#"{"art":"mensch","name":"A","kontakt":"B"}"#, schema) == [#"/name="A"@s/1"#])
    #expect(try fields(#"{"art":"firma","name":"A","kontakt":"B"}"#, schema) == [#"/kontakt="B"@s/1"#])
  }

  @Test("Under anyOf every alternative's marks count, whichever fits")
  func alternatives() throws {
    let schema = #"{"anyOf":[{"required":["a"],"properties":{"name":{"x-personal":true}}},{"required":["b"]}]}"#
    #expect(try fields(#"{"b":1,"name":"A"}"#, schema) == [#"/name="A"@s/1"#])
  }

  @Test(
    "A personal field cannot be its own person reference",
    arguments: [
      #"{"properties":{"name":{"x-personal":true,"x-person":"name"}}}"#,
      #"{"properties":{"a":{"properties":{"name":{"x-personal":true,"x-person":"/a/name"}}}}}"#,
      #"{"properties":{"a":{"x-personal":true,"x-person":"/a/id"}}}"#,
    ])
  func selfReference(schema: String) throws {
    #expect(try loadError(of: schema)?.contains("x-person points to the personal value itself") == true)
  }

  @Test("A person reference that is no reference is refused")
  func badReference() throws {
    let packs = try packSet([
      "p": [
        "pack.json": #"""
        {"subject":"s/{id}","events":{"t":{"data":{"properties":{"wer":{"x-person":"id","properties":{"id":{},"name":{"x-personal":true}}}}}}}}
        """#
      ]
    ])
    func refused(_ data: String) throws -> String? { refusal(try event("t", on: "s/1", data: data), by: packs) }
    let expected =
      "/data/wer/id: expected the reference of the person whom /wer/name is about, a string that is not empty"
    #expect(try refused(#"{"wer":{"id":{"x":1},"name":"N"}}"#) == expected)
    #expect(try refused(#"{"wer":{"id":"","name":"N"}}"#) == expected)
    #expect(try refused(#"{"wer":{"id":{"x":1}}}"#) == nil)
    #expect(try refused(#"{"wer":{"id":"p-1","name":"N"}}"#) == nil)
  }

  @Test("A refusal does not repeat a personal value")
  func concealed() throws {
    let packs = try packSet([
      "p": [
        "pack.json": #"""
        {"subject":"s/{id}","events":{"t":{"data":{"properties":{"name":{"x-personal":true,"maxLength":3,
          "anyOf":[{"type":"string"},{"type":"integer"}]},
          "adresse":{"x-personal":true,"properties":{"plz":{"pattern":"^\\d{5}$"}}},"nr":{"type":"integer"}}}}}}
        """#
      ]
    ])
    func refused(_ data: String) throws -> String? { refusal(try event("t", on: "s/1", data: data), by: packs) }
    #expect(
      try refused(#"{"name":["Geheim"]}"#)
        == "/data/name: fits none of 2 alternatives: (1) expected string, found array; (2) expected integer, found array"
    )
    #expect(
      try refused(#"{"adresse":{"plz":"Geheim"}}"#)
        == #"/data/adresse/plz: expected text matching ^\d{5}$, found string"#)
    #expect(try refused(#"{"nr":"offen"}"#) == #"/data/nr: expected integer, found "offen""#)
  }
}
