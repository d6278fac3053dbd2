import ArgumentParser
import Foundation
import Ledger
import Reporting

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Print a report of a domain pack for a period.")

  @OptionGroup var ledger: LedgerOption
  @OptionGroup var packs: PacksOption
  @OptionGroup var asOf: AsOfOption
  @Argument(help: "The report's name, e.g. statusbericht.") var name: String
  @Option(help: "A half-year (2022-H2), quarter (2022-Q4), month (2022-12) or year (2022).") var period: String
  @Option(help: "The Stichtag, YYYY-MM-DD; default: the end of the period.") var effective: String?
  @Option(help: "Narrow to this subject what knows one, e.g. vertrag/2022-0815.") var subject: String?
  @Option(help: "Print this table alone, e.g. fristen.") var table: String?
  @Option(
    help: "html, json, csv or md.",
    transform: { text in
      guard let format = ReportFormat(rawValue: text) else {
        throw ValidationError("expected html, json, csv or md, found \(text)")
      }
      return format
    })
  var format: ReportFormat = .html
  @Option(name: .shortAndLong, help: "Write to this file instead of stdout.") var output: String?

  func run() throws {
    let period: Period
    do {
      period = try Period(self.period)
    } catch {
      throw ValidationError("--period: \(error)")
    }
    let snapshot = try LedgerReader(at: try ledger.path(), packs: packs.source).snapshot(asOf: asOf.value)
    let report = try Report.build(
      name: name, snapshot: snapshot, period: period, effective: effective, subject: subject, table: table)
    let bytes = try report.render(format)
    guard let output, output != "-" else {
      Terminal.write(bytes)
      return
    }
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: output), options: .atomic)
    } catch {
      throw Failure(.cannotCreate, "\(output): \(error.localizedDescription)")
    }
  }
}
