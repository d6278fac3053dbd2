import LogFormat
import ReadModels
import TransparencyLog

/// The value of a cell as it is printed.
struct CellText {
  let text: String
  /// The items of a list; nil for all else.
  let items: [String]?

  /// The text line by line.
  var lines: [String] {
    text.utf8.contains(UInt8(ascii: "\n")) ? text.split(separator: "\n").map(String.init) : text.isEmpty ? [] : [text]
  }

  var isEmpty: Bool { text.isEmpty && (items ?? []).isEmpty }

  init(_ value: SQLValue, _ column: ReportColumn) {
    if column.format == .liste, case .text(let json) = value, let array = try? JSONDocument(json).root,
      array.kind == .array
    {
      items = array.elements.map { $0.string ?? String(decoding: $0.text, as: UTF8.self) }
      text = ""
    } else {
      items = nil
      text = CellText.text(value, column)
    }
  }

  private static func text(_ value: SQLValue, _ column: ReportColumn) -> String {
    let isMoney = column.format == .euro || (column.format == .automatic && column.name.hasSuffix("_cent"))
    switch value {
    case .null: return ""
    case .blob(let bytes): return Base64.encode(bytes)
    case .integer(let number):
      if isMoney { return GermanText.euros(cents: number) }
      switch column.format {
      case .text: return String(number)
      case .jaNein: return number == 0 ? "nein" : "ja"
      case .automatic, .zahl, .euro, .datum, .liste: return GermanText.integer(number)
      }
    case .real(let number):
      return column.format == .text ? String(number) : GermanText.decimal(String(number))
    case .text(let text):
      guard column.format == .automatic || column.format == .datum else { return text }
      return GermanText.day(text) ?? text
    }
  }
}
