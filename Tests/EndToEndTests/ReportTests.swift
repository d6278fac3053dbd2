import Foundation
import Testing

/// The report of a half-year, printed from the ledger.
struct ReportTests {
  private static let formats = ["json", "csv", "md", "html"]

  private func arguments(_ format: String, _ more: String...) -> [String] {
    ["statusbericht", "--period", "2022-H2", "--format", format] + more
  }

  private func byCommand(_ ledger: LedgerUnderTest, _ format: String, _ more: [String] = []) throws -> Data {
    let result = try ledger.command("report", arguments: arguments(format) + more)
    #expect(result.status == 0, "\(result.errors)")
    #expect(!result.output.isEmpty)
    return result.output
  }

  private func byHTTP(_ ledger: LedgerUnderTest, _ format: String, _ more: String = "") throws -> Data {
    let answer = try ledger.get("/v1/reports/statusbericht?period=2022-H2&format=\(format)\(more)")
    #expect(answer.status == 200, "\(answer.text)")
    return answer.body
  }

  @Test func reportHoldsTheFiguresAndNamesTheContradictions() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      let report = try byCommand(ledger, "json").decoded(ReportDocument.self)
      #expect(report.report == "statusbericht")
      #expect(report.period == "2022-H2")
      #expect(report.effective == "2022-12-31")
      #expect(report.asof.size == (try ledger.logLines().count))
      #expect(
        report.asof.root
          == (try ledger.command("figures", arguments: ["--json"]).output
            .decoded([Figure].self).first?.asof.root))

      let printed = Dictionary(report.figures.map { ($0.name, $0) }) { $1 }
      for (name, value) in FigureTests.printed { #expect(printed[name]?.value == value, "\(name)") }
      let figures = try ledger.command("figures", arguments: ["--json", "--effective", "2022-12-31"])
        .output.decoded([Figure].self)
      for figure in report.figures { #expect(figures.contains(figure), "\(figure.name)") }

      let names = Set(report.findings.map(\.name))
      let expected: Set = [
        "projekte.summe-weicht-ab", "anfragen.gemeldet-weicht-ab", "projekte.tabelle-gegen-steckbrief",
        "projekte.verlaengert-ohne-neues-ende", "akten.produktiv-und-in-arbeit",
      ]
      #expect(names.isSuperset(of: expected), "missing: \(expected.subtracting(names))")
      func texts(_ name: String) -> [String] { report.findings.filter { $0.name == name }.map(\.text) }
      func expectText(_ name: String, _ parts: String...) {
        #expect(texts(name).contains { text in parts.allSatisfy { text.contains($0) } }, "\(name): \(texts(name))")
      }
      expectText("projekte.summe-weicht-ab", "39", "33", "42")
      expectText("anfragen.gemeldet-weicht-ab", "82", "84")
      expectText("projekte.tabelle-gegen-steckbrief", "A34")
      for project in ["A7", "A14", "A29"] { expectText("projekte.verlaengert-ohne-neues-ende", project) }
      for finding in report.findings {
        #expect(!finding.sequences.isEmpty, "\(finding.name)")
        #expect(finding.sequences.allSatisfy { (0..<report.asof.size).contains($0) }, "\(finding.name)")
      }
    }
  }

  @Test func reportAsOfAnEarlierHeadIsThatOfThen() throws {
    try LedgerUnderTest.run { ledger in
      let seed = try Data(contentsOf: Repository.seed).split(separator: 0x0A).map { Data($0) }
      let earlier = try ledger.post(Data(seed.dropLast().joined(separator: [0x0A])), as: ContentType.lines)
      let before = try #require(try earlier.lines.last?.decoded(Receipt.self))
      let last = try ledger.post(try #require(seed.last), as: ContentType.event).decoded(Receipt.self)

      func received(_ report: Data) throws -> Int? {
        try report.decoded(ReportDocument.self).figures.first { $0.name == "anfragen.eingegangen" }?.value
      }
      for asOf in ["\(last.sequence)", before.recordedtime] {
        #expect(try received(byCommand(ledger, "json", ["--as-of", asOf])) == 82, "\(asOf)")
        #expect(try received(byHTTP(ledger, "json", "&as-of=\(asOf)")) == 82, "\(asOf)")
      }
      for asOf in ["\(last.sequence + 1)", last.recordedtime] {
        #expect(try received(byCommand(ledger, "json", ["--as-of", asOf])) == 84, "\(asOf)")
        #expect(try received(byHTTP(ledger, "json", "&as-of=\(asOf)")) == 84, "\(asOf)")
      }
      #expect(try received(byCommand(ledger, "json")) == 84)
      #expect(try received(byHTTP(ledger, "json")) == 84)

      // What was known then stays what it was.
      let then = try byCommand(ledger, "html", ["--as-of", "\(last.sequence)"])
      try ledger.record(.project("A99", id: "later"))
      #expect(try byCommand(ledger, "html", ["--as-of", "\(last.sequence)"]) == then)
      #expect(try byHTTP(ledger, "html", "&as-of=\(last.sequence)") == then)
    }
  }

  @Test(arguments: formats)
  func reportIsTheSameBytesHoweverItIsAskedFor(format: String) throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      let first = try byCommand(ledger, format)
      #expect(try byHTTP(ledger, format) == first)

      ledger.stop()
      #expect(try byCommand(ledger, format) == first)
      try ledger.deleteCache()
      #expect(try byCommand(ledger, format) == first)

      try ledger.deleteCache()
      try ledger.start()
      #expect(try byHTTP(ledger, format) == first)
      #expect(try byCommand(ledger, format) == first)
    }
  }

  @Test func reportSaysItsContentType() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      let types = ["json": "application/json", "csv": "text/csv", "md": "text/markdown", "html": "text/html"]
      for (format, type) in types {
        let answer = try ledger.get("/v1/reports/statusbericht?period=2022-H2&format=\(format)")
        #expect(answer.contentType?.hasPrefix(type) == true, "\(format): \(answer.contentType ?? "none")")
      }
      let standard = try ledger.get("/v1/reports/statusbericht?period=2022-H2")
      #expect(standard.text.hasPrefix("<!DOCTYPE html>"))
      #expect(standard.text.contains("lang=\"de\""))
    }
  }

  @Test func reportGoesToAFile() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      let file = ledger.folder.file("bericht.md")
      let result = try ledger.command("report", arguments: arguments("md", "-o", file.path))
      #expect(result.status == 0)
      #expect(result.output.isEmpty)
      #expect(try Data(contentsOf: file) == byCommand(ledger, "md"))
    }
  }
}
