import LogFormat
import Testing

@testable import DomainPacks

@Suite struct NotBeforeTests {
  private func refused(_ data: String, _ schema: String) throws -> String? {
    let packs = try packSet(["p": ["pack.json": #"{"subject":"s/{id}","events":{"t":{"data":\#(schema)}}}"#]])
    return refusal(try event("t", on: "s/1", data: data), by: packs)
  }

  private let schema = #"""
    {"properties":{"beginn":{"type":["string","null"]},
      "ende":{"type":["string","null"],"x-not-before":"beginn"}}}
    """#

  @Test(
    "A date must not precede the one it names",
    arguments: [
      (#"{"beginn":"2022-06-01","ende":"2022-06-01"}"#, true), (#"{"beginn":"2022-06-01","ende":"2022-05-31"}"#, false),
      (#"{"ende":"2022-05-31","beginn":"2022-06-01"}"#, false), (#"{"ende":"2022-05-31"}"#, true),
      (#"{"beginn":null,"ende":"2022-05-31"}"#, true), (#"{"beginn":"2022-06-01","ende":null}"#, true),
      (#"{"beginn":"offen","ende":"2022-05-31"}"#, true),
      (#"{"beginn":"2022-06-01T10:00:00+02:00","ende":"2022-06-01T08:00:00Z"}"#, true),
      (#"{"beginn":"2022-06-01T10:00:00+02:00","ende":"2022-06-01T07:59:59Z"}"#, false),
      (#"{"beginn":"2022-06-01T10:00:00+02:00","ende":"2022-06-01"}"#, true),
      (#"{"beginn":"2022-06-01T10:00:00+02:00","ende":"2022-05-31"}"#, false),
    ])
  func order(data: String, accepted: Bool) throws {
    #expect(try (refused(data, schema) == nil) == accepted)
  }

  @Test("The refusal names both dates, but not where the type has personal fields")
  func message() throws {
    #expect(
      try refused(#"{"beginn":"2022-06-01","ende":"2022-05-31"}"#, schema)
        == "/data/ende: expected a date not before 2022-06-01 (/data/beginn), found 2022-05-31")
    let personal =
      #"{"properties":{"geboren":{"x-personal":true},"gestorben":{"x-personal":true,"x-not-before":"geboren"}}}"#
    #expect(
      try refused(#"{"geboren":"2022-06-01","gestorben":"2022-05-31"}"#, personal)
        == "/data/gestorben: expected a date not before that at /data/geboren")
  }

  @Test("In elements of an array each element has its own dates")
  func elements() throws {
    let schema = #"{"properties":{"zeiten":{"items":{"properties":{"von":{},"bis":{"x-not-before":"von"}}}}}}"#
    #expect(
      try refused(
        #"{"zeiten":[{"von":"2022-01-01","bis":"2022-02-01"},{"von":"2022-03-01","bis":"2022-02-01"}]}"#, schema)
        == "/data/zeiten/1/bis: expected a date not before 2022-03-01 (/data/zeiten/1/von), found 2022-02-01")
  }

  @Test("Under anyOf only alternatives that fit ask for the order")
  func alternatives() throws {
    let schema = #"""
      {"anyOf":[{"required":["fest"],"properties":{"bis":{"x-not-before":"von"}}},{"required":["lose"]}],
       "properties":{"von":{},"bis":{}}}
      """#
    #expect(try refused(#"{"lose":1,"von":"2022-02-01","bis":"2022-01-01"}"#, schema) == nil)
    #expect(try refused(#"{"fest":1,"von":"2022-02-01","bis":"2022-01-01"}"#, schema) != nil)
  }
}
