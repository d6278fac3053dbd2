/// A read-only table of a pack: rules, limits, code lists. Becomes a table of the projection database.
public struct CSVTable: Sendable, Hashable {
  /// The file's name without `.csv`.
  public let name: String
  /// From the file's first line.
  public let columns: [String]
  /// Each with as many fields as there are columns; a field left out is the empty text.
  public let rows: [[String]]
}

extension CSVTable {
  /// Reads CSV (RFC 4180) in UTF-8 with a header line. Lines end with CRLF or LF; a byte order mark is dropped.
  init(name: String, _ bytes: [UInt8]) throws(TextError) {
    var reader = CSVReader(bytes)
    guard let header = try reader.readRow() else { throw TextError(1, "expected a line with the names of the columns") }
    var seen: Set<String> = []
    for column in header {
      guard !column.isEmpty else { throw TextError(1, "a column has no name") }
      // SQLite takes column names that differ only in case for one.
      guard seen.insert(column.lowercased()).inserted else { throw TextError(1, "column \(column) stands twice") }
    }
    var rows: [[String]] = []
    while true {
      let line = reader.line
      guard let row = try reader.readRow() else { break }
      guard row.count == header.count else {
        throw TextError(line, "expected \(header.count) fields, found \(row.count)")
      }
      rows.append(row)
    }
    self.init(name: name, columns: header, rows: rows)
  }
}
