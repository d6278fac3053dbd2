import ReadModels

/// Cells, records and whole rows of tables written out for the templates of a format.
///
/// A template that lays out each cell itself takes the engine some hundred microseconds a row; a list may have tens of
/// thousands of them.
enum TableMarkup {
  /// Rows are `<tr>` elements: a header cell for the first column, `class="zahl"` at numbers, and the records at the end.
  case html
  /// Rows are lines of a table of GitHub Flavored Markdown, the records at the end.
  case markdown

  /// More records than these are folded up.
  private static let fewRecords = 12

  /// - Parameter numbers: the columns that hold nothing but numbers.
  func rows(_ columns: [ReportColumn], of table: ReportTable, numbers: Set<String>) -> String {
    let places = columns.map { column in table.columns.firstIndex(of: column.name) }
    var text = ""
    for (index, row) in table.rows.enumerated() {
      if index > 0 { text += "\n" }
      let cells = zip(columns, places).map { column, place in
        CellText(place.map { row.values[$0] } ?? .null, column)
      }
      switch self {
      case .html: appendHTML(cells, columns, row.sequences, numbers, to: &text)
      case .markdown: appendMarkdown(cells, row.sequences, to: &text)
      }
    }
    return text
  }

  /// The content of one cell.
  func cell(_ cell: CellText) -> String {
    var text = ""
    switch self {
    case .html: appendHTML(cell, to: &text)
    case .markdown: appendMarkdown(cell, to: &text)
    }
    return text
  }

  /// The records behind something, by their places in the log.
  func records(_ sequences: [UInt64]) -> String {
    var text = ""
    switch self {
    case .html: appendHTML(sequences, to: &text)
    case .markdown: appendMarkdown(sequences, to: &text)
    }
    return text
  }

  private func appendHTML(
    _ cells: [CellText], _ columns: [ReportColumn], _ sequences: [UInt64], _ numbers: Set<String>, to text: inout String
  ) {
    text += "<tr>"
    for (index, (cell, column)) in zip(cells, columns).enumerated() {
      let name = index == 0 ? "th" : "td"
      text += index == 0 ? "<th scope=\"row\"" : "<td"
      text += numbers.contains(column.name) ? " class=\"zahl\">" : ">"
      appendHTML(cell, to: &text)
      text += "</\(name)>"
    }
    text += "<td>"
    appendHTML(sequences, to: &text)
    text += "</td></tr>"
  }

  private func appendHTML(_ sequences: [UInt64], to text: inout String) {
    let numbers = sequences.map(String.init).joined(separator: ", ")
    if sequences.isEmpty {
      text += "<span class=\"leer\">keine</span>"
    } else if sequences.count <= TableMarkup.fewRecords {
      text += "<span class=\"saetze\">\(numbers)</span>"
    } else {
      text += "<details class=\"saetze\"><summary>\(sequences.count) Datensätze</summary>\(numbers)</details>"
      text += "<span class=\"saetze druck\">\(numbers)</span>"
    }
  }

  private func appendHTML(_ cell: CellText, to text: inout String) {
    let escape = HTMLEscape()
    if let items = cell.items, !items.isEmpty {
      text += "<ul>"
      for item in items { text += "<li>\(escape.escapeText(item))</li>" }
      text += "</ul>"
    } else if cell.isEmpty {
      text += "<span class=\"leer\" aria-hidden=\"true\">–</span><span class=\"verborgen\">ohne Angabe</span>"
    } else {
      for (index, line) in cell.lines.enumerated() {
        if index > 0 { text += "<br>" }
        text += escape.escapeText(line)
      }
    }
  }

  private func appendMarkdown(_ cells: [CellText], _ sequences: [UInt64], to text: inout String) {
    text += "|"
    for cell in cells {
      text += " "
      appendMarkdown(cell, to: &text)
      text += " |"
    }
    text += " "
    appendMarkdown(sequences, to: &text)
    text += " |"
  }

  private func appendMarkdown(_ cell: CellText, to text: inout String) {
    let escape = MarkdownEscape()
    if let items = cell.items, !items.isEmpty {
      text += items.map { escape.escapeText($0) }.joined(separator: "; ")
    } else {
      text += cell.isEmpty ? "–" : cell.lines.map { escape.escapeText($0) }.joined(separator: " ")
    }
  }

  private func appendMarkdown(_ sequences: [UInt64], to text: inout String) {
    text += sequences.isEmpty ? "keine" : sequences.map(String.init).joined(separator: ", ")
  }
}
