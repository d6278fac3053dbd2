import Foundation
import GRDB
import GRDBSQLite

/// The statements of the packs, run by GRDB for the records of the whole log in a database that is made like that of
/// the projections: nothing is read, hashed or compared in the time that counts.
struct UpsertFloor {
  let log: LogFiles
  let packs: String
  /// The database that the projections have made: the floor takes its tables.
  let projections: String
  let folder: String

  /// Records in a transaction.
  private static let transaction = 100_000

  func run() throws -> Measurement {
    let path = folder + "/floor.sqlite"
    unlink(path)
    defer { unlink(path) }
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    configuration.prepareDatabase { db in
      try db.execute(
        sql: """
          PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
          PRAGMA cache_size = -131072
          """)
    }
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    defer { try? queue.close() }
    return try queue.writeWithoutTransaction { db in
      try db.execute(sql: "ATTACH ? AS projections", arguments: [projections])
      let tables = try createTables(db)
      let measurement = try upsert(db)
      try check(tables, db)
      return measurement
    }
  }

  /// Creates what the packs create, and fills the tables that they bring along.
  ///
  /// - Returns: the names of all tables.
  private func createTables(_ db: Database) throws -> [String] {
    let rows = try GRDB.Row.fetchAll(
      db,
      sql: """
        SELECT type, name, sql FROM projections.sqlite_master
        WHERE sql IS NOT NULL AND name NOT GLOB '_aktenspur_*' AND name NOT GLOB 'sqlite_*'
        ORDER BY rowid
        """)
    for row in rows { try db.execute(sql: row["sql"] as String) }
    for table in try PackSQL.tables(packs) {
      try db.execute(sql: "INSERT INTO main.\(table) SELECT * FROM projections.\(table)")
    }
    return rows.filter { ($0["type"] as String) == "table" }.map { $0["name"] as String }
  }

  private func upsert(_ db: Database) throws -> Measurement {
    var handlers: [String: [UpsertStatement]] = [:]
    for section in try PackSQL.sections(packs) {
      let statements = try db.allStatements(sql: section.sql)
      while let statement = try statements.next() {
        handlers[section.eventType, default: []].append(UpsertStatement(statement))
      }
    }
    var seconds = 0.0
    var records = 0
    var open = 0
    func timed(_ body: () throws -> Void) rethrows {
      let start = MonotonicClock.seconds
      try body()
      seconds += MonotonicClock.seconds - start
    }
    try timed { try db.beginTransaction() }
    try log.forEachChunk { chunk in
      var calls: [(statement: Statement, arguments: StatementArguments)] = []
      var lines = 0
      chunk.forEachLine { line in
        lines += 1
        guard let fields = LineFields(line), let statements = handlers[fields.text(.type)] else { return }
        for statement in statements { calls.append((statement.statement, statement.arguments(fields))) }
      }
      try timed {
        for call in calls { try call.statement.execute(arguments: call.arguments) }
        open += lines
        if open >= UpsertFloor.transaction {
          try db.commit()
          try db.beginTransaction()
          open = 0
        }
      }
      records += lines
    }
    try timed { try db.commit() }
    return Measurement(count: records, seconds: seconds)
  }

  /// Both must have come to the same number of rows everywhere.
  private func check(_ tables: [String], _ db: Database) throws {
    for table in tables {
      let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM main.\(table)")
      let expected = try Int.fetchOne(db, sql: "SELECT count(*) FROM projections.\(table)")
      guard count == expected else {
        throw BenchError("the projections have \(expected ?? 0) rows in \(table), the floor \(count ?? 0)")
      }
    }
  }
}

/// A statement of a pack, with what it asks of a record.
private struct UpsertStatement {
  let statement: Statement
  /// By place, without the colon.
  private let parameters: [String]

  init(_ statement: Statement) {
    self.statement = statement
    let pointer = statement.sqliteStatement
    parameters = (0..<sqlite3_bind_parameter_count(pointer)).map { place in
      sqlite3_bind_parameter_name(pointer, place + 1).map { String(cString: $0 + 1) } ?? ""
    }
  }

  func arguments(_ fields: LineFields) -> StatementArguments {
    StatementArguments(parameters.map { UpsertStatement.value($0, fields) })
  }

  private static func value(_ parameter: String, _ fields: LineFields) -> (any DatabaseValueConvertible)? {
    func text(_ attribute: LineFields.Attribute) -> String? { fields.bytes(attribute)?.text }
    let time = text(.time) ?? text(.recordedtime)
    switch parameter {
    case "sequence": return fields.number(.sequence)
    case "subjectversion": return fields.number(.subjectversion)
    case "id": return text(.id)
    case "source": return text(.source)
    case "type": return text(.type)
    case "subject": return text(.subject)
    case "time": return time
    // See ``EventText``: the day is the same in the ledger's time zone.
    case "day": return time.map { String($0.prefix(10)) }
    case "recordedtime": return text(.recordedtime)
    case "recordedby": return text(.recordedby)
    case "authid": return text(.authid)
    case "data": return fields.data?.text
    default: return nil
    }
  }
}
