import LogFormat

@testable import DomainPacks

extension Target {
  /// `pack.json` with its schemas, and an event's data against them: the first line is the data.
  static let pack = Target(name: "pack") { bytes in
    let parts = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return }
    guard let pack = try? Pack(name: "probe", files: ["pack.json": Array(parts[1])]) else { return }
    let packs = try? PackSet(files: ["probe": ["pack.json": Array(parts[1])]])
    guard let data = try? JSONDocument(Array(parts[0])) else { return }
    for type in pack.eventTypes {
      let event = Event(id: "1", source: "urn:x", type: type.name, subject: "a/1", payload: .json(data.root))
      _ = try? packs?.check(event)
      _ = type.personalFields(of: data.root, subject: "a/1")
    }
  }

  /// The SQL files of a pack, cut into statements and sections.
  static let sql = Target(name: "sql") { bytes in
    for keyword in ["on", "figure", "finding"] {
      guard let sections = try? SQLSections(bytes, keyword: keyword) else { continue }
      for statement in sections.preamble + sections.sections.flatMap(\.statements) {
        // Nothing is handed to SQLite that does not stand in the file.
        try hold(!statement.sql.isEmpty, "a statement is not empty")
      }
    }
    _ = try? Projection(bytes)
    _ = try? Figure.read(bytes)
    _ = try? Finding.read(bytes)
  }

  /// `tables/*.csv`.
  static let csv = Target(name: "csv") { bytes in
    guard let table = try? CSVTable(name: "t", bytes) else { return }
    try hold(table.rows.allSatisfy { $0.count == table.columns.count }, "every row has a field for each column")
    func quoted(_ row: [String]) -> String {
      row.map { "\"" + $0.replacing(scalar: "\"", with: "\"\"") + "\"" }.joined(separator: ",") + "\r\n"
    }
    guard String(validating: bytes, as: UTF8.self) != nil else { return }
    let again = try CSVTable(name: "t", Array(([table.columns] + table.rows).map(quoted).joined().utf8))
    try hold(again == table, "a table written with every field quoted is the same table")
  }

  /// Patterns of schemas and of subjects, and a text they are held against: pattern, line feed, text.
  static let pattern = Target(name: "pattern") { bytes in
    let parts = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard parts.count == 2 else { return }
    if let pattern = try? Pattern(parts[0]) { _ = pattern.isFound(in: parts[1]) }
    if let pattern = try? SubjectPattern(parts[0]) { _ = pattern.matches(parts[1]) }
  }
}
