import DomainPacks
public import ReadModels

/// A table of a report: the rows of one query of `tabellen.sql`.
public struct ReportTable: Sendable, Hashable {
  public struct Row: Sendable, Hashable {
    /// One for each column of the table.
    public let values: [SQLValue]
    /// The records behind the row, each once, in the order of the log.
    public let sequences: [UInt64]
  }

  public let name: String
  public let title: String
  /// The query's columns without `sequence` and `sequences`.
  public let columns: [String]
  public let rows: [Row]

  /// The table with the rows whose columns hold these texts.
  func rows(only conditions: [(column: String, text: String)]) -> ReportTable {
    let kept = rows.filter { row in
      conditions.allSatisfy { condition in value(of: condition.column, in: row) == .text(condition.text) }
    }
    return ReportTable(name: name, title: title, columns: columns, rows: kept)
  }

  /// NULL where the table has no such column.
  func value(of column: String, in row: Row) -> SQLValue {
    columns.firstIndex(of: column).map { row.values[$0] } ?? .null
  }

  static func read(
    _ name: String, _ definition: ReportDefinition.Query, snapshot: ProjectionSnapshot, parameters: QueryParameters
  ) throws(ReportingError) -> ReportTable {
    let query = definition.query
    let result = try query.run(on: snapshot, parameters)
    let sequenceColumns = result.columns.indices.filter { ["sequence", "sequences"].contains(result.columns[$0]) }
    guard sequenceColumns.count <= 1 else {
      throw query.error("expected a column \"sequence\" or \"sequences\", not both")
    }
    let valueColumns = result.columns.indices.filter { !sequenceColumns.contains($0) }
    var rows: [Row] = []
    for row in result.rows {
      var sequences: [UInt64] = []
      if let column = sequenceColumns.first {
        guard let read = row[column].sequences else {
          throw query.error("column \"\(result.columns[column])\": expected a number or a JSON array of numbers")
        }
        sequences = read
      }
      rows.append(Row(values: valueColumns.map { row[$0] }, sequences: sequences))
    }
    return ReportTable(
      name: name, title: definition.title, columns: valueColumns.map { result.columns[$0] }, rows: rows)
  }
}

/// How a column of a table is printed.
struct ReportColumn: Sendable {
  enum Format: String, Sendable, CaseIterable {
    /// Whole and decimal numbers as `zahl`, days as `datum`, columns ending in `_cent` as `euro`, all else as `text`.
    case automatic
    /// As it stands; numbers without points.
    case text
    /// With points between thousands.
    case zahl
    /// Cents as euros.
    case euro
    /// `TT.MM.JJJJ`.
    case datum
    /// 1 and 0 as ja and nein.
    case jaNein = "ja-nein"
    /// A JSON array of strings, an item each.
    case liste
  }

  let name: String
  let title: String
  let format: Format
}
