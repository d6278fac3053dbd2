/// Reads `tabellen.sql`: sections `-- table <name>: <title>`, each one SELECT.
enum TableQueries {
  private static let marker = "-- table "

  static func read(
    _ bytes: [UInt8], pack: String, file: String
  ) throws(ReportingError) -> [(table: String, query: ReportDefinition.Query)] {
    func error(_ line: Int, _ detail: String) -> ReportingError {
      .definition(pack: pack, file: file, place: "line \(line)", detail: detail)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw error(1, "expected UTF-8") }
    var sections: [(table: String, title: String, lines: [Substring], line: Int)] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if line.hasPrefix(marker) {
        let (name, title) = try head(line.dropFirst(marker.count)) { error(index + 1, $0) }
        guard !sections.contains(where: { $0.table == name }) else {
          throw error(index + 1, "there is a table \(name) already")
        }
        sections.append((name, title, [], index + 1))
      } else if !sections.isEmpty {
        sections[sections.count - 1].lines.append(line)
      } else if !line.isEmpty, !line.hasPrefix("--") {
        throw error(index + 1, "expected \"-- table <name>: <title>\" before the first statement")
      }
    }
    var queries: [(table: String, query: ReportDefinition.Query)] = []
    for section in sections {
      guard section.lines.contains(where: { !$0.isEmpty && !$0.hasPrefix("--") }) else {
        throw error(section.line, "expected a SELECT in this section")
      }
      let query = PackQuery(pack: pack, name: "table \(section.table)", sql: section.lines.joined(separator: "\n"))
      queries.append((section.table, ReportDefinition.Query(title: section.title, query: query)))
    }
    return queries
  }

  private static func head(
    _ text: Substring, error: (String) -> ReportingError
  ) throws(ReportingError) -> (name: String, title: String) {
    guard let colon = text.firstIndex(of: ":") else { throw error("expected \"-- table <name>: <title>\"") }
    let name = String(text[..<colon])
    let title = text[text.index(after: colon)...].drop { $0 == " " }
    guard !name.isEmpty, name.utf8.allSatisfy({ isNameByte($0) }) else {
      throw error("expected a name of lower-case letters, digits, \"-\" and \"_\"")
    }
    guard !title.isEmpty else { throw error("expected a title after the name") }
    return (name, String(title))
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
      UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
