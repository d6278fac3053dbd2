import Foundation

/// All rows, and remarks that are no rows.
struct Report {
  private(set) var rows: [Row] = []
  private(set) var notes: [String] = []

  mutating func add(_ row: Row) { rows.append(row) }

  mutating func note(_ text: String) { notes.append(text) }

  /// For people: the rows, then the remarks. `cores` and `peak MB` are those of the daemon or the command that is
  /// measured, `load cores` those of the load generator.
  var table: String {
    let header = [
      "name", "value", "unit", "floor", "ratio", "target", "p50 ms", "p99 ms", "cores", "peak MB", "load cores",
    ]
    let lines = rows.map(Report.columns)
    let widths = header.indices.map { column in ([header] + lines).map { $0[column].count }.max() ?? 0 }
    let shown = ([header] + lines).map { line in
      line.indices.map { column in
        let space = String(repeating: " ", count: widths[column] - line[column].count)
        return column == 0 ? line[column] + space : space + line[column]
      }.joined(separator: "  ")
    }
    return (shown + [""] + notes).joined(separator: "\n")
  }

  private static func columns(_ row: Row) -> [String] {
    func decimals(_ value: Double?, _ format: String = "%.2f") -> String {
      value.map { String(format: format, $0) } ?? "-"
    }
    var target = "-"
    if let least = row.target { target = "≥ " + text(least) }
    if let most = row.limit { target = "value ≤ " + text(most) }
    return [
      row.name, text(row.value), row.unit, row.floor.map(text) ?? "-", decimals(row.ratio), target,
      decimals(row.latency?.median), decimals(row.latency?.high), decimals(row.usage?.cores),
      decimals(row.usage.map { Double($0.peakBytes) / 1e6 }, "%.0f"),
      decimals(row.usage.flatMap { $0.generatorSeconds > 0 ? $0.generatorCores : nil }),
    ]
  }

  /// For programs: `{"rows":[{"name":…,"value":…,"unit":…,"floor":…,"ratio":…,"target":…}]}`.
  var json: String {
    func number(_ value: Double?) -> String { value.map { String(format: "%.6g", $0) } ?? "null" }
    let objects = rows.map { row in
      #"{"name":"\#(row.name)","value":\#(number(row.value)),"unit":"\#(row.unit)","floor":\#(number(row.floor)),"#
        + #""ratio":\#(number(row.ratio)),"target":\#(number(row.target))}"#
    }
    return #"{"rows":[\#(objects.joined(separator: ","))]}"#
  }

  /// Three significant digits below a thousand, none behind the point above.
  static func text(_ number: Double) -> String {
    abs(number) >= 1000 ? String(format: "%.0f", number) : String(format: "%.3g", number)
  }
}
