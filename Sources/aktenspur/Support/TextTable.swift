/// Columns in plain text, aligned; each row is one line, whatever its cells hold.
struct TextTable {
  let text: String

  init(_ columns: [String], _ rows: [[String]]) {
    let rows = rows.map { $0.map(\.onOneLine) }
    let lines = [columns] + rows
    let widths = columns.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    func line(_ cells: [String]) -> String {
      let padded = zip(cells, widths).map { cell, width in cell + String(repeating: " ", count: width - cell.count) }
      var text = padded.joined(separator: "  ")
      while text.last == " " { text.removeLast() }
      return text + "\n"
    }
    let rule = widths.map { String(repeating: "-", count: $0) }
    text = ([columns, rule] + rows).map(line).joined()
  }
}
