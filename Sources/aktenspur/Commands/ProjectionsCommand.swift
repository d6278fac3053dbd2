import ArgumentParser
import DomainPacks
import Ledger
import LogFormat
import ReadModels
import Reporting
import TransparencyLog

struct ProjectionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "projections", abstract: "The tables derived from the log by the domain packs.",
    subcommands: [List.self, Show.self, Rebuild.self, Test.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the packs in use, with versions and tables.")

    @OptionGroup var ledger: LedgerOption
    @OptionGroup var packs: PacksOption
    @Flag(help: "Print as JSON.") var json = false

    func run() throws {
      let snapshot = try LedgerReader(at: try ledger.path(), packs: packs.source).snapshot()
      let entries = snapshot.packs.packs.map { pack in
        (pack: pack, objects: snapshot.objects.filter { $0.pack == pack.name }.map(\.name))
      }
      if json {
        let objects = entries.map { entry in
          let tables = entry.objects.map { JSONText.string($0) }.joined(separator: ",")
          return #"{"name":\#(JSONText.string(entry.pack.name)),"title":\#(JSONText.string(entry.pack.title)),"#
            + #""digest":"sha256:\#(entry.pack.digest.hex)","tables":[\#(tables)]}"#
        }
        let head = #"{"size":\#(snapshot.head.size),"root":"\#(snapshot.head.root.base64)"}"#
        Terminal.print(#"{"asof":\#(head),"packs":[\#(objects.joined(separator: ",\n"))]}"#)
        return
      }
      Terminal.write(
        TextTable(
          ["pack", "sha256", "tables"],
          entries.map { [$0.pack.name, String($0.pack.digest.hex.prefix(16)), $0.objects.joined(separator: ", ")] }
        ).text.utf8)
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print a table or view.")

    @OptionGroup var ledger: LedgerOption
    @OptionGroup var packs: PacksOption
    @OptionGroup var asOf: AsOfOption
    @Argument(help: "The table or view.") var table: String

    func run() throws {
      let snapshot = try LedgerReader(at: try ledger.path(), packs: packs.source).snapshot(asOf: asOf.value)
      guard snapshot.objects.contains(where: { $0.name == table }) else {
        let known = snapshot.objects.map(\.name).joined(separator: ", ")
        throw Failure(.badInput, "there is no table \(table); there are: \(known)")
      }
      let result = try snapshot.rows("SELECT * FROM \"\(table)\"")
      Terminal.write(TextTable(result.columns, result.rows.map { $0.map(\.shown) }).text.utf8)
    }
  }

  struct Rebuild: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Build the tables anew from the log, compare them with the old ones, and take their place.",
      discussion: "Needs the ledger for itself. Exit status 1 if the old tables were not what the log says.")

    @OptionGroup var ledger: LedgerOption
    @OptionGroup var packsFolder: PacksOption
    @Argument(help: "Packs; default: all.") var packs: [String] = []

    func run() throws {
      let reader = try LedgerReader(at: try ledger.path(), packs: packsFolder.source)
      let report = try reader.rebuild(packs: packs.isEmpty ? nil : packs)
      Terminal.write(
        TextTable(
          ["pack", "table", "rows before", "rows after", "equal"],
          report.tables.map { table in
            [
              table.pack, table.name, table.rowsBefore.map(String.init) ?? "-", table.rowsAfter.map(String.init) ?? "-",
              table.isEqual ? "yes" : "NO",
            ]
          }
        ).text.utf8)
      if !report.isEqual { throw ExitCode(Failure.Status.checkFailed.rawValue) }
    }
  }

  struct Test: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Run the packs' examples and compare with what they expect.",
      discussion: "Needs no ledger where --packs names a folder or the program was installed with one.")

    @OptionGroup var ledger: LedgerOption
    @OptionGroup var packsFolder: PacksOption
    @Argument(help: "Packs; default: all.") var packs: [String] = []

    func run() throws {
      let set = try packsFolder.set(ledger)
      let results = try ProjectionTest.run(packs: set, names: packs.isEmpty ? nil : packs)
      for result in results {
        Terminal.print(
          "\(result.differences.isEmpty ? "ok  " : "FAIL") \(result.pack): "
            + "\(result.events) events, \(result.comparisons) comparisons")
        for difference in result.differences { Terminal.print("     \(difference)") }
      }
      if results.contains(where: { !$0.differences.isEmpty }) {
        throw ExitCode(Failure.Status.checkFailed.rawValue)
      }
    }
  }
}
