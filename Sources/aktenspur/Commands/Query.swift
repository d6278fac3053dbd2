import ArgumentParser
import Ledger
import LogFormat
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
    let result: QueryResult
    do {
      result = try snapshot.rows(sql)
    } catch let error as QueryError {
      throw Failure(.badInput, "\(error)")
    }
    switch format {
    case .table: Terminal.write(TextTable(result.columns, result.rows.map { $0.map(\.shown) }).text.utf8)
    case .json: Terminal.print(result.json)
    case .csv: Terminal.write(result.csv.utf8)
    }
  }
}

extension SQLValue {
  /// As a person or a spreadsheet reads it; NULL is empty.
  var shown: String {
    switch self {
    case .null: ""
    case .integer(let number): String(number)
    case .real(let number): "\(number)"
    case .text(let text): text
    case .blob(let bytes): bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
  }

  var json: String {
    switch self {
    case .null: "null"
    case .integer, .real: shown
    case .text, .blob: JSONText.string(shown)
    }
  }
}

extension QueryResult {
  var json: String {
    let objects = rows.map { row in
      "{" + zip(columns, row).map { "\(JSONText.string($0)):\($1.json)" }.joined(separator: ",") + "}"
    }
    return "[" + objects.joined(separator: ",\n") + "]"
  }

  /// RFC 4180, with a header line.
  fileprivate var csv: String {
    func field(_ text: String) -> String {
      guard text.unicodeScalars.contains(where: { $0 == "," || $0 == "\"" || $0.properties.isWhitespace && $0 != " " })
      else { return text }
      return "\"" + text.replacing(scalar: "\"", with: "\"\"") + "\""
    }
    return ([columns] + rows.map { $0.map(\.shown) })
      .map { $0.map(field).joined(separator: ",") + "\r\n" }.joined()
  }
}
