import GRDBSQLite

/// A connection on which nothing is replaced.
final class BuiltinConnection {
  fileprivate lazy var pointer: OpaquePointer? = {
    var pointer: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX
    guard sqlite3_open_v2(":memory:", &pointer, flags, nil) == SQLITE_OK else {
      sqlite3_close(pointer)
      return nil
    }
    return pointer
  }()

  deinit {
    // Waits for the statements that are still there.
    sqlite3_close_v2(pointer)
  }
}

/// One of SQLite's own functions, called on a connection where nothing is replaced.
final class BuiltinFunction {
  private let name: String
  private let connection: BuiltinConnection
  /// By the number of arguments.
  private var statements: [OpaquePointer?] = []

  init(_ name: String, of connection: BuiltinConnection) {
    self.name = name
    self.connection = connection
  }

  deinit {
    for statement in statements { sqlite3_finalize(statement) }
  }

  /// Sets the result of `context` to that of the function.
  func call(_ context: OpaquePointer, _ arguments: UnsafeBufferPointer<OpaquePointer?>) {
    guard let statement = statement(arguments.count) else {
      let message = connection.pointer.map { String(cString: sqlite3_errmsg($0)) }
      sqlite3_result_error(context, message ?? "out of memory", -1)
      return
    }
    for (index, argument) in arguments.enumerated() { sqlite3_bind_value(statement, CInt(index + 1), argument) }
    if sqlite3_step(statement) == SQLITE_ROW {
      sqlite3_result_value(context, sqlite3_column_value(statement, 0))
    } else {
      sqlite3_result_error(context, String(cString: sqlite3_errmsg(connection.pointer)), -1)
    }
    sqlite3_reset(statement)
  }

  private func statement(_ count: Int) -> OpaquePointer? {
    if count < statements.count, let known = statements[count] { return known }
    guard let pointer = connection.pointer else { return nil }
    // CURRENT_DATE and its like are key words, written without parentheses.
    let call =
      name.hasPrefix("current_") ? name : "\(name)(\(Array(repeating: "?", count: count).joined(separator: ",")))"
    var statement: OpaquePointer?
    guard
      sqlite3_prepare_v3(pointer, "SELECT \(call)", -1, CUnsignedInt(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        == SQLITE_OK
    else { return nil }
    if statements.count <= count {
      statements.append(contentsOf: repeatElement(nil, count: count + 1 - statements.count))
    }
    statements[count] = statement
    return statement
  }
}
