import LogFormat
import Testing
import TransparencyLog

@testable import DomainPacks

@Suite struct PackSetTests {
  @Test("Packs stand by name, and the set's digest is over theirs")
  func order() throws {
    let packs = try packSet([
      "b": ["pack.json": "{}"], "a": ["pack.json": #"{"title":"A"}"#], "a-b": ["pack.json": "{}"],
    ])
    #expect(packs.packs.map(\.name) == ["a", "a-b", "b"])
    #expect(packs.digest == SHA256.hash(packs.packs.map { "\($0.digest)  \($0.name)\n" }.joined()))
    #expect(try packSet([:]).digest == SHA256.hash(""))
    #expect(try packSet(["a": ["pack.json": "{}"]]).digest != packSet(["b": ["pack.json": "{}"]]).digest)
  }

  static let repeated: [(first: [String: String], second: [String: String], error: String)] = [
    (
      ["pack.json": #"{"subject":"a","events":{"t":{}}}"#], ["pack.json": #"{"subject":"a","events":{"t":{}}}"#],
      "pack b, pack.json at /events/t: event type t is already in pack a, pack.json"
    ),
    (
      ["projection.sql": "CREATE TABLE rad (x);"], ["projection.sql": "\nCREATE VIEW \"RAD\" AS SELECT 1;"],
      "pack b, projection.sql, line 2: table RAD is already in pack a, projection.sql"
    ),
    (
      ["tables/rad.csv": "x"], ["projection.sql": "CREATE TABLE Rad (x);"],
      "pack b, projection.sql, line 1: table Rad is already in pack a, tables/rad.csv"
    ),
    (
      ["figures.sql": "-- figure f: F\nSELECT 1"], ["figures.sql": "-- figure f: G\nSELECT 1"],
      "pack b, figures.sql, line 1: figure f is already in pack a, figures.sql"
    ),
    (
      ["findings.sql": "-- finding f: F\nSELECT 1"], ["findings.sql": "-- finding f: G\nSELECT 1"],
      "pack b, findings.sql, line 1: finding f is already in pack a, findings.sql"
    ),
    (["berichte/r/x": ""], ["berichte/r/y": ""], "pack b, berichte/r: report r is already in pack a, berichte/r"),
  ]

  @Test("A name used twice over the packs is an error", arguments: repeated)
  func repeatedNames(first: [String: String], second: [String: String], error: String) {
    let empty = ["pack.json": "{}"]
    let packs = ["a": empty.merging(first) { $1 }, "b": empty.merging(second) { $1 }]
    #expect(errorText { () throws(PackError) in try packSet(packs) } == error)
  }

  @Test("A name used twice in one pack is an error")
  func repeatedInside() {
    let files = ["pack.json": "{}", "projection.sql": "CREATE TABLE a (x);\nCREATE INDEX a ON a (x);"]
    #expect(
      errorText { () throws(PackError) in try packSet(["p": files]) }
        == "pack p, projection.sql, line 2: table a is already in pack p, projection.sql")
  }

  @Test("A figure and a finding, and a table and a trigger, may share a name")
  func shared() throws {
    _ = try packSet([
      "p": [
        "pack.json": "{}", "figures.sql": "-- figure n: N\nSELECT 1", "findings.sql": "-- finding n: N\nSELECT 1",
        "projection.sql": "CREATE TABLE n (x); CREATE TRIGGER n AFTER INSERT ON n BEGIN SELECT 1; END;",
      ]
    ])
  }

  @Test("A section may be on a type of another pack or of the ledger, not on one that nobody has")
  func sections() throws {
    let other = ["pack.json": #"{"subject":"a","events":{"b.t":{}}}"#]
    func files(_ type: String) -> [String: [String: String]] {
      ["a": ["pack.json": "{}", "projection.sql": "-- on \(type)\nDELETE FROM x;"], "b": other]
    }
    _ = try packSet(files("b.t"))
    _ = try packSet(files("de.aktenspur.ledger.eroeffnet"))
    #expect(
      errorText { () throws(PackError) in try packSet(files("b.x")) }
        == #"pack a, projection.sql, line 1: no pack knows the event type "b.x""#)
  }

  @Test("The second person's event type must be there")
  func second() throws {
    let pack = #"{"subject":"a","events":{"t":{"second":"u"}}}"#
    #expect(
      errorText { () throws(PackError) in try packSet(["p": ["pack.json": pack]]) }
        == #"pack p, pack.json at /events/t/second: no pack knows the event type "u""#)
    _ = try packSet(["p": ["pack.json": pack], "q": ["pack.json": #"{"subject":"a","events":{"u":{}}}"#]])
  }

  @Test("An event is checked for type, subject and data, in this order")
  func check() throws {
    let packs = try packSet([
      "p": [
        "pack.json": #"""
        {"subject":["a/{id}","b/{id}"],"events":{
          "t":{"data":{"type":"object","required":["x"]}},"u":{"subject":"c/{id}","data":{"type":["object","null"]}},"v":{}}}
        """#
      ]
    ])
    #expect(try refusal(event("x", on: "?", data: "{}"), by: packs) == #"/type: no pack knows the event type "x""#)
    #expect(try refusal(event("de.aktenspur.ledger.eroeffnet", on: "a/1", data: "{}"), by: packs) != nil)
    #expect(
      try refusal(event("t", on: "c/1", data: "{}"), by: packs) == #"/subject: expected a/{id} or b/{id}, found "c/1""#)
    #expect(try refusal(event("u", on: "a/1", data: "{}"), by: packs) == #"/subject: expected c/{id}, found "a/1""#)
    #expect(try refusal(event("t", on: "b/1", data: "{}"), by: packs) == "/data/x: is required")
    #expect(try refusal(event("t", on: "b/1", data: "[]"), by: packs) == "/data: expected object, found []")
    #expect(try refusal(event("t", on: "b/1", data: "null"), by: packs) == "/data: expected object, found null")
    #expect(try refusal(event("t", on: "b/1", data: nil), by: packs) == "/data: data is required")
    #expect(try refusal(event("u", on: "c/1", data: nil), by: packs) == nil)
    #expect(try refusal(event("v", on: "a/1", data: nil), by: packs) == nil)
    #expect(try packs.check(event("t", on: "b/1", data: #"{"x":1}"#)).name == "t")
    #expect(packs.eventType("u")?.subjects.map(\.text) == ["c/{id}"])
    #expect(packs.eventType("x") == nil)
  }

  @Test("An event type is known by the bytes of its name")
  func typeNames() throws {
    let packs = try packSet(["p": ["pack.json": #"{"subject":"a","events":{"K":{}}}"#]])
    #expect(packs.eventType("K") != nil)
    #expect(packs.eventType("\u{212A}") == nil)
    #expect(try refusal(event("\u{212A}", on: "a", data: nil), by: packs) != nil)
  }

  @Test("Data in base64 is refused where the pack asks something of it")
  func base64() throws {
    let packs = try packSet([
      "p": ["pack.json": #"{"subject":"a","events":{"t":{"data":{"type":"object"}},"v":{"data":{"title":"frei"}}}}"#]
    ])
    func binary(_ type: String) -> Event {
      Event(id: "1", source: "s", type: type, subject: "a", payload: .base64("AAAA"))
    }
    #expect(refusal(binary("t"), by: packs) == "/data_base64: expected data as JSON, found data_base64")
    #expect(refusal(binary("v"), by: packs) == nil)
  }
}
