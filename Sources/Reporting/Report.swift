import DomainPacks
public import ReadModels
import TransparencyLog

/// A report of a pack, drawn up: figures, tables and findings of one snapshot for one period and Stichtag.
///
/// It holds no clock and no machine: the same snapshot, packs, period and Stichtag render to the same bytes.
public struct Report: Sendable {
  /// A pack whose events and queries the report rests on, with the version it had.
  public struct PackVersion: Sendable, Hashable {
    public let name: String
    public let title: String
    /// SHA-256 over the pack's files, 64 hex digits.
    public let digest: String
  }

  public let name: String
  public let title: String
  public let period: Period
  /// The Stichtag, `YYYY-MM-DD`.
  public let effective: String
  public let asof: LogHead
  /// The figures that the sections name, each once, in their order.
  public let figures: [FigureValue]
  /// In the order of `tabellen.sql`.
  public let tables: [ReportTable]
  public let findings: [FindingValue]
  /// Whether findings were looked for: not for a table alone.
  let hasFindings: Bool
  public let packs: [PackVersion]
  let definition: ReportDefinition

  /// Draws up a report.
  ///
  /// - Parameters:
  ///   - name: the folder's name under `berichte/` of one of the snapshot's packs.
  ///   - effective: the Stichtag, `YYYY-MM-DD`; by default the last day of the period.
  ///   - subject: to narrow to it what knows one: the queries that name `:subject`.
  ///   - table: to draw up this table alone, with the sections that go with every table; without figures and findings.
  /// - Throws: ``ReportingError``.
  public static func build(
    name: String, snapshot: ProjectionSnapshot, period: Period, effective: String? = nil, subject: String? = nil,
    table: String? = nil
  ) throws(ReportingError) -> Report {
    var definition = try ReportDefinition.find(name, in: snapshot.packs)
    if let table { try definition.narrow(to: table) }
    let parameters = try QueryParameters(
      effective: effective ?? period.to, from: period.from, to: period.to, subject: subject)
    var names: [String] = []
    for figure in definition.sections.flatMap(\.figures) where !names.contains(figure) { names.append(figure) }
    var tables: [ReportTable] = []
    for (table, query) in definition.queries {
      tables.append(try ReportTable.read(table, query, snapshot: snapshot, parameters: parameters))
    }
    try definition.checkColumns(of: tables)
    return Report(
      name: name, title: definition.title, period: period, effective: parameters.effective, asof: snapshot.head,
      figures: try Figures.compute(snapshot: snapshot, parameters: parameters, names: names), tables: tables,
      findings: try Findings.compute(snapshot: snapshot, parameters: parameters, packs: definition.findings),
      hasFindings: table == nil,
      packs: snapshot.packs.packs.map { PackVersion(name: $0.name, title: $0.title, digest: $0.digest.hex) },
      definition: definition)
  }

  /// The report's file in one of the formats.
  public func render(_ format: ReportFormat) throws(ReportingError) -> [UInt8] {
    switch format {
    case .json: json()
    case .csv: csv()
    case .html: try ReportTemplate.html.render(self)
    case .markdown: try ReportTemplate.markdown.render(self)
    }
  }
}

/// A format in which a report can be had; the raw value is that of `--format`.
public enum ReportFormat: String, Sendable, CaseIterable {
  case html
  case json
  case csv
  case markdown = "md"

  /// The media type for HTTP.
  public var contentType: String {
    switch self {
    case .html: "text/html; charset=utf-8"
    case .json: "application/json"
    case .csv: "text/csv; charset=utf-8; header=absent"
    case .markdown: "text/markdown; charset=utf-8"
    }
  }
}

extension ReportDefinition {
  /// Leaves one table and the sections that go with every table.
  fileprivate mutating func narrow(to table: String) throws(ReportingError) {
    guard queries.contains(where: { $0.table == table }) else {
      throw .unknownTable(table, report: name, known: queries.map(\.table))
    }
    for index in sections.indices {
      sections[index].figures = []
      if !sections[index].isAlways { sections[index].tables.removeAll { $0.name != table } }
    }
    sections.removeAll { !$0.isAlways && $0.tables.isEmpty }
    let kept = Set(sections.flatMap(\.tables).map(\.name) + [table])
    queries.removeAll { !kept.contains($0.table) }
    findings = []
  }

  /// Refuses sections that print columns which the query of their table does not give.
  fileprivate func checkColumns(of tables: [ReportTable]) throws(ReportingError) {
    let columns = Dictionary(tables.map { ($0.name, $0.columns) }) { first, _ in first }
    for section in sections {
      for table in section.tables {
        let known = columns[table.name] ?? []
        for name in table.columns.map(\.name) + [table.sheets].compactMap(\.self) + table.only.map(\.column)
        where !known.contains(name) {
          throw .definition(
            pack: pack, file: "berichte/\(self.name)/bericht.json", place: "table \(table.name)",
            detail: "its SELECT in tabellen.sql has no column \"\(name)\"")
        }
      }
    }
  }
}
