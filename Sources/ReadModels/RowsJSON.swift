import LogFormat
import TransparencyLog

/// Rows as JSON: one array of objects with the columns as members, in their order, a row on each line.
///
/// Bytes stand in base64; a number that JSON has none for (infinity) is `null`.
public struct RowsJSON {
  /// Each name as it stands before its value: `"name":`.
  private var prefixes: [[UInt8]] = []
  private var text = Array("[".utf8)

  public init() {}

  /// The whole of a result that is in memory already.
  public init(_ result: QueryResult) {
    columns = result.columns
    setPrefixes()
    for row in result.rows { append(row) }
  }

  public var columns: [String] = [] {
    didSet { setPrefixes() }
  }

  public mutating func append(_ row: [SQLValue]) {
    if text.count > 1 { text.append(contentsOf: ",\n".utf8) }
    text.append(UInt8(ascii: "{"))
    for (index, value) in row.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      text.append(contentsOf: prefixes[index])
      append(value)
    }
    text.append(UInt8(ascii: "}"))
  }

  public consuming func finished() -> [UInt8] {
    text.append(UInt8(ascii: "]"))
    return text
  }

  private mutating func setPrefixes() {
    prefixes = columns.map { name in
      var prefix: [UInt8] = []
      JSONText.append(name, to: &prefix)
      return prefix + [UInt8(ascii: ":")]
    }
  }

  private mutating func append(_ value: SQLValue) {
    switch value {
    case .null: text.append(contentsOf: "null".utf8)
    case .integer(let number): text.append(contentsOf: String(number).utf8)
    // SQLite stores no NaN.
    case .real(let number): text.append(contentsOf: (number.isFinite ? String(number) : "null").utf8)
    case .text(let string): JSONText.append(string, to: &text)
    case .blob(let bytes): JSONText.append(Base64.encode(bytes), to: &text)
    }
  }
}
