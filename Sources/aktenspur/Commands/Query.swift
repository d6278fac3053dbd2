import ArgumentParser
import DomainPacks
import Ledger
import ReadModels

struct Query: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Ask the projections with a read-only SELECT.")

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case table, json, csv
  }

  @OptionGroup var ledger: LedgerOption
  @OptionGroup var packs: PacksOption
  @OptionGroup var asOf: AsOfOption
  @Option(help: "table, json (one array of objects) or csv.") var format: Format = .table
  @Argument(help: "One SELECT, WITH or VALUES statement.") var sql: String

  func run() throws {
    let snapshot = try LedgerReader(at: try ledger.path(), packs: packs.source).snapshot(asOf: asOf.value)
    do {
      switch format {
      case .table:
        let result = try snapshot.rows(sql)
        Terminal.write(TextTable(result.columns, result.rows.map { $0.map(\.shown) }).text.utf8)
      case .json:
        var rows = RowsJSON()
        try snapshot.forEachRow(sql, limits: .query) {
          rows.columns = $0
        } row: {
          rows.append($0)
        }
        Terminal.write(rows.finished() + "\n".utf8)
      case .csv:
        var rows = CSVWriter()
        try snapshot.forEachRow(sql, limits: .query) {
          rows.append($0)
        } row: {
          rows.append($0.map(\.shown))
        }
        Terminal.write(rows.bytes)
      }
    } catch let error as QueryError {
      throw Failure(.badInput, "\(error)")
    }
  }
}

extension SQLValue {
  /// As a person or a spreadsheet reads it; NULL is empty, bytes are hexadecimal.
  var shown: String {
    switch self {
    case .null: ""
    case .integer(let number): String(number)
    case .real(let number): "\(number)"
    case .text(let text): text
    case .blob(let bytes): bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
  }
}
