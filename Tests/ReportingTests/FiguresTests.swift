import DomainPacks
import ReadModels
import Testing
import TransparencyLog

@testable import Reporting

@Suite struct FiguresTests {
  private func compute(
    _ figures: String? = nil, effective: String = "2026-12-31", from: String? = nil, to: String? = nil,
    names: [String]? = nil
  ) throws -> [FigureValue] {
    let packs = try Bicycles.packs(figures.map { ["figures.sql": $0, "berichte/raeder/bericht.json": nil] } ?? [:])
    let ledger = try TestLedger(packs, events: Bicycles.events)
    return try Figures.compute(snapshot: ledger.snapshot, effective: effective, from: from, to: to, names: names)
  }

  @Test func countsAndSums() throws {
    let figures = try compute()
    #expect(figures.map(\.name) == ["raeder.vorhanden", "raeder.wert", "raeder.gewicht", "raeder.im-zeitraum"])
    #expect(figures.map(\.value) == [.integer(2), .integer(95_050), .decimal(millionths: 14_300_000), .integer(1)])
    #expect(figures[0].sequences == [1, 2])
    #expect(figures[1].unit == "Cent")
    #expect(figures[2].sequences == [0, 1, 2])
  }

  @Test func effectiveDaysDiffer() throws {
    #expect(try compute(effective: "2026-11-09", names: ["raeder.vorhanden"]).map(\.value) == [.integer(3)])
    #expect(try compute(effective: "2026-11-10", names: ["raeder.vorhanden"]).map(\.value) == [.integer(2)])
  }

  @Test func noRowsAreZero() throws {
    let figures = try compute(effective: "2025-12-31", names: ["raeder.vorhanden", "raeder.wert"])
    #expect(figures.map(\.value) == [.integer(0), .integer(0)])
    #expect(figures.map(\.sequences) == [[], []])
  }

  @Test func periodStartsWithTheHalfYear() throws {
    let name = ["raeder.im-zeitraum"]
    #expect(try compute(effective: "2026-06-30", names: name).map(\.value) == [.integer(2)])
    #expect(try compute(effective: "2026-08-01", names: name).map(\.value) == [.integer(1)])
    #expect(try compute(from: "2026-01-01", to: "2026-12-31", names: name).map(\.value) == [.integer(3)])
  }

  @Test func keepsTheOrderAskedFor() throws {
    let names = ["raeder.wert", "raeder.vorhanden"]
    #expect(try compute(names: names).map(\.name) == names)
  }

  @Test func namesUnknownFigures() {
    #expect(throws: ReportingError.unknownFigures(["raeder.fehlt"])) {
      try compute(names: ["raeder.wert", "raeder.fehlt"])
    }
  }

  @Test(arguments: ["", "2026-13-01", "31.12.2026"])
  func refusesNoDay(day: String) {
    #expect(throws: ReportingError.notADay(day)) { try compute(effective: day) }
  }

  @Test(arguments: [
    ("SELECT subject FROM rad", "a column \"sequence\""),
    ("SELECT NULL AS sequence", "no record"),
    ("SELECT 'eins' AS sequence", "no record"),
    ("SELECT -1 AS sequence", "no record"),
    ("SELECT 1 AS sequence, 'viel' AS value", "no number"),
    ("SELECT 1 AS sequence, 9223372036854775807 AS value UNION ALL SELECT 2, 1", "too large"),
    ("SELECT 1 AS sequence, 1e300 AS value", "too large"),
  ])
  func namesFigureAndPackInErrors(sql: String, detail: String) {
    let error = #expect(throws: ReportingError.self) { try compute("-- figure raeder.krumm: Krumm [Räder]\n\(sql);") }
    guard case .query(let pack, let name, let text) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(pack == "raeder")
    #expect(name == "figure raeder.krumm")
    #expect(text.contains(detail))
  }

  @Test func sumsNullAsNothing() throws {
    let sql = "-- figure raeder.n: N [Räder]\nSELECT 1 AS sequence, NULL AS value UNION ALL SELECT 1, 4;"
    let figure = try #require(try compute(sql).first)
    #expect(figure.value == .integer(4))
    #expect(figure.sequences == [1])
  }

  @Test(arguments: [
    (FigureNumber.integer(-5), "-5"), (.decimal(millionths: 180_000), "0.18"),
    (.decimal(millionths: -1_500_000), "-1.5"),
    (.decimal(millionths: 1_333_333), "1.333333"), (FigureNumber(millionths: 2_000_000), "2"),
  ])
  func numbersAsText(number: FigureNumber, text: String) {
    #expect(number.text == text)
  }

  @Test func realsDoNotDependOnTheirOrder() {
    let values = [0.1, 0.2, 0.3, 1e9, -1e9, 0.7]
    for rotation in values.indices {
      var sum = FigureSum()
      for value in values[rotation...] + values[..<rotation] {
        let isInRange = sum.add(value)
        #expect(isInRange)
      }
      #expect(sum.total?.text == "1.3")
    }
  }

  @Test func writesJSON() throws {
    let ledger = try TestLedger(Bicycles.packs(), events: Bicycles.events)
    let figures = try Figures.compute(
      snapshot: ledger.snapshot, effective: "2026-12-31", names: ["raeder.vorhanden", "raeder.gewicht"])
    let root = RFC6962.root(ofLines: ledger.lines)
    let asof = #"{"size":4,"root":"\#(root.base64)"}"#
    #expect(
      String(decoding: Figures.json(figures), as: UTF8.self) == """
        [{"name":"raeder.vorhanden","title":"Vorhandene Diensträder","value":2,"unit":"Räder","sequences":[1,2],\
        "asof":\(asof),"effective":"2026-12-31"},\
        {"name":"raeder.gewicht","title":"Gewicht aller Diensträder","value":14.3,"unit":"kg","sequences":[0,1,2],\
        "asof":\(asof),"effective":"2026-12-31"}]

        """)
    #expect(Figures.json([]) == Array("[]\n".utf8))
  }
}

extension RFC6962 {
  /// The root over lines, by the definition of RFC 6962 §2.1.
  static func root(ofLines lines: [[UInt8]]) -> Digest {
    var frontier = Frontier()
    for line in lines { frontier.append(leafHash(line)) }
    return frontier.root
  }
}
