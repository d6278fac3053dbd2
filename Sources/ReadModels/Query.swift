import GRDB
import GRDBSQLite

/// One query on a reader's connection.
struct Query {
  let sql: String
  let arguments: [String: SQLValue]
  let limits: QueryLimits
  let connection: ProjectionConnection

  func run(_ db: Database, columns: ([String]) throws -> Void, row: ([SQLValue]) throws -> Void) throws {
    connection.clock.isAllowed = limits.allowsClock
    connection.budget.refill(steps: limits.maximumSteps, until: .now + limits.maximumTime)
    connection.sandbox?.enter(.query)
    defer {
      connection.clock.isAllowed = false
      connection.budget.lift()
      connection.sandbox?.enter(.open)
    }
    let statement = try compile(db)
    let views = connection.views.missing(of: connection.sandbox?.reads ?? [])
    guard views.isEmpty else {
      for view in views { try materialize(view, db) }
      return try run(compile(db), db, columns, row)
    }
    try run(statement, db, columns, row)
  }

  private func run(
    _ statement: Statement, _ db: Database, _ columns: ([String]) throws -> Void, _ row: ([SQLValue]) throws -> Void
  ) throws {
    try bind(statement)
    try columns(statement.columnNames)
    try step(statement, db, row)
  }

  /// Draws up a view under the limits of this query, which is the first that reads it.
  private func materialize(_ view: String, _ db: Database) throws {
    let sql = "SELECT * FROM main.\(view.quotedDatabaseIdentifier)"
    var rows: [[SQLValue]] = []
    try Query(sql: sql, arguments: [:], limits: limits, connection: connection).step(
      db.makeStatement(sql: sql), db
    ) { rows.append($0) }
    connection.sandbox?.enter(.open)
    defer { connection.sandbox?.enter(.query) }
    try connection.views.keep(rows, as: view, db)
  }

  private func compile(_ db: Database) throws -> Statement {
    let statement: Statement
    do {
      statement = try db.makeStatement(sql: sql)
    } catch let error as DatabaseError {
      // GRDB's word for no statement, or more than one.
      if error.resultCode == .SQLITE_MISUSE { throw QueryError.notOneSelect }
      throw failure(error)
    }
    guard statement.isReadonly, statement.columnCount > 0, sqlite3_stmt_isexplain(statement.sqliteStatement) == 0 else {
      throw QueryError.notOneSelect
    }
    return statement
  }

  private func bind(_ statement: Statement) throws(QueryError) {
    let pointer = statement.sqliteStatement
    for place in 1..<1 + sqlite3_bind_parameter_count(pointer) {
      let name = sqlite3_bind_parameter_name(pointer, place).map { String(cString: $0 + 1) } ?? "?"
      guard let value = arguments[name] else { throw .missingArgument(name) }
      SQLite.bind(value, to: pointer, at: place)
    }
  }

  private func step(_ statement: Statement, _ db: Database, _ row: ([SQLValue]) throws -> Void) throws {
    let pointer = statement.sqliteStatement
    defer { sqlite3_reset(pointer) }
    var rows = 0
    var bytes = 0
    while true {
      let code = sqlite3_step(pointer)
      if code == SQLITE_DONE { return }
      guard code == SQLITE_ROW else {
        throw failure(
          DatabaseError(
            resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(db.sqliteConnection))))
      }
      rows += 1
      guard rows <= limits.maximumRows else { throw QueryError.tooManyRows(limit: limits.maximumRows) }
      var values: [SQLValue] = []
      values.reserveCapacity(Int(sqlite3_column_count(pointer)))
      for column in 0..<sqlite3_column_count(pointer) {
        values.append(Query.value(pointer, column, &bytes))
        guard bytes <= limits.maximumBytes else { throw QueryError.tooLarge(limitBytes: limits.maximumBytes) }
      }
      try row(values)
    }
  }

  private static func value(_ pointer: OpaquePointer?, _ column: CInt, _ bytes: inout Int) -> SQLValue {
    switch sqlite3_column_type(pointer, column) {
    case SQLITE_INTEGER: return .integer(sqlite3_column_int64(pointer, column))
    case SQLITE_FLOAT: return .real(sqlite3_column_double(pointer, column))
    case SQLITE_TEXT:
      let start = sqlite3_column_text(pointer, column)
      let text = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(pointer, column)))
      bytes += text.count
      return .text(String(decoding: text, as: UTF8.self))
    case SQLITE_BLOB:
      let start = sqlite3_column_blob(pointer, column)
      let blob = UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(pointer, column)))
      bytes += blob.count
      return .blob(Array(blob))
    default: return .null
    }
  }

  private func failure(_ error: DatabaseError) -> any Error {
    if error.isCorruption || error.resultCode == .SQLITE_IOERR {
      return ReadModelError.unusable(path: connection.path, detail: error.text)
    }
    switch connection.budget.exhaustion {
    case .steps: return QueryError.tooManySteps(limit: limits.maximumSteps)
    case .time: return QueryError.tooLong(limit: limits.maximumTime)
    case nil where error.resultCode == .SQLITE_NOMEM:
      return QueryError.sql(
        "needs more than \(ProjectionConnection.maximumMemory >> 20) MiB of memory; narrow the query")
    case nil: return QueryError.sql(connection.sandbox?.refusal ?? error.text)
    }
  }
}

enum SQLite {
  /// `SQLITE_TRANSIENT`, a macro that Swift does not import: SQLite copies the text.
  static var transient: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

  static func bind(_ value: SQLValue, to statement: OpaquePointer?, at place: CInt) {
    switch value {
    case .null: sqlite3_bind_null(statement, place)
    case .integer(let value): sqlite3_bind_int64(statement, place, value)
    case .real(let value): sqlite3_bind_double(statement, place, value)
    case .text(let value): sqlite3_bind_text(statement, place, value, CInt(value.utf8.count), transient)
    case .blob(let value): sqlite3_bind_blob(statement, place, value, CInt(value.count), transient)
    }
  }
}
