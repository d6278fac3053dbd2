import DomainPacks
import GRDB

extension CSVTable {
  /// Creates the table and fills it.
  ///
  /// CSV knows no types. A column becomes INTEGER or REAL where each of its values is a number in the one form that
  /// SQLite would write it in (so `0815` stays text), else TEXT. An empty field is NULL.
  func create(in db: Database) throws {
    let definitions = columns.indices.map { "\(columns[$0].quotedDatabaseIdentifier) \(affinity(ofColumn: $0))" }
    try db.execute(sql: "CREATE TABLE \(name.quotedDatabaseIdentifier) (\(definitions.joined(separator: ", ")))")
    let places = Array(repeating: "?", count: columns.count).joined(separator: ", ")
    let insert = try db.makeStatement(sql: "INSERT INTO \(name.quotedDatabaseIdentifier) VALUES (\(places))")
    for row in rows {
      let values: [String?] = row.map { $0.isEmpty ? nil : $0 }
      try insert.execute(arguments: StatementArguments(values))
    }
  }

  private func affinity(ofColumn column: Int) -> String {
    let values = rows.lazy.map { $0[column] }.filter { !$0.isEmpty }
    if values.isEmpty { return "TEXT" }
    if values.allSatisfy({ Int64($0).map(String.init) == $0 }) { return "INTEGER" }
    return values.allSatisfy(CSVTable.isDecimal) ? "REAL" : "TEXT"
  }

  /// `-?(0|[1-9][0-9]*)(\.[0-9]+)?`, at most fifteen digits, so that a double holds it.
  private static func isDecimal(_ text: String) -> Bool {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard text.utf8.count <= 16, Int64(parts[0]).map(String.init) == String(parts[0]) || parts[0] == "-0" else {
      return false
    }
    return parts.count == 1 || !parts[1].isEmpty && parts[1].utf8.allSatisfy { $0 &- UInt8(ascii: "0") < 10 }
  }
}
