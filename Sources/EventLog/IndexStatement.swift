import GRDB
import GRDBSQLite

/// A statement of the index that is run for every event: bound and stepped without the arrays of values and rows that
/// GRDB makes for each run, which would cost more than the look-up itself.
struct IndexStatement {
  private let statement: Statement

  init(_ db: Database, _ sql: String) throws {
    statement = try db.cachedStatement(sql: sql)
  }

  private var handle: OpaquePointer { statement.sqliteStatement }

  /// Numbers begin at 1.
  func bind(_ number: Int32, _ value: UInt64) {
    sqlite3_bind_int64(handle, number, Int64(bitPattern: value))
  }

  func bind(_ number: Int32, _ value: Int64) {
    sqlite3_bind_int64(handle, number, value)
  }

  func bind(_ number: Int32, _ text: String?) {
    guard var text else {
      sqlite3_bind_null(handle, number)
      return
    }
    _ = text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) {
        sqlite3_bind_text(handle, number, $0.baseAddress, Int32($0.count), IndexStatement.copied)
      }
    }
  }

  func bind(_ number: Int32, _ key: EventKey) {
    key.withBytes {
      _ = sqlite3_bind_blob(handle, number, $0.baseAddress, Int32($0.count), IndexStatement.copied)
    }
  }

  /// Runs a statement that gives no rows.
  func run() throws {
    _ = try first { _ in }
  }

  /// Runs it, and reads the first row if there is one.
  func first<Output>(_ read: (IndexRow) -> Output) throws -> Output? {
    defer { sqlite3_reset(handle) }
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return read(IndexRow(handle: handle))
    case SQLITE_DONE: return nil
    case let code:
      throw DatabaseError(
        resultCode: ResultCode(rawValue: code),
        message: sqlite3_errmsg(sqlite3_db_handle(handle)).map { String(cString: $0) }, sql: statement.sql)
    }
  }

  /// SQLITE_TRANSIENT, a macro that is not imported: the value is copied before the call returns.
  private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}

/// The row a statement stands on. Columns begin at 0.
struct IndexRow {
  fileprivate let handle: OpaquePointer

  func number(_ column: Int32) -> UInt64 {
    UInt64(bitPattern: sqlite3_column_int64(handle, column))
  }

  func text(_ column: Int32) -> String? {
    guard let bytes = sqlite3_column_text(handle, column) else { return nil }
    let count = Int(sqlite3_column_bytes(handle, column))
    return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  }
}
