import ArgumentParser
import EventLog
import Ledger
import LogFormat
import Reporting

struct FiguresCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "figures", abstract: "Print figures, each with the records behind it.")

  @OptionGroup var ledger: LedgerOption
  @OptionGroup var packs: PacksOption
  @OptionGroup var asOf: AsOfOption
  @Option(help: "The Stichtag, YYYY-MM-DD; default: today.") var effective: String?
  @Flag(help: "Print the figures as JSON.") var json = false
  @Argument(help: "Names of figures; default: all.") var names: [String] = []

  func run() throws {
    let reader = try LedgerReader(at: try ledger.path(), packs: packs.source)
    let day = effective ?? AsOf.today(in: reader.log.description.timeZone)
    let figures = try Figures.compute(
      snapshot: try reader.snapshot(asOf: asOf.value), effective: day, names: names.isEmpty ? nil : names)
    if json {
      Terminal.write(Figures.json(figures))
      return
    }
    let rows = figures.map { figure in
      let records = figure.sequences.prefix(8).map(String.init).joined(separator: ", ")
      return [
        figure.name, figure.value.text, figure.unit, figure.title,
        figure.sequences.count > 8 ? "\(records), … (\(figure.sequences.count))" : records,
      ]
    }
    let columns = Language.text(en: "figure value unit title records", de: "Kennzahl Wert Einheit Titel Datensätze")
    Terminal.write(TextTable(columns.split(separator: " ").map(String.init), rows).text.utf8)
    var printed: Set<String> = []
    for note in figures.flatMap(\.notes) where printed.insert(note).inserted { Terminal.print("\n" + note) }
  }
}
