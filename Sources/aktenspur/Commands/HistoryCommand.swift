import ArgumentParser
import Ledger
import Reporting

struct HistoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "Print what was done to a subject, by whom and when, with the values before and after.",
    discussion: """
      SUBJECT is an Akte, a Vorgang, a Dokument or any other subject, e.g. akte/10.03/2025/7. The history of an Akte holds \
      that of its Vorgänge and Dokumente, and who read what. Values before and after are computed from the log; sealed \
      values stay sealed.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case table, json, html
  }

  @OptionGroup var ledger: LedgerOption
  @OptionGroup var packs: PacksOption
  @OptionGroup var asOf: AsOfOption
  @Option(help: "table, json or html (a page of its own).") var format: Format = .table
  @Flag(help: "The same as --format json.") var json = false
  @Option(name: .shortAndLong, help: "Write to this file instead of stdout.") var output: String?
  @Argument(help: "The subject.") var subject: String

  func run() throws {
    let records = try LedgerReader(at: try ledger.path(), packs: packs.source).records(of: subject, asOf: asOf.value)
    let history = History(
      of: subject, parts: records.parts, records: records.records, packs: records.packs, asof: records.head)
    let bytes: [UInt8] =
      switch json ? .json : format {
      case .table: Array(TextTable(HistoryCommand.columns, history.rows).text.utf8)
      case .json: history.json
      case .html: try history.html
      }
    guard let output, output != "-" else { return Terminal.write(bytes) }
    try OutputFile.write(bytes, to: output)
  }

  private static var columns: [String] {
    Language.text(
      en: "record|time|actor|subject|action|field|old|new|remark",
      de: "Datensatz|Zeit|Akteur|Gegenstand|Aktion|Feld|alt|neu|Bemerkung"
    ).split(separator: "|").map(String.init)
  }
}
