extension Report {
  /// `report … --format json`: the figures as `figures --json` has them, each table an array of objects with the columns
  /// in their order and the records behind the row as `sequences`.
  func json() -> [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.name("report")
      json.string(name)
      json.name("period")
      json.string(period.name)
      json.name("effective")
      json.string(effective)
      json.name("asof")
      json.head(asof)
      json.name("figures")
      json.figures(figures)
      json.name("tables")
      json.object { json in
        for table in tables {
          json.name(table.name)
          json.rows(of: table)
        }
      }
      guard hasFindings else { return }
      json.name("findings")
      json.array(findings) { json, finding in
        json.object { json in
          json.name("name")
          json.string(finding.name)
          json.name("text")
          json.string(finding.text)
          json.name("sequences")
          json.sequences(finding.sequences)
        }
      }
    }
    return json.line()
  }
}

extension JSONWriter {
  fileprivate mutating func rows(of table: ReportTable) {
    array(table.rows) { json, row in
      json.object { json in
        for (column, value) in zip(table.columns, row.values) {
          json.name(column)
          json.value(value)
        }
        json.name("sequences")
        json.sequences(row.sequences)
      }
    }
  }
}
