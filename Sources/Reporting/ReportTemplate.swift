import Mustache

/// A mustache template of a report folder. What it may name:
///
/// - everywhere: `report`, `title`, `period`, `period_title`, `from`, `to`, `effective` (days as `TT.MM.JJJJ`),
///   `asof_size`, `asof_root`, `packs` (`name`, `title`, `digest`), `sections`, `findings`, `finding_count`,
///   `has_findings` (whether any were looked for)
/// - a section: `number`, `heading`, `level` (2–6), `marks` (as many `#`), `id`, `paragraphs`, `has_figures`, `figures`,
///   `tables`
/// - a figure: `name`, `figure_title`, `value`, `unit`, `records`, `records_markup`
/// - a table: `name`, `table_title`, `id`, `columns` (`column_title`, `is_number`), `rows_markup` (all rows), `rows` (`cells`,
///   `records`, `records_markup`) for a layout of one's own, `is_empty`, and one of `as_table`, `as_sheets`; `sheets` and
///   `bars` where it has some
/// - a cell: `column_title`, `markup`, and for a layout of one's own `text`, `lines` (the text line by line), `items` (of a
///   list), `is_number`, `is_empty`
/// - a sheet (of `sheets`): `number`, `heading`, `level`, `marks`, `id`, `cells` (those with content), `records`,
///   `records_markup`
/// - `bars`: `id`, `height`, `left`, `entries` (`label`, `text`, `y`, `baseline`, `width`, `end`) in units of a drawing 720
///   wide
/// - a finding (of `findings`): `name`, `finding_title`, `entries` (`text`, `records`, `records_markup`)
/// - `records`: `count`, `items`
///
/// What is called `markup` or `…_markup` is written by ``TableMarkup``: print it unescaped.
///
/// Text is escaped for the format; `{{{…}}}` is not. A name that does not exist is an error.
struct ReportTemplate {
  let file: String
  let contentType: String
  let markup: TableMarkup

  static let html = ReportTemplate(file: "bericht.html.mustache", contentType: HTMLEscape.name, markup: .html)
  static let markdown = ReportTemplate(
    file: "bericht.md.mustache", contentType: MarkdownEscape.name, markup: .markdown)

  private static let fileExtension = ".mustache"
  // The engine keeps content types in a table of the process; entering them once is enough.
  static let registered: Void = {
    MustacheContentTypes.register(HTMLEscape(), named: HTMLEscape.name)
    MustacheContentTypes.register(MarkdownEscape(), named: MarkdownEscape.name)
  }()

  func render(_ report: Report) throws(ReportingError) -> [UInt8] {
    _ = ReportTemplate.registered
    let definition = report.definition
    guard definition.templates[file] != nil else {
      throw error(definition, file, "", "the file is missing")
    }
    var library = MustacheLibrary()
    for (path, text) in definition.templates.sorted(by: { $0.key < $1.key }) {
      let name = String(path.dropLast(ReportTemplate.fileExtension.count))
      do {
        // The first line sets the escape and takes up a line of its own, which is not printed.
        try library.register("{{% CONTENT_TYPE: \(contentType)}}\n" + text, named: name)
      } catch let problem as MustacheTemplate.ParserError {
        throw error(definition, path, "line \(problem.context.lineNumber - 1)", "\(problem.error)")
      } catch {
        throw self.error(definition, path, "", "\(error)")
      }
      for partial in ReportTemplate.partials(in: text)
      where definition.templates[partial + ReportTemplate.fileExtension] == nil {
        throw error(definition, path, "{{>\(partial)}}", "there is no \(partial)\(ReportTemplate.fileExtension)")
      }
    }
    let root = TemplateRoot(TemplateContext(report, markup: markup).fields)
    let main = String(file.dropLast(ReportTemplate.fileExtension.count))
    guard let text = library.render(root, withTemplate: main) else {
      throw error(definition, file, "", "the file is missing")
    }
    if let name = root.unknownNames.first { throw error(definition, file, "{{\(name)}}", "there is no such name") }
    return Array(text.utf8)
  }

  /// The names of the partials that a template asks for by name.
  private static func partials(in text: String) -> [String] {
    text.split(separator: "{{", omittingEmptySubsequences: false).dropFirst().compactMap { piece in
      guard piece.first == ">" else { return nil }
      let name = piece.dropFirst().prefix { $0 != "}" }.filter { $0 != " " }
      return name.hasPrefix("*") ? nil : name
    }
  }

  private func error(
    _ definition: ReportDefinition, _ path: String, _ place: String, _ detail: String
  ) -> ReportingError {
    .definition(
      pack: definition.pack, file: "berichte/\(definition.name)/\(path)", place: place, detail: detail)
  }
}
