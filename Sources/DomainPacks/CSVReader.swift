/// Reads CSV (RFC 4180) row by row.
struct CSVReader {
  private let bytes: [UInt8]
  private let delimiter: UInt8
  private var position = 0
  /// The line that is read next, from 1.
  private(set) var line = 1

  init(_ bytes: [UInt8], delimiter: UInt8 = UInt8(ascii: ",")) {
    self.bytes = bytes
    self.delimiter = delimiter
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
      if separator == delimiter { continue }
      if separator == UInt8(ascii: "\r") {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\n") else {
          throw TextError(line, "a carriage return without line feed", de: "ein Wagenrücklauf ohne Zeilenvorschub")
        }
        position += 1
      }
      line += 1
      break
    }
    return row
  }

  private func endsField(_ byte: UInt8) -> Bool {
    byte == delimiter || byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n")
  }

  /// Ends before a delimiter, a line break or the end of the file.
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
        guard position == bytes.count || endsField(bytes[position]) else {
          throw TextError(
            line, "text follows a closing quote", de: "hinter einem schließenden Anführungszeichen steht Text")
        }
        return String(decoding: field, as: UTF8.self)
      }
      field.append(byte)
      position += 1
    }
    throw TextError(
      startLine, "a quoted field that begins here has no closing quote",
      de: "ein Feld in Anführungszeichen, das hier beginnt, wird nicht geschlossen")
  }

  private mutating func readPlainField() throws(TextError) -> String {
    let field = bytes[position...].prefix { !endsField($0) }
    guard !field.contains(UInt8(ascii: "\"")) else {
      throw TextError(
        line, "a quote inside a field that is not quoted",
        de: "ein Anführungszeichen in einem Feld, das nicht in Anführungszeichen steht")
    }
    position = field.endIndex
    return String(decoding: field, as: UTF8.self)
  }
}
