import DomainPacks
import LogFormat

/// What the folder `berichte/<name>/` of a pack says about a report.
///
/// | file | holds |
/// |---|---|
/// | `bericht.json` | title and sections, see below |
/// | `tabellen.sql` | sections `-- table <name>: <title>`, each one SELECT, see below |
/// | `bericht.html.mustache` | the page, see ``ReportTemplate`` |
/// | `bericht.md.mustache` | the same as Markdown |
/// | `<name>.mustache` | partials of both, `{{>name}}` |
///
/// A table's SELECT has the parameters `:effective`, `:from`, `:to` and `:subject` (NULL unless the report is asked for one
/// subject; a figure and a finding may name it too), and an `ORDER BY` that leaves no two rows equal.
/// A column named `sequence` (a number) or `sequences` (a number or a JSON array) holds the records behind a row; it is
/// printed as such and is no column of its own.
///
/// ```json
/// {"title":"Bericht über die Diensträder",
///  "sections":[
///   {"number":"1","heading":"Bestand","text":["Ein Absatz."],
///    "figures":["raeder.vorhanden","raeder.wert"],
///    "tables":[
///     {"name":"raeder","columns":[{"name":"marke","title":"Marke"},{"name":"preis","title":"Preis","format":"euro"}]},
///     {"name":"je_marke","bars":"anzahl","columns":[{"name":"marke","title":"Marke"},{"name":"anzahl","title":"Anzahl"}]},
///     {"name":"blaetter","sheets":"marke","columns":[{"name":"seit","title":"Angeschafft"}]}]}]}
/// ```
///
/// - `templates` names another report, whose templates stand in for those that the folder does not have.
/// - `findings` names the packs whose findings are printed; without it those of all packs are.
/// - `always` (`true`) prints a section also where one table is asked for alone, e.g. what the tables rest on.
/// - `number` is printed before the heading; its parts give the heading's level (`1` is level 2, `1.1` is level 3 …).
/// - `columns` names the columns to print, in order; `format` is one of ``ReportColumn/Format``.
/// - `bars` draws the numbers of that column as bars beside the table, labelled by the first column.
/// - `sheets` prints each row as a sheet of its own under a heading, which is that column.
/// - `only` prints the rows whose columns hold these texts, e.g. `"only":{"marke":"Diamant"}`; `title` then says what is
///   left. So one query serves several sections.
struct ReportDefinition: Sendable {
  struct Section: Sendable {
    var number: String
    var heading: String
    var paragraphs: [String]
    var figures: [String]
    var tables: [Table]
    /// Whether it goes with every table that is asked for alone.
    var isAlways = false
  }

  struct Table: Sendable {
    var name: String
    /// In place of the title in `tabellen.sql`.
    var title: String?
    var columns: [ReportColumn]
    /// The rows to print: those whose column holds the text.
    var only: [(column: String, text: String)]
    /// The column whose numbers are drawn as bars.
    var bars: String?
    /// The column that heads each row's sheet.
    var sheets: String?
  }

  struct Query: Sendable {
    var title: String
    var query: PackQuery
  }

  var pack: String
  var name: String
  var title: String
  var sections: [Section]
  /// In the order of `tabellen.sql`.
  var queries: [(table: String, query: Query)]
  /// The templates by file name.
  var templates: [String: String]
  /// The packs whose findings are printed; nil: all.
  var findings: [String]?
  /// The report whose templates stand in.
  private var lender: String?

  /// Finds the report in the packs and reads it.
  static func find(_ name: String, in packs: PackSet) throws(ReportingError) -> ReportDefinition {
    let holders = packs.packs.filter { $0.reports[name] != nil }
    guard let pack = holders.first, let files = pack.reports[name] else {
      throw .unknownReport(name, known: packs.packs.flatMap(\.reports.keys).sorted())
    }
    guard holders.count == 1 else { throw .ambiguousReport(name, packs: holders.map(\.name)) }
    var definition = try ReportDefinition(name: name, pack: pack.name, files: files)
    if let lender = definition.lender {
      guard let files = packs.packs.lazy.compactMap({ $0.reports[lender] }).first else {
        throw .definition(
          pack: pack.name, file: "berichte/\(name)/bericht.json", place: "/templates",
          detail: "there is no report \(lender)")
      }
      definition.templates = try ReportDefinition.templates(in: files, pack: pack.name, folder: "berichte/\(lender)/")
        .merging(definition.templates) { $1 }
    }
    return definition
  }

  init(name: String, pack: String, files: [String: [UInt8]]) throws(ReportingError) {
    self.name = name
    self.pack = pack
    let folder = "berichte/\(name)/"
    guard let json = files["bericht.json"] else {
      throw .definition(pack: pack, file: folder + "bericht.json", place: "", detail: "the file is missing")
    }
    let reader = DefinitionReader(pack: pack, file: folder + "bericht.json")
    let root = try reader.document(json)
    try reader.check(root, "", members: ["title", "templates", "findings", "sections"])
    title = try reader.string(root, "", "title")
    sections = []
    for (pointer, section) in try reader.array(root, "", "sections") {
      sections.append(try ReportDefinition.section(section, pointer, reader))
    }

    queries = []
    if let sql = files["tabellen.sql"] {
      queries = try TableQueries.read(sql, pack: pack, file: folder + "tabellen.sql")
    }
    for (sectionIndex, section) in sections.enumerated() {
      for (index, table) in section.tables.enumerated()
      where !queries.contains(where: { $0.table == table.name }) {
        throw reader.error(
          "/sections/\(sectionIndex)/tables/\(index)/name", "tabellen.sql has no section \"-- table \(table.name): …\"")
      }
    }

    templates = try ReportDefinition.templates(in: files, pack: pack, folder: folder)
    lender = root["templates"] == nil ? nil : try reader.string(root, "", "templates")
    findings = root["findings"] == nil ? nil : try reader.strings(root, "", "findings")
  }

  private static func templates(
    in files: [String: [UInt8]], pack: String, folder: String
  ) throws(ReportingError) -> [String: String] {
    var templates: [String: String] = [:]
    for (path, bytes) in files where path.hasSuffix(".mustache") {
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw .definition(pack: pack, file: folder + path, place: "", detail: "expected UTF-8")
      }
      templates[path] = text
    }
    return templates
  }

  private static func section(
    _ value: JSONValue, _ pointer: String, _ reader: DefinitionReader
  ) throws(ReportingError) -> Section {
    try reader.check(value, pointer, members: ["number", "heading", "always", "text", "figures", "tables"])
    var section = Section(
      number: try reader.string(value, pointer, "number"), heading: try reader.string(value, pointer, "heading"),
      paragraphs: [], figures: [], tables: [])
    if value["always"] != nil { section.isAlways = try reader.boolean(value, pointer, "always") }
    if value["text"] != nil { section.paragraphs = try reader.strings(value, pointer, "text") }
    if value["figures"] != nil { section.figures = try reader.strings(value, pointer, "figures") }
    if value["tables"] != nil {
      for (pointer, element) in try reader.array(value, pointer, "tables") {
        section.tables.append(try table(element, pointer, reader))
      }
    }
    return section
  }

  private static func table(
    _ value: JSONValue, _ pointer: String, _ reader: DefinitionReader
  ) throws(ReportingError) -> Table {
    try reader.check(value, pointer, members: ["name", "title", "only", "columns", "bars", "sheets"])
    var columns: [ReportColumn] = []
    for (pointer, column) in try reader.array(value, pointer, "columns") {
      try reader.check(column, pointer, members: ["name", "title", "format"])
      var format = ReportColumn.Format.automatic
      if column["format"] != nil {
        let text = try reader.string(column, pointer, "format")
        guard let known = ReportColumn.Format(rawValue: text) else {
          let formats = ReportColumn.Format.allCases.map(\.rawValue).joined(separator: ", ")
          throw reader.error(pointer + "/format", "expected one of \(formats)")
        }
        format = known
      }
      columns.append(
        ReportColumn(
          name: try reader.string(column, pointer, "name"), title: try reader.string(column, pointer, "title"),
          format: format))
    }
    guard !columns.isEmpty else { throw reader.error(pointer + "/columns", "expected at least one column") }
    let bars = value["bars"] == nil ? nil : try reader.string(value, pointer, "bars")
    let sheets = value["sheets"] == nil ? nil : try reader.string(value, pointer, "sheets")
    if bars != nil, sheets != nil { throw reader.error(pointer, "expected \"bars\" or \"sheets\", not both") }
    if let bars, !columns.contains(where: { $0.name == bars }) {
      throw reader.error(pointer + "/bars", "expected one of the columns of the table")
    }
    var only: [(column: String, text: String)] = []
    if let conditions = value["only"] {
      guard conditions.kind == .object else { throw reader.error(pointer + "/only", "expected an object") }
      for member in conditions.members {
        only.append((member.name, try reader.string(conditions, pointer + "/only", member.name)))
      }
    }
    return Table(
      name: try reader.string(value, pointer, "name"),
      title: value["title"] == nil ? nil : try reader.string(value, pointer, "title"), columns: columns, only: only,
      bars: bars, sheets: sheets)
  }
}
