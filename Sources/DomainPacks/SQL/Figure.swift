/// A named number of a report, as a query for the records behind it.
public struct Figure: Sendable, Hashable {
  /// E.g. `projekte.bearbeitung`.
  public let name: String
  public let title: String
  /// E.g. `Projekte`; nil where the heading names none.
  public let unit: String?
  /// One SELECT, as written.
  public let sql: String
  /// The line of its heading, from 1.
  let line: Int
}

/// A sentence that goes with every figure of a pack, as a query for it: the version of its rules, a reservation.
///
/// A row for each sentence, in the column `text`. Parameters are those of figures.
public struct Note: Sendable, Hashable {
  public let name: String
  public let title: String
  /// One SELECT, as written.
  public let sql: String
  /// The line of its heading, from 1.
  let line: Int
}

extension Note {
  /// The notes of `notes.sql`, in file order.
  static func read(_ bytes: [UInt8]) throws(TextError) -> [Note] {
    try NamedQuery.read(bytes, keyword: "note", form: "<name>: <title>").map {
      Note(name: $0.name, title: $0.title, sql: $0.sql, line: $0.line)
    }
  }
}

/// A contradiction that a pack looks for, as a query for its occurrences.
public struct Finding: Sendable, Hashable {
  public let name: String
  public let title: String
  /// One SELECT, as written.
  public let sql: String
  /// The line of its heading, from 1.
  let line: Int
}

/// A reason why something must be kept, as a query for what stands against its removal: a retention duty, a legal hold.
///
/// It is asked before personal data are erased (DSGVO Art. 17 Abs. 3 Buchst. b) and before a content is destroyed.
/// Parameters: `:person`, the reference whose data are to go, or NULL; `:content`, the content that is to go
/// (`sha256:…`), or NULL; `:subjects`, a JSON array of the subjects of all records that hold something sealed of the
/// person (empty where a content is to go); `:effective`, today. A row for each reason: `text`, and `sequences` as in a
/// finding, the records it follows from.
public struct Hold: Sendable, Hashable {
  public let name: String
  public let title: String
  /// One SELECT, as written.
  public let sql: String
  /// The line of its heading, from 1.
  let line: Int
}

extension Hold {
  /// The holds of `holds.sql`, in file order.
  static func read(_ bytes: [UInt8]) throws(TextError) -> [Hold] {
    try NamedQuery.read(bytes, keyword: "hold", form: "<name>: <title>").map {
      Hold(name: $0.name, title: $0.title, sql: $0.sql, line: $0.line)
    }
  }
}

extension Figure {
  /// The figures of `figures.sql`, in file order.
  static func read(_ bytes: [UInt8]) throws(TextError) -> [Figure] {
    var figures: [Figure] = []
    for query in try NamedQuery.read(bytes, keyword: "figure", form: "<name>: <title> [unit]") {
      var title = query.title[...]
      var unit: String?
      if title.last == "]", let bracket = title.lastIndex(of: "[") {
        unit = String(title[title.index(after: bracket)...].dropLast().trimmingSpace)
        title = title[..<bracket].trimmingSpace
      }
      guard !title.isEmpty, unit?.isEmpty != true else {
        throw TextError(query.line, "expected \"-- figure <name>: <title> [unit]\", found no title or an empty unit")
      }
      figures.append(Figure(name: query.name, title: String(title), unit: unit, sql: query.sql, line: query.line))
    }
    return figures
  }
}

extension Finding {
  /// The findings of `findings.sql`, in file order.
  static func read(_ bytes: [UInt8]) throws(TextError) -> [Finding] {
    try NamedQuery.read(bytes, keyword: "finding", form: "<name>: <title>").map {
      Finding(name: $0.name, title: $0.title, sql: $0.sql, line: $0.line)
    }
  }
}
