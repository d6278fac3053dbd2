import Foundation
import GRDB
import GRDBSQLite
import LogFormat

/// One section of a pack's `projection.sql`, compiled on one connection.
final class Handler {
  let plan: ProjectionPlan.HandlerPlan
  private let db: Database
  private let statements: [Compiled]
  let usesDay: Bool

  private struct Compiled {
    var statement: Statement
    var bindings: [(place: CInt, parameter: Parameter)]
  }

  init(_ plan: ProjectionPlan.HandlerPlan, _ db: Database) throws {
    self.plan = plan
    self.db = db
    statements = try plan.statements.map { sql in
      let statement = try db.makeStatement(sql: sql)
      let pointer = statement.sqliteStatement
      // The names were checked when the plan was made.
      let bindings = (1..<1 + sqlite3_bind_parameter_count(pointer)).compactMap { place in
        sqlite3_bind_parameter_name(pointer, place).flatMap { Parameter(rawValue: String(cString: $0 + 1)) }
          .map { (place, $0) }
      }
      return Compiled(statement: statement, bindings: bindings)
    }
    usesDay = statements.contains { $0.bindings.contains { $0.parameter == .day } }
  }

  /// Runs the statements for one record. Texts are bound where they stand in the line, without a copy.
  ///
  /// GRDB would copy each argument into a value of its own first; with some ten arguments a record, that costs more
  /// than the row. Its statement is used as it is, through SQLite's interface.
  func run(_ record: RecordFields, day: UnsafeRawBufferPointer) throws {
    if plan.usesLastRow { sqlite3_set_last_insert_rowid(db.sqliteConnection, 0) }
    for compiled in statements {
      let pointer = compiled.statement.sqliteStatement
      for (place, parameter) in compiled.bindings {
        switch parameter {
        case .sequence: sqlite3_bind_int64(pointer, place, Int64(bitPattern: record.sequence ?? 0))
        case .subjectversion: sqlite3_bind_int64(pointer, place, record.subjectVersion ?? 0)
        case .id: try bind(record.id, pointer, place)
        case .source: try bind(record.source, pointer, place)
        case .type: try bind(record.type, pointer, place)
        case .subject: try bind(record.subject, pointer, place)
        case .time: try bind(record.time ?? record.recordedTime, pointer, place)
        case .recordedtime: try bind(record.recordedTime, pointer, place)
        case .recordedby: try bind(record.recordedBy, pointer, place)
        case .authid: try bind(record.authid, pointer, place)
        case .day: bind(day, pointer, place)
        case .data:
          if let data = record.data { bind(data, pointer, place) } else { sqlite3_bind_null(pointer, place) }
        }
      }
      var code = sqlite3_step(pointer)
      while code == SQLITE_ROW { code = sqlite3_step(pointer) }
      guard code == SQLITE_DONE else {
        let message = String(cString: sqlite3_errmsg(db.sqliteConnection))
        sqlite3_reset(pointer)
        throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
      }
      sqlite3_reset(pointer)
    }
  }

  @inline(__always)
  private func bind(_ text: RecordFields.Text?, _ pointer: OpaquePointer?, _ place: CInt) throws(JSONError) {
    guard let text else {
      sqlite3_bind_null(pointer, place)
      return
    }
    guard text.isEscaped else { return bind(text.bytes, pointer, place) }
    sqlite3_bind_text(pointer, place, try text.string, -1, SQLite.transient)
  }

  /// The bytes must stay where they are until the statement has run.
  @inline(__always)
  private func bind(_ bytes: UnsafeRawBufferPointer, _ pointer: OpaquePointer?, _ place: CInt) {
    sqlite3_bind_text(
      pointer, place, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), CInt(bytes.count), nil)
  }
}
