import Testing

@testable import Reporting

@Suite struct FindingsTests {
  @Test func sortsByRecords() throws {
    let ledger = try TestLedger(
      Bicycles.packs(),
      events: [Bicycles.bought(1, "Diamant"), Bicycles.bought(2, "Diamant"), Bicycles.bought(3, "Wanderer")])
    let findings = try Findings.compute(snapshot: ledger.snapshot, effective: "2026-12-31")
    #expect(
      findings == [
        FindingValue(
          name: "raeder.ohne-preis", title: "Diensträder ohne Preis", text: "rad/1: kein Preis am 2026-03-01",
          sequences: [0]),
        FindingValue(
          name: "raeder.ohne-preis", title: "Diensträder ohne Preis", text: "rad/2: kein Preis am 2026-03-01",
          sequences: [1]),
        FindingValue(
          name: "raeder.ohne-preis", title: "Diensträder ohne Preis", text: "rad/3: kein Preis am 2026-03-01",
          sequences: [2]),
        FindingValue(
          name: "raeder.gleiche-marke", title: "Mehrere Diensträder einer Marke", text: "Diamant", sequences: [0, 1]),
      ])
  }

  @Test(arguments: [
    ("SELECT 'a' AS text", "\"sequences\""),
    ("SELECT 1 AS sequences", "\"text\""),
    ("SELECT '' AS text, 1 AS sequences", "no text"),
    ("SELECT 'a' AS text, 'b' AS sequences", "JSON array"),
    ("SELECT 'a' AS text, '[1,\"2\"]' AS sequences", "JSON array"),
    ("SELECT 'a' AS text, -1 AS sequences", "JSON array"),
  ])
  func namesFindingAndPackInErrors(sql: String, detail: String) throws {
    let packs = try Bicycles.packs(["findings.sql": "-- finding raeder.krumm: Krumm\n\(sql);"])
    let ledger = try TestLedger(packs, events: [])
    let error = #expect(throws: ReportingError.self) {
      try Findings.compute(snapshot: ledger.snapshot, effective: "2026-12-31")
    }
    #expect(error?.description.contains("pack raeder, finding raeder.krumm: ") == true)
    #expect(error?.description.contains(detail) == true)
  }
}
