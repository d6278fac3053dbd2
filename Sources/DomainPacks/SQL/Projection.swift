/// `projection.sql` of a pack: its tables, and what each record does to them.
public struct Projection: Sendable {
  /// The `CREATE` statements in file order.
  public let schema: [SQLStatement]
  /// The sections `-- on <event type>` in file order, each with its statements as written.
  public let handlers: [(eventType: String, statements: [String])]
  /// The lines of the sections' headings, from 1.
  let handlerLines: [Int]

  static let empty = Projection(schema: [], handlers: [], handlerLines: [])
}

/// A `CREATE` statement of a pack.
public struct SQLStatement: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    case table, view, index, trigger
  }

  /// As written, without the semicolon.
  public let sql: String
  /// What it creates.
  public let kind: Kind
  /// The name of what it creates, unquoted.
  public let name: String
  /// The line it begins in, from 1.
  public let line: Int
}

extension Projection {
  init(_ bytes: [UInt8]) throws(TextError) {
    let file = try SQLSections(bytes, keyword: "on")
    var schema: [SQLStatement] = []
    for statement in file.preamble { schema.append(try SQLStatement(statement)) }
    for section in file.sections {
      guard !section.heading.isEmpty, !section.heading.contains(where: \.isWhitespace) else {
        throw TextError(section.line, "expected \"-- on <event type>\", found \"-- on \(section.heading)\"")
      }
    }
    self.init(
      schema: schema, handlers: file.sections.map { ($0.heading, $0.statements.map(\.sql)) },
      handlerLines: file.sections.map(\.line))
  }
}

extension SQLStatement {
  /// Reads what a statement before the first section creates.
  init(_ statement: SQLSections.Statement) throws(TextError) {
    var words = statement.head[...]
    func skip(_ keyword: String) -> Bool {
      guard words.first?.isKeyword(keyword) == true else { return false }
      words.removeFirst()
      return true
    }
    let kinds: [(keyword: String, kind: Kind)] = [
      ("TABLE", .table), ("VIEW", .view), ("INDEX", .index), ("TRIGGER", .trigger),
    ]
    let isCreate = skip("CREATE")
    _ = skip("UNIQUE") || skip("VIRTUAL")
    guard isCreate, let kind = kinds.first(where: { skip($0.keyword) })?.kind else {
      let found = statement.head.prefix(3).map(\.text).joined(separator: " ")
      throw TextError(
        statement.line,
        "expected CREATE TABLE, VIEW, INDEX or TRIGGER before the first \"-- on <event type>\", found \(found)")
    }
    _ = skip("IF") && skip("NOT") && skip("EXISTS")
    guard let name = words.first, name.isQuoted || name.text.first.map({ $0.isLetter || $0 == "_" }) == true else {
      throw TextError(statement.line, "expected the name of what is created")
    }
    guard words.dropFirst().first?.text != "." else {
      throw TextError(statement.line, "expected a plain name, found \(name.text).…")
    }
    self.init(sql: statement.sql, kind: kind, name: name.text, line: statement.line)
  }
}
