import DomainPacks
import Foundation
import ReadModels
import Testing
import TransparencyLog

@testable import Reporting

/// The report of the second half of 2022, drawn up from the packs and events of this repository.
@Suite struct StatusberichtTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private static let ledger = Result {
    let data = root.appendingPathComponent("tools/data/statusbericht-2022-h2.ndjson")
    let packs = try PackSet.load(directory: root.appendingPathComponent("Projections").path)
    return try TestLedger(
      packs, events: String(contentsOf: data, encoding: .utf8).split(separator: "\n").map(String.init))
  }

  private static let report = Result {
    try Report.build(name: "statusbericht", snapshot: ledger.get().snapshot, period: Period("2022-H2"))
  }

  private var report: Report {
    get throws { try Self.report.get() }
  }

  private func html() throws -> (text: String, outline: HTMLOutline) {
    let text = String(decoding: try report.render(.html), as: UTF8.self)
    return (text, try HTMLOutline(text))
  }

  @Test(arguments: [
    ("projekte.gesamt", 39), ("projekte.abgeschlossen", 33), ("projekte.abgeschlossen-vor-strategie", 6),
    ("projekte.initialisierung", 1), ("projekte.bearbeitung", 8), ("projekte.verlaengert", 3),
    ("angebote.online-dienste", 9), ("angebote.themenportale", 4), ("angebote.fachportale", 4),
    ("angebote.formulare", 161), ("angebote.leistungen-website", 468), ("angebote.leistungen-ozg", 509),
    ("anfragen.eingegangen", 84), ("anfragen.startbar", 0), ("anfragen.ausserhalb-ozg", 0),
    ("budget.soll", 21_500_000), ("budget.ist", 11_300_000), ("akten.produktiv", 10),
  ])
  func hasFigure(name: String, value: Int64) throws {
    let figure = try #require(try report.figures.first { $0.name == name })
    #expect(figure.value == .integer(value))
    #expect(figure.sequences.isEmpty == (value == 0))
  }

  @Test func earlierCountOfRequests() throws {
    let events = try Self.ledger.get().lines.count
    let packs = try Self.ledger.get().snapshot.packs
    let data = try String(
      contentsOf: Self.root.appendingPathComponent("tools/data/statusbericht-2022-h2.ndjson"), encoding: .utf8)
    let lines = data.split(separator: "\n").map(String.init)
    let lastCount = try #require(lines.lastIndex { $0.contains("anfrage.bestand-uebernommen") })
    #expect(lines.count == events)
    let earlier = try TestLedger(packs, events: Array(lines[..<lastCount]))
    let figures = try Figures.compute(
      snapshot: earlier.snapshot, effective: "2022-12-31", names: ["anfragen.eingegangen"])
    #expect(figures.map(\.value) == [.integer(82)])
  }

  @Test(arguments: [
    ("projekte.summe-weicht-ab", ["39", "42"]),
    ("anfragen.gemeldet-weicht-ab", ["82", "84"]),
    ("projekte.tabelle-gegen-steckbrief", ["A34"]),
    ("projekte.verlaengert-ohne-neues-ende", ["A7", "A14", "A29"]),
    ("akten.produktiv-und-in-arbeit", ["Vertragsmanagement"]),
  ])
  func namesFinding(name: String, mentions: [String]) throws {
    let findings = try report.findings.filter { $0.name == name }
    let texts = findings.map(\.text).joined(separator: "\n")
    for mention in mentions { #expect(texts.contains(mention), "\(name): \(texts)") }
    for finding in findings { #expect(!finding.sequences.isEmpty, "\(finding.text)") }
  }

  /// What the report of 2022 states beside the named figures: where it stands in this one.
  @Test(arguments: [
    ("angaben", "wert", "216/01/2017"), ("vorlage", "stand", "2023-03-10"), ("vorlage", "version", "1.0"),
    ("angaben", "wert", "1 1/3"), ("komponenten", "datum", "2022-09-30"),
    ("komponenten", "datum", "2022-11-29"),
    ("komponenten", "frist_jahre", "2"), ("kostenangebote", "monatlich_cent", "2000"),
    ("kostenangebote", "monatlich_cent", "8200"), ("kostenangebote", "einrichtung_cent", "77500"),
    ("kostenangebote", "registrierung_cent", "20000"), ("anfragen-zaehlstaende", "wert", "82"),
    ("projektkosten", "betrag_cent", "2500000"), ("projektkosten", "betrag_cent", "150000"),
    ("projektkosten", "betrag_cent", "50000"), ("projektkosten", "betrag_cent", "18"),
    ("projektkosten", "betrag_cent", "4000000"), ("projektkosten", "betrag_cent", "500000"),
    ("summenprobe", "abweichung", "3"),
  ])
  func hasRow(table: String, column: String, value: String) throws {
    let table = try #require(try report.tables.first { $0.name == table })
    let index = try #require(table.columns.firstIndex(of: column))
    let plain = ReportColumn(name: column, title: column, format: .text)
    let row = try #require(table.rows.first { CellText($0.values[index], plain).text == value })
    #expect(!row.sequences.isEmpty)
  }

  @Test func hasASheetForEachProject() throws {
    let sheets = try #require(try report.tables.first { $0.name == "steckbriefe" })
    let headings = try html().outline.all("h4").map(\.text).filter { $0.hasPrefix("2.1.") }
    #expect(headings.count == sheets.rows.count)
    for (index, nr) in ["B1", "B2", "B4", "G3", "G3a", "A7", "A13", "A14", "A29", "A34", "I9"].enumerated() {
      #expect(headings[index].hasPrefix("2.1.\(index + 1) \(nr): "), "\(headings[index])")
    }
  }

  @Test func everyTableIsPrinted() throws {
    let printed = Set(try report.definition.sections.flatMap { $0.tables.map(\.name) })
    #expect(try report.tables.map(\.name).filter { !printed.contains($0) }.isEmpty)
  }

  @Test func everyRowIsPrinted() throws {
    let places = try report.definition.sections.flatMap(\.tables)
    for table in try report.tables {
      let printed = places.filter { $0.name == table.name }.flatMap { table.rows(only: $0.only).rows }
      for row in table.rows { #expect(printed.contains(row), "\(table.name): \(row.values)") }
    }
  }

  @Test func pageShowsEveryFigureAndItsRecords() throws {
    let rows = try html().outline.all("tr").map(\.text)
    for figure in try report.figures {
      let (value, unit) = GermanText.figure(figure.value, unit: figure.unit)
      let row = try #require(rows.first { $0.hasPrefix("\(figure.title) \(figure.name) ") }, "\(figure.name)")
      #expect(row.contains(value))
      #expect(unit.isEmpty || row.contains(unit))
      let records = figure.sequences.isEmpty ? "keine" : figure.sequences.map(String.init).joined(separator: ", ")
      #expect(row.hasSuffix(records), "\(row)")
    }
  }

  @Test func pageShowsEveryFinding() throws {
    let items = try html().outline.all("li").map(\.text)
    for finding in try report.findings {
      let text = GermanText.prose(finding.text).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        .replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      #expect(items.contains { $0.hasPrefix(text) }, "\(finding.text)")
    }
  }

  @Test func pageShowsWhatItRestsOn() throws {
    let footer = try #require(try html().outline.all("footer").first).text
    let report = try report
    #expect(footer.contains("31.12.2022"))
    #expect(footer.contains("\(report.asof.size) Datensätze"))
    #expect(footer.contains(report.asof.root.base64))
    for pack in report.packs { #expect(footer.contains(pack.digest)) }
  }

  @Test func headingsDescendOneLevelAtATime() throws {
    let headings = try html().outline.all("h1", "h2", "h3", "h4", "h5", "h6")
    #expect(headings.first?.name == "h1")
    #expect(headings.filter { $0.name == "h1" }.count == 1)
    var level = 0
    for heading in headings {
      let next = try #require(heading.name.last?.wholeNumberValue)
      #expect(next <= level + 1, "\(heading.text)")
      level = next
    }
  }

  @Test func pageIsAccessible() throws {
    let (text, outline) = try html()
    #expect(text.hasPrefix("<!DOCTYPE html>\n<html lang=\"de\">"))
    #expect(outline.all("title").first?.text.isEmpty == false)
    for header in outline.all("th") { #expect(["col", "row"].contains(header.attributes["scope"]), "\(header.text)") }
    let tables = outline.all("table").count
    #expect(tables > 20)
    #expect(outline.all("caption").filter { !$0.text.isEmpty }.count == tables)
    for svg in outline.all("svg") { #expect(svg.attributes["role"] == "img") }
    #expect(outline.all("desc").first?.text.contains("in Bearbeitung: 8") == true)
    let ids = outline.elements.compactMap { $0.attributes["id"] }
    #expect(Set(ids).count == ids.count)
    for link in outline.all("a") {
      let target = try #require(link.attributes["href"])
      #expect(target.first == "#" && ids.contains(String(target.dropFirst())), "\(target)")
    }
    for element in outline.elements {
      for id in element.attributes["aria-labelledby"]?.split(separator: " ") ?? [] {
        #expect(ids.contains(String(id)), "\(id)")
      }
    }
  }

  @Test(arguments: ["://", "url(", "@import", "<script", "<link", "<img", " src=", "javascript:", "{{", "}}"])
  func pageAsksForNothingElse(text: String) throws {
    #expect(try !html().text.contains(text))
  }

  @Test(arguments: ReportFormat.allCases)
  func sameBytesFromAnotherDatabase(format: ReportFormat) throws {
    let data = try String(
      contentsOf: Self.root.appendingPathComponent("tools/data/statusbericht-2022-h2.ndjson"), encoding: .utf8)
    let packs = try Self.ledger.get().snapshot.packs
    let again = try TestLedger(packs, events: data.split(separator: "\n").map(String.init))
    let other = try Report.build(name: "statusbericht", snapshot: again.snapshot, period: Period("2022-H2"))
    #expect(try other.render(format) == report.render(format))
  }

  @Test func markdownHasTheSameContent() throws {
    let text = String(decoding: try report.render(.markdown), as: UTF8.self)
    for figure in try report.figures { #expect(text.contains("| `\(figure.name)` | "), "\(figure.name)") }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where line.hasPrefix("|---") {
      let columns = line.filter { $0 == "|" }.count
      var row = index + 1
      while lines[row].hasPrefix("|") {
        #expect(
          lines[row].filter { $0 == "|" }.count - lines[row].matches(of: /\\\|/).count == columns, "\(lines[row])")
        row += 1
      }
      #expect(row > index + 1, "\(lines[index - 1])")
    }
  }

  @Test func anEmptyLedgerHasAReportToo() throws {
    let packs = try Self.ledger.get().snapshot.packs
    let empty = try TestLedger(packs, events: [])
    let report = try Report.build(name: "statusbericht", snapshot: empty.snapshot, period: Period("2022-H2"))
    #expect(report.findings.isEmpty)
    #expect(report.figures.filter { $0.value != .integer(0) }.map(\.name).isEmpty)
    for format in ReportFormat.allCases { #expect(try !report.render(format).isEmpty) }
  }

  @Test func packsHoldWhatTheirExamplesSay() throws {
    let results = try ProjectionTest.run(packs: Self.ledger.get().snapshot.packs)
    #expect(results.flatMap(\.differences).map(\.description).isEmpty)
    #expect(results.contains { $0.events > 0 && $0.comparisons > 0 })
  }
}
