import GRDBSQLite

/// SQLite's own functions, called on a connection where nothing is replaced.
final class BuiltinFunctions {
  private var connection: OpaquePointer?
  private var statements: [String: OpaquePointer] = [:]

  deinit {
    for statement in statements.values { sqlite3_finalize(statement) }
    sqlite3_close(connection)
  }

  /// Sets the result of `context` to that of the function of that name.
  func call(_ name: String, _ context: OpaquePointer, _ arguments: UnsafeBufferPointer<OpaquePointer?>) {
    guard let statement = statement(name, arguments.count) else {
      sqlite3_result_error(context, connection.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory", -1)
      return
    }
    for (index, argument) in arguments.enumerated() { sqlite3_bind_value(statement, CInt(index + 1), argument) }
    if sqlite3_step(statement) == SQLITE_ROW {
      sqlite3_result_value(context, sqlite3_column_value(statement, 0))
    } else {
      sqlite3_result_error(context, String(cString: sqlite3_errmsg(connection)), -1)
    }
    sqlite3_reset(statement)
  }

  private func statement(_ name: String, _ count: Int) -> OpaquePointer? {
    let key = "\(name)/\(count)"
    if let known = statements[key] { return known }
    if connection == nil, sqlite3_open(":memory:", &connection) != SQLITE_OK { return nil }
    // CURRENT_DATE and its like are key words, written without parentheses.
    let call =
      name.hasPrefix("current_") ? name : "\(name)(\(Array(repeating: "?", count: count).joined(separator: ",")))"
    var statement: OpaquePointer?
    guard
      sqlite3_prepare_v3(connection, "SELECT \(call)", -1, CUnsignedInt(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        == SQLITE_OK
    else { return nil }
    statements[key] = statement
    return statement
  }
}
