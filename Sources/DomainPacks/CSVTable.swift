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

/// Reads CSV row by row.
private struct CSVReader {
  private let bytes: [UInt8]
  private var position = 0
  /// The line that is read next, from 1.
  private(set) var line = 1

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Nil at the end of the file; a line break at the very end begins no row.
  mutating func readRow() throws(TextError) -> [String]? {
    guard position < bytes.count else { return nil }
    var row: [String] = []
    while true {
      row.append(try readField())
      guard position < bytes.count else { break }
      let separator = bytes[position]
      position += 1
      if separator == UInt8(ascii: ",") { continue }
      if separator == UInt8(ascii: "\r") {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\n") else {
          throw TextError(line, "a carriage return without line feed")
        }
        position += 1
      }
      line += 1
      break
    }
    return row
  }

  /// Ends before a comma, a line break or the end of the file.
  private mutating func readField() throws(TextError) -> String {
    guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { return try readPlainField() }
    let startLine = line
    var field: [UInt8] = []
    position += 1
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == UInt8(ascii: "\n") { line += 1 }
      guard byte == UInt8(ascii: "\"") else {
        field.append(byte)
        continue
      }
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
        guard position == bytes.count || ",\r\n".utf8.contains(bytes[position]) else {
          throw TextError(line, "text follows a closing quote")
        }
        return String(decoding: field, as: UTF8.self)
      }
      field.append(byte)
      position += 1
    }
    throw TextError(startLine, "a quoted field that begins here has no closing quote")
  }

  private mutating func readPlainField() throws(TextError) -> String {
    let field = bytes[position...].prefix { !",\r\n".utf8.contains($0) }
    guard !field.contains(UInt8(ascii: "\"")) else {
      throw TextError(line, "a quote inside a field that is not quoted")
    }
    position = field.endIndex
    return String(decoding: field, as: UTF8.self)
  }
}
