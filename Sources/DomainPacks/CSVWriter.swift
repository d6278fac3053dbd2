/// Writes CSV (RFC 4180): records end with CRLF; a field is quoted where it holds a quote, a comma or white space other
/// than a space (§2.5–2.7), quotes doubled.
public struct CSVWriter {
  public private(set) var bytes: [UInt8] = []

  public init() {}

  /// - Parameter width: the number of fields to pad the record to, for all records have as many (§2.4).
  public mutating func append(_ record: some Collection<String>, width: Int = 0) {
    var isFirst = true
    for field in record {
      if !isFirst { bytes.append(UInt8(ascii: ",")) }
      isFirst = false
      append(field)
    }
    if record.count < width {
      bytes.append(contentsOf: repeatElement(UInt8(ascii: ","), count: width - max(1, record.count)))
    }
    bytes.append(contentsOf: "\r\n".utf8)
  }

  private mutating func append(_ field: String) {
    guard field.utf8.contains(where: CSVWriter.mayBeSpecial), field.unicodeScalars.contains(where: CSVWriter.isSpecial)
    else { return bytes.append(contentsOf: field.utf8) }
    bytes.append(UInt8(ascii: "\""))
    for byte in field.utf8 {
      if byte == UInt8(ascii: "\"") { bytes.append(byte) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// White space other than a space counts: readers take more than CR and LF for the end of a line.
  private static func isSpecial(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "\"" || scalar == "," || scalar != " " && scalar.properties.isWhitespace
  }

  private static func mayBeSpecial(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte >= 0x80 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: ",")
  }
}
