import DomainPacks
import Testing

@testable import Reporting

@Suite struct ProjectionTestTests {
  private static let expected = """
    {"tables":{"rad":[{"subject":"rad/3","bis":null},{"subject":"rad/1","preis":120000,"bis":"2026-11-10"},
                      {"subject":"rad/2","marke":"Diamant"}]},
     "figures":{"raeder.vorhanden":{"effective":"2026-12-31","value":2},
                "raeder.im-zeitraum":{"effective":"2026-12-31","from":"2026-01-01","to":"2026-12-31","value":3},
                "raeder.gewicht":{"effective":"2026-06-30","value":14.30}},
     "findings":{"raeder.ohne-preis":1,"raeder.gleiche-marke":1}}
    """

  private func differences(
    _ expected: String = expected, events: [String] = Bicycles.events, changes: [String: String?] = [:]
  ) throws -> [ProjectionDifference] {
    var files = changes
    files["examples.ndjson"] = events.joined(separator: "\n") + "\n"
    files["expected.json"] = expected
    let results = try ProjectionTest.run(packs: Bicycles.packs(files))
    #expect(results.map(\.pack) == ["raeder"])
    return results[0].differences
  }

  @Test func findsNothingWhereAllIsAsExpected() throws {
    #expect(try differences().isEmpty)
  }

  @Test func countsWhatItCompares() throws {
    let packs = try Bicycles.packs([
      "examples.ndjson": Bicycles.events.joined(separator: "\n"), "expected.json": Self.expected,
    ])
    let result = try #require(try ProjectionTest.run(packs: packs, names: ["raeder"]).first)
    #expect(result.events == 4)
    #expect(result.comparisons == 6)
  }

  @Test func packWithoutExamples() throws {
    let result = try #require(try ProjectionTest.run(packs: Bicycles.packs()).first)
    #expect(result.events == 0)
    #expect(result.comparisons == 0)
    #expect(result.differences.isEmpty)
  }

  @Test(arguments: [
    (
      #"{"tables":{"rad":[{"subject":"rad/1","marke":"Wanderer"},{"subject":"rad/2"},{"subject":"rad/3"}]}}"#,
      [
        "table rad: expected a row {\"subject\":\"rad/1\",\"marke\":\"Wanderer\"}, found none",
        "table rad: expected no further row",
      ]
    ),
    (#"{"tables":{"rad":[]}}"#, Array(repeating: "table rad: expected no further row", count: 3)),
    (
      #"{"tables":{"rad":[{"farbe":"rot"}]}}"#,
      ["table rad: expected a column farbe"] + Array(repeating: "table rad: expected no further row", count: 3)
    ),
    (#"{"tables":{"fahrrad":[]}}"#, ["table fahrrad: expected a table or view of that name"]),
    (
      #"{"figures":{"raeder.vorhanden":{"effective":"2026-12-31","value":3}}}"#,
      ["figure raeder.vorhanden on 2026-12-31: expected 3, found 2"]
    ),
    (
      #"{"figures":{"raeder.fehlt":{"effective":"2026-12-31","value":3}}}"#,
      ["figure raeder.fehlt on 2026-12-31: expected a figure of that name, found none"]
    ),
    (
      #"{"findings":{"raeder.ohne-preis":0}}"#,
      ["finding raeder.ohne-preis on 2026-11-10: expected 0, found 1: rad/2: kein Preis am 2026-03-01"]
    ),
    (#"{"findings":{"raeder.fehlt":0}}"#, ["finding raeder.fehlt: expected a finding of that name, found none"]),
  ])
  func findsWrongExpectations(expected: String, found: [String]) throws {
    let texts = try differences(expected).map(\.description)
    #expect(texts.count == found.count, "\(texts)")
    for (text, beginning) in zip(texts, found) { #expect(text.hasPrefix("raeder: " + beginning)) }
  }

  @Test func comparesRowsAsMultiset() throws {
    let twice = #"{"tables":{"rad":[{"marke":"Diamant"},{"marke":"Brennabor"},{"marke":"Brennabor"}]}}"#
    #expect(try differences(twice).count == 2)
    let once = #"{"tables":{"rad":[{"marke":"Diamant"},{"marke":"Brennabor"},{"marke":"Diamant"}]}}"#
    #expect(try differences(once).isEmpty)
  }

  @Test(arguments: [
    (#"{"specversion":"1.0"}"#, "/id"),
    ("kein JSON", "at byte 0"),
    (Bicycles.bought(1, ""), "/data/marke"),
    (Bicycles.bought(1, "A").replacing("rad/1", with: "auto/1"), "/subject"),
    (Bicycles.sold(1, on: "2026-01-01"), "no event yet"),
  ])
  func refusesExamplesThatTheLedgerWouldRefuse(line: String, detail: String) throws {
    let found = try differences(events: ["", line])
    #expect(found.count == 1)
    #expect(found.first?.what == "examples.ndjson, line 2")
    #expect(found.first?.found.contains(detail) == true, "\(found)")
  }

  @Test func stateAndSecondPersonAreChecked() throws {
    let bought = Bicycles.bought(1, "A")
    #expect(
      try differences(#"{}"#, events: [bought, Bicycles.bought(1, "A")]).map(\.what) == ["examples.ndjson, line 2"])
    let found = try differences(#"{}"#, events: [bought, Bicycles.sold(1, on: "2026-04-01", by: "einkauf")])
    #expect(found.first?.found.contains("/authid") == true)
  }

  @Test func personalFieldsAreSealed() throws {
    let event = Bicycles.bought(1, "A").replacing(#""marke":"A""#, with: #""nutzer":"N. N.","marke":"A""#)
    let sealed = #"{"sealed":"beispiel.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA"}"#
    #expect(try differences(#"{"tables":{"rad":[{"marke":"A","nutzer":\#(sealed)}]}}"#, events: [event]).isEmpty)
  }

  @Test func statementThatFailsIsADifference() throws {
    let broken = Bicycles.projection.replacing("'$.marke'", with: "'$.modell'")
    let found = try differences(#"{}"#, changes: ["projection.sql": broken])
    #expect(found.map(\.what) == ["projections"])
    #expect(found.first?.found.contains("NOT NULL") == true)
  }

  @Test(arguments: [
    (#"{"tabellen":{}}"#, "/tabellen: unknown"),
    (#"{"tables":{"rad":{}}}"#, "/tables/rad: expected an array"),
    (#"{"figures":{"raeder.wert":{"value":1}}}"#, "/figures/raeder.wert/effective: missing"),
    (#"{"figures":{"raeder.wert":{"effective":"gestern","value":1}}}"#, "expected a day"),
    (#"{"figures":{"raeder.wert":{"effective":"2026-12-31","value":"1"}}}"#, "expected a number"),
    (#"{"findings":{"raeder.ohne-preis":-1}}"#, "expected a number of rows"),
  ])
  func refusesExpectationsOfAnotherForm(expected: String, detail: String) {
    let error = #expect(throws: ReportingError.self) { try differences(expected) }
    #expect(error?.description.contains(detail) == true, "\(String(describing: error))")
  }

  @Test func unknownPack() {
    #expect(throws: ReportingError.unknownPacks(["fehlt"])) {
      try ProjectionTest.run(packs: Bicycles.packs(), names: ["fehlt"])
    }
  }
}
