/// A file of SQL: what stands before its first section, and its sections, each under a heading `-- <keyword> …`.
struct SQLSections {
  struct Statement: Hashable {
    /// As written, from the first token to the last; without the semicolon and the comments around it.
    var sql: String
    /// The line it begins in, from 1.
    var line: Int
    /// Its first words, in upper case, and the names among them as written: enough to see what it creates.
    var head: [HeadWord]
  }

  struct HeadWord: Hashable {
    var text: String
    var isQuoted: Bool

    func isKeyword(_ keyword: String) -> Bool { !isQuoted && text.uppercased() == keyword }
  }

  struct Section: Hashable {
    /// What follows the keyword in the heading.
    var heading: String
    /// The line of the heading, from 1.
    var line: Int
    var statements: [Statement]
  }

  private(set) var preamble: [Statement] = []
  private(set) var sections: [Section] = []

  /// - Parameter keyword: `on`, `figure` or `finding`. A comment that begins a line with it outside a statement's
  ///   parentheses is a heading.
  init(_ bytes: [UInt8], keyword: String) throws(TextError) {
    var scanner = SQLScanner(bytes)
    var splitter = StatementSplitter(bytes)
    while let token = try scanner.next() {
      if token.kind == .lineComment, token.startsLine, !splitter.isInsideStatementBody,
        let heading = SQLSections.heading(bytes[token.range], keyword: keyword)
      {
        keep(try splitter.finish())
        sections.append(Section(heading: heading, line: token.line, statements: []))
      } else {
        keep(try splitter.take(token))
      }
    }
    keep(try splitter.finish())
  }

  private mutating func keep(_ statement: Statement?) {
    guard let statement else { return }
    if sections.isEmpty {
      preamble.append(statement)
    } else {
      sections[sections.count - 1].statements.append(statement)
    }
  }

  private static func heading(_ comment: ArraySlice<UInt8>, keyword: String) -> String? {
    let text = String(decoding: comment.dropFirst(2), as: UTF8.self)
    let words = text.split(maxSplits: 1, whereSeparator: \.isWhitespace)
    guard text.first?.isWhitespace == true, words.first.map(String.init) == keyword else { return nil }
    return words.count < 2 ? "" : String(words[1].trimmingSpace)
  }
}

/// Puts tokens together to statements.
private struct StatementSplitter {
  private let bytes: [UInt8]
  private var start: SQLToken?
  private var end = 0
  private var head: [SQLSections.HeadWord] = []
  private var depth = 0
  private var depthLine = 0
  private var isTrigger = false
  /// Inside a trigger's body, from `BEGIN` on.
  private var isInBody = false
  /// The last tokens of the statement, to see `; END`.
  private var lastKind: SQLToken.Kind?
  private var lastWasEndAfterSemicolon = false

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  var isInsideStatementBody: Bool { depth > 0 || isInBody && !lastWasEndAfterSemicolon }

  /// The statement that ends with this token, if one does.
  mutating func take(_ token: SQLToken) throws(TextError) -> SQLSections.Statement? {
    if token.kind == .lineComment || token.kind == .blockComment { return nil }
    if token.kind == .semicolon, !isTrigger || lastWasEndAfterSemicolon { return try finish() }
    if start == nil { start = token }
    let text = String(decoding: bytes[token.range], as: UTF8.self)
    if head.count < 8, token.kind == .word || token.kind == .quotedName {
      head.append(
        .init(
          text: token.kind == .word ? text : String(text.dropFirst().dropLast()), isQuoted: token.kind == .quotedName))
      isTrigger = isTrigger || beginsTrigger
    } else if head.count < 8 {
      head.append(.init(text: text, isQuoted: false))
    }
    if token.kind == .openParenthesis {
      if depth == 0 { depthLine = token.line }
      depth += 1
    } else if token.kind == .closeParenthesis {
      depth -= 1
      guard depth >= 0 else { throw TextError(token.line, "\")\" without \"(\"") }
    }
    let word = token.kind == .word ? text.uppercased() : ""
    if isTrigger, word == "BEGIN" { isInBody = true }
    lastWasEndAfterSemicolon = isInBody && word == "END" && lastKind == .semicolon
    lastKind = token.kind
    end = token.range.upperBound
    return nil
  }

  /// The statement begun, as the file or its section ends.
  mutating func finish() throws(TextError) -> SQLSections.Statement? {
    guard let start else { return nil }
    if depth > 0 { throw TextError(depthLine, "\"(\" without \")\"") }
    if isTrigger, !lastWasEndAfterSemicolon {
      throw TextError(start.line, "the trigger that begins here has no \"END;\" after a statement's \";\"")
    }
    let sql = String(decoding: bytes[start.range.lowerBound..<end], as: UTF8.self)
    let statement = SQLSections.Statement(sql: sql, line: start.line, head: head)
    self = StatementSplitter(bytes)
    return statement
  }

  /// `CREATE [TEMP | TEMPORARY] TRIGGER`
  private var beginsTrigger: Bool {
    guard let last = head.last, last.isKeyword("TRIGGER"), head[0].isKeyword("CREATE") else { return false }
    return head.count == 2 || head.count == 3 && (head[1].isKeyword("TEMP") || head[1].isKeyword("TEMPORARY"))
  }
}

extension StringProtocol {
  /// Without white space at either end.
  var trimmingSpace: SubSequence {
    let start = firstIndex { !$0.isWhitespace } ?? endIndex
    let end = lastIndex { !$0.isWhitespace }.map { index(after: $0) } ?? start
    return self[start..<end]
  }
}
