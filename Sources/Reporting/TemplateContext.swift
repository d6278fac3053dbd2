import LogFormat
import ReadModels
import TransparencyLog

/// A report as its templates see it: everything already text, in German form.
struct TemplateContext {
  private static let maximumLevel = 6

  private let report: Report
  private let figures: [String: FigureValue]
  private let tables: [String: ReportTable]
  private let markup: TableMarkup

  init(_ report: Report, markup: TableMarkup) {
    self.report = report
    self.markup = markup
    figures = Dictionary(report.figures.map { ($0.name, $0) }) { first, _ in first }
    tables = Dictionary(report.tables.map { ($0.name, $0) }) { first, _ in first }
  }

  var fields: TemplateFields {
    TemplateFields([
      "report": report.name,
      "title": report.title,
      "period": report.period.name,
      "period_title": report.period.germanTitle,
      "from": GermanText.day(report.period.from),
      "to": GermanText.day(report.period.to),
      "effective": GermanText.day(report.effective),
      "asof_size": GermanText.integer(Int64(clamping: report.asof.size)),
      "asof_root": report.asof.root.base64,
      "packs": report.packs.map { TemplateFields(["name": $0.name, "title": $0.title, "digest": $0.digest]) },
      "sections": report.definition.sections.map(section),
      "findings": findings,
      "finding_count": report.findings.count,
      "has_findings": report.hasFindings,
    ])
  }

  private func section(_ section: ReportDefinition.Section) -> TemplateFields {
    let level = min(TemplateContext.maximumLevel, 1 + section.number.split(separator: ".").count)
    return TemplateFields([
      "number": section.number,
      "heading": section.heading,
      "level": level,
      "marks": TemplateContext.marks(level),
      "id": "abschnitt-\(section.number)",
      "paragraphs": section.paragraphs,
      "has_figures": !section.figures.isEmpty,
      "figures": section.figures.compactMap { figures[$0].map(figure) },
      "tables": section.tables.compactMap { definition in
        tables[definition.name].map { table(definition, $0.rows(only: definition.only), in: section, level: level) }
      },
    ])
  }

  private func figure(_ figure: FigureValue) -> TemplateFields {
    let (value, unit) = GermanText.figure(figure.value, unit: figure.unit)
    return TemplateFields([
      "name": figure.name,
      "figure_title": figure.title,
      "value": value,
      "unit": unit.isEmpty ? nil : unit,
      "records": records(figure.sequences),
      "records_markup": TemplateText { markup.records(figure.sequences) },
    ])
  }

  private func table(
    _ definition: ReportDefinition.Table, _ table: ReportTable, in section: ReportDefinition.Section, level: Int
  ) -> TemplateFields {
    let columns = definition.columns
    let numbers = Set(columns.filter { isNumber($0, in: table) }.map(\.name))
    return TemplateFields([
      "name": table.name,
      "table_title": definition.title ?? table.title,
      "id": "tabelle-\(section.number)-\(table.name)",
      "columns": columns.map { column in
        TemplateFields(["column_title": column.title, "is_number": numbers.contains(column.name)])
      },
      "rows": TemplateRows(rows: table.rows) { row in
        TemplateFields([
          "cells": columns.map { cell($0, of: row, in: table, isNumber: numbers.contains($0.name)) },
          "records": records(row.sequences),
          "records_markup": TemplateText { markup.records(row.sequences) },
        ])
      },
      "rows_markup": TemplateText { markup.rows(columns, of: table, numbers: numbers) },
      "is_empty": table.rows.isEmpty,
      "as_table": definition.sheets == nil,
      "as_sheets": definition.sheets != nil,
      "sheets": definition.sheets.map {
        sheets(definition, headed: $0, table, numbers: numbers, in: section, level: level)
      },
      "bars": definition.bars.flatMap { bars(definition, of: $0, table, in: section) },
    ])
  }

  private func sheets(
    _ definition: ReportDefinition.Table, headed column: String, _ table: ReportTable, numbers: Set<String>,
    in section: ReportDefinition.Section, level: Int
  ) -> [TemplateFields] {
    let heading = ReportColumn(name: column, title: column, format: .text)
    let level = min(TemplateContext.maximumLevel, level + 1)
    return table.rows.enumerated().map { index, row in
      let number = "\(section.number).\(index + 1)"
      let filled = definition.columns.filter { !CellText(table.value(of: $0.name, in: row), $0).isEmpty }
      return TemplateFields([
        "number": number,
        "heading": CellText(table.value(of: heading.name, in: row), heading).text,
        "level": level,
        "marks": TemplateContext.marks(level),
        "id": "blatt-\(number)",
        "cells": filled.map { cell($0, of: row, in: table, isNumber: numbers.contains($0.name)) },
        "records": records(row.sequences),
        "records_markup": TemplateText { markup.records(row.sequences) },
      ])
    }
  }

  private func cell(
    _ column: ReportColumn, of row: ReportTable.Row, in table: ReportTable, isNumber: Bool
  ) -> TemplateFields {
    let content = CellText(table.value(of: column.name, in: row), column)
    return TemplateFields([
      "column_title": column.title,
      "markup": TemplateText { markup.cell(content) },
      "text": content.text,
      "lines": content.lines,
      "items": content.items,
      "is_number": isNumber,
      "is_empty": content.isEmpty,
    ])
  }

  /// Whether a column holds nothing but numbers that are compared: those stand flush right.
  private func isNumber(_ column: ReportColumn, in table: ReportTable) -> Bool {
    guard column.format != .text, column.format != .jaNein else { return false }
    var hasNumber = false
    for row in table.rows {
      switch table.value(of: column.name, in: row) {
      case .integer, .real: hasNumber = true
      case .null: continue
      case .text, .blob: return false
      }
    }
    return hasNumber
  }

  private func bars(
    _ definition: ReportDefinition.Table, of column: String, _ table: ReportTable,
    in section: ReportDefinition.Section
  ) -> TemplateFields? {
    guard let label = definition.columns.first, let values = definition.columns.first(where: { $0.name == column })
    else { return nil }
    let numbers = table.rows.map { table.value(of: column, in: $0).number ?? 0 }
    let drawing = BarDrawing(numbers)
    let entries = zip(table.rows, drawing.bars).map { row, bar in
      TemplateFields([
        "label": CellText(table.value(of: label.name, in: row), label).text,
        "text": CellText(table.value(of: column, in: row), values).text,
        "y": bar.y,
        "baseline": bar.baseline,
        "width": bar.width,
        "end": bar.end,
      ])
    }
    guard !entries.isEmpty else { return nil }
    return TemplateFields([
      "id": "balken-\(section.number)-\(table.name)",
      "height": drawing.height,
      "left": BarDrawing.left,
      "entries": entries,
    ])
  }

  /// Findings of the same name together, in their order.
  private var findings: [TemplateFields] {
    var names: [String] = []
    for finding in report.findings where !names.contains(finding.name) { names.append(finding.name) }
    let groups = Dictionary(grouping: report.findings, by: \.name)
    return names.map { name in
      let group = groups[name] ?? []
      return TemplateFields([
        "name": name,
        "finding_title": group.first?.title,
        "entries": group.map { finding in
          TemplateFields([
            "text": GermanText.prose(finding.text), "records": records(finding.sequences),
            "records_markup": TemplateText { markup.records(finding.sequences) },
          ])
        },
      ])
    }
  }

  /// What stands before a heading in Markdown.
  private static func marks(_ level: Int) -> String { String(repeating: "#", count: level) }

  private func records(_ sequences: [UInt64]) -> TemplateFields {
    TemplateFields([
      "count": sequences.count,
      "items": TemplateNumbers(numbers: sequences),
    ])
  }
}

extension SQLValue {
  fileprivate var number: Double? {
    switch self {
    case .integer(let number): Double(number)
    case .real(let number): number
    case .null, .text, .blob: nil
    }
  }
}
