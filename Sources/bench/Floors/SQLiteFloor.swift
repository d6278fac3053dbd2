import Foundation
import GRDB
import GRDBSQLite

/// SQLite as a ledger would use it: write-ahead log, each transaction durable, the lines with the indexes that a ledger
/// needs for its answers.
final class SQLiteFloor {
  /// Records in a transaction.
  private static let transaction = 1000

  private let path: String
  private let queue: DatabaseQueue

  init(folder: String) throws {
    path = folder + "/floor.sqlite"
    SQLiteFloor.remove(path)
    var configuration = Configuration()
    configuration.journalMode = .wal
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA cache_size = -131072")
    }
    queue = try DatabaseQueue(path: path, configuration: configuration)
    try queue.writeWithoutTransaction { db in
      try db.execute(
        sql: """
          CREATE TABLE records (
            sequence INTEGER PRIMARY KEY,
            line     TEXT NOT NULL,
            source   TEXT NOT NULL,
            id       TEXT NOT NULL,
            subject  TEXT NOT NULL,
            version  INTEGER NOT NULL
          );
          CREATE UNIQUE INDEX records_id ON records (source, id);
          CREATE INDEX records_subject ON records (subject, version);
          """)
    }
  }

  deinit {
    try? queue.close()
    SQLiteFloor.remove(path)
  }

  private static func remove(_ path: String) {
    for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
  }

  /// Stores lines of the log; finding their attributes is not what is compared.
  ///
  /// - Parameter range: of the log's bytes, whole lines.
  func run(_ log: LogFiles, _ range: Range<Int>) throws -> Measurement {
    try queue.writeWithoutTransaction { db in
      let statement = try db.makeStatement(sql: "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?)")
      var records = 0
      var seconds = 0.0
      try log.forEachChunk(of: range) { chunk in
        var rows: [SQLiteRow] = []
        try chunk.forEachLine { rows.append(try SQLiteRow($0)) }
        records += rows.count
        let start = MonotonicClock.seconds
        for first in stride(from: 0, to: rows.count, by: SQLiteFloor.transaction) {
          try db.inTransaction {
            for row in rows[first..<min(first + SQLiteFloor.transaction, rows.count)] {
              try row.insert(by: statement.sqliteStatement)
            }
            return .commit
          }
        }
        seconds += MonotonicClock.seconds - start
      }
      return Measurement(count: records, seconds: seconds)
    }
  }
}

/// One record's columns, bound where they stand in the line.
private struct SQLiteRow {
  private let sequence: Int
  private let version: Int
  private let texts: [UnsafeRawBufferPointer]

  init(_ line: UnsafeRawBufferPointer) throws {
    guard let fields = LineFields(line), let source = fields.bytes(.source), let id = fields.bytes(.id),
      let subject = fields.bytes(.subject)
    else { throw BenchError("a line that is no record: \(line.text)") }
    sequence = fields.number(.sequence)
    version = fields.number(.subjectversion)
    texts = [line, source, id, subject]
  }

  func insert(by statement: OpaquePointer?) throws {
    sqlite3_bind_int64(statement, 1, Int64(sequence))
    for (place, text) in texts.enumerated() {
      sqlite3_bind_text(
        statement, Int32(place + 2), text.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(text.count), nil)
    }
    sqlite3_bind_int64(statement, 6, Int64(version))
    guard sqlite3_step(statement) == SQLITE_DONE else { throw BenchError("SQLite did not take a record") }
    sqlite3_reset(statement)
  }
}
