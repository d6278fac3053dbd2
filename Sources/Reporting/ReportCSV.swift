import DomainPacks
import ReadModels
import TransparencyLog

extension Report {
  /// One file for all: every record of it begins with the section it belongs to (`bericht`, `kennzahl`, `befund`,
  /// `tabelle:<name>`), the first record of a section names the fields. All records have the same number of fields, the
  /// shorter ones padded (RFC 4180 §2.4); values stand as stored: amounts in cents, days `YYYY-MM-DD`, the records
  /// behind a row separated by spaces.
  func csv() -> [UInt8] {
    var records: [[String]] = [
      ["bericht", "name", "titel", "zeitraum", "stichtag", "umfang", "wurzel"],
      ["bericht", name, title, period.name, effective, String(asof.size), asof.root.base64],
    ]
    records.append(["fachpaket", "name", "version"])
    records += packs.map { ["fachpaket", $0.name, $0.digest] }
    if hasFindings || !figures.isEmpty {
      records.append(["kennzahl", "name", "titel", "wert", "einheit", "sequences"])
    }
    records += figures.map { ["kennzahl", $0.name, $0.title, $0.value.text, $0.unit, CSV.sequences($0.sequences)] }
    for table in tables {
      let section = "tabelle:\(table.name)"
      records.append([section] + table.columns + ["sequences"])
      records += table.rows.map { [section] + $0.values.map(CSV.text) + [CSV.sequences($0.sequences)] }
    }
    if hasFindings { records.append(["befund", "name", "text", "sequences"]) }
    records += findings.map { ["befund", $0.name, $0.text, CSV.sequences($0.sequences)] }
    return CSV.write(records)
  }
}

private enum CSV {
  static func write(_ records: [[String]]) -> [UInt8] {
    let width = records.map(\.count).max() ?? 0
    var csv = CSVWriter()
    for record in records { csv.append(record, width: width) }
    return csv.bytes
  }

  static func text(_ value: SQLValue) -> String {
    switch value {
    case .null: ""
    case .integer(let number): String(number)
    case .real(let number): String(number)
    case .text(let text): text
    case .blob(let bytes): Base64.encode(bytes)
    }
  }

  static func sequences(_ sequences: [UInt64]) -> String {
    sequences.map(String.init).joined(separator: " ")
  }
}
