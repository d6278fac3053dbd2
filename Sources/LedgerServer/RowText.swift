import LogFormat
import ReadModels
import TransparencyLog

/// Rows as JSON: one array of objects with the columns as members, in their order.
struct RowText {
  /// Each name as it stands before its value: `"name":`.
  private var prefixes: [[UInt8]] = []
  private var text = Array("[".utf8)

  var columns: [String] = [] {
    didSet {
      prefixes = columns.map { name in
        var prefix: [UInt8] = []
        JSONText.append(name, to: &prefix)
        return prefix + [UInt8(ascii: ":")]
      }
    }
  }

  mutating func append(_ row: [SQLValue]) {
    if text.count > 1 { text.append(UInt8(ascii: ",")) }
    text.append(UInt8(ascii: "{"))
    for (index, value) in row.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      text.append(contentsOf: prefixes[index])
      append(value)
    }
    text.append(UInt8(ascii: "}"))
  }

  consuming func finished() -> [UInt8] {
    text.append(UInt8(ascii: "]"))
    return text
  }

  private mutating func append(_ value: SQLValue) {
    switch value {
    case .null: text.append(contentsOf: "null".utf8)
    case .integer(let number): text.append(contentsOf: String(number).utf8)
    // JSON has no infinities; SQLite stores no NaN.
    case .real(let number): text.append(contentsOf: (number.isFinite ? String(number) : "null").utf8)
    case .text(let string): JSONText.append(string, to: &text)
    case .blob(let bytes): JSONText.append(Base64.encode(bytes), to: &text)
    }
  }
}
