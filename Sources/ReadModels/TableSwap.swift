import DomainPacks
import Foundation
import GRDB
import GRDBSQLite

/// Compares tables of the live file with those built beside it, and replaces them: attached as `side`, copied in one
/// transaction.
///
/// A crash before the commit leaves the old tables whole, one after it the new ones; readers see the one or the other.
struct TableSwap {
  let plan: ProjectionPlan
  /// The packs whose tables are replaced.
  let packs: Set<String>

  /// - Parameter schema: the objects that the file beside has when it is whole.
  /// - Returns: how the tables differ; and whether neither a row nor a definition does.
  func compare(
    _ side: String, _ schema: Set<SchemaObject>, in db: Database
  ) throws -> (tables: [RebuildReport.Table], isSame: Bool) {
    try attached(side, db) {
      let tables = try compare(db)
      let names = Set(tables.map { $0.name.lowercased() })
      let live = try SchemaObject.all(in: "main", db)
      func isTheirs(_ object: SchemaObject) -> Bool { names.contains(object.table.lowercased()) }
      let isSame =
        tables.allSatisfy(\.isEqual) && live.isSuperset(of: schema) && live.filter(isTheirs) == schema.filter(isTheirs)
      return (tables, isSame)
    }
  }

  func replace(by side: String, in db: Database) throws {
    try attached(side, db) {
      try db.inTransaction(.immediate) {
        try replace(db)
        return .commit
      }
    }
  }

  private func attached<Value>(_ side: String, _ db: Database, _ body: () throws -> Value) throws -> Value {
    try db.execute(sql: "ATTACH DATABASE ? AS side", arguments: [side])
    let result = Result { try body() }
    try db.execute(sql: "DETACH DATABASE side")
    return try result.get()
  }

  // MARK: Compare

  private func compare(_ db: Database) throws -> [RebuildReport.Table] {
    let before = try live(db).filter { $0.kind != "view" }
    let after = try built(db)
    let names = Set(before.map(\.name)).union(after.map(\.name)).sorted()
    return try names.map { name in
      let old = before.first { $0.name == name }
      let new = after.first { $0.name == name }
      var table = RebuildReport.Table(pack: new?.pack ?? old?.pack ?? "", name: name)
      let isComparable = try old != nil && new != nil && columns("main", name, db) == columns("side", name, db)
      if isComparable, let rows = try equalRows(name, db) {
        (table.rowsBefore, table.rowsAfter, table.onlyBefore, table.onlyAfter) = (rows, rows, 0, 0)
        return table
      }
      if old != nil { table.rowsBefore = try count("main", name, db) }
      if new != nil { table.rowsAfter = try count("side", name, db) }
      if isComparable {
        table.onlyBefore = try only("main", "side", name, db)
        table.onlyAfter = try only("side", "main", name, db)
      }
      return table
    }
  }

  private func only(_ left: String, _ right: String, _ name: String, _ db: Database) throws -> Int {
    let table = name.quotedDatabaseIdentifier
    return try Int.fetchOne(
      db, sql: "SELECT count(*) FROM (SELECT * FROM \(left).\(table) EXCEPT SELECT * FROM \(right).\(table))") ?? 0
  }

  /// Two tables made from the same records stand in the same order; only where they do not are they sorted.
  ///
  /// - Returns: how many rows they have; nil where they differ.
  private func equalRows(_ name: String, _ db: Database) throws -> Int? {
    let table = name.quotedDatabaseIdentifier
    let live = try db.makeStatement(sql: "SELECT * FROM main.\(table)")
    let built = try db.makeStatement(sql: "SELECT * FROM side.\(table)")
    let (left, right) = (live.sqliteStatement, built.sqliteStatement)
    defer {
      sqlite3_reset(left)
      sqlite3_reset(right)
      withExtendedLifetime((live, built)) {}
    }
    let columns = sqlite3_column_count(left)
    var rows = 0
    while true {
      let (first, second) = (sqlite3_step(left), sqlite3_step(right))
      func isFailure(_ code: CInt) -> Bool { code != SQLITE_ROW && code != SQLITE_DONE }
      if isFailure(first) || isFailure(second) {
        throw DatabaseError(resultCode: ResultCode(rawValue: isFailure(first) ? first : second))
      }
      guard first == second else { return nil }
      if first == SQLITE_DONE { return rows }
      for column in 0..<columns where !hasEqualValue(left, right, column) { return nil }
      rows += 1
    }
  }

  private func hasEqualValue(_ left: OpaquePointer?, _ right: OpaquePointer?, _ column: CInt) -> Bool {
    let type = sqlite3_column_type(left, column)
    guard type == sqlite3_column_type(right, column) else { return false }
    switch type {
    case SQLITE_NULL: return true
    case SQLITE_INTEGER: return sqlite3_column_int64(left, column) == sqlite3_column_int64(right, column)
    case SQLITE_FLOAT:
      return sqlite3_column_double(left, column).bitPattern == sqlite3_column_double(right, column).bitPattern
    default:
      let (first, second) = (sqlite3_column_blob(left, column), sqlite3_column_blob(right, column))
      let length = sqlite3_column_bytes(left, column)
      guard length == sqlite3_column_bytes(right, column) else { return false }
      guard length > 0, let first, let second else { return length == 0 }
      return memcmp(first, second, Int(length)) == 0
    }
  }

  private func count(_ schema: String, _ name: String, _ db: Database) throws -> Int {
    try Int.fetchOne(db, sql: "SELECT count(*) FROM \(schema).\(name.quotedDatabaseIdentifier)") ?? 0
  }

  // MARK: Replace

  private func replace(_ db: Database) throws {
    // Views of any pack may read the tables that go, so all of them are made again.
    let known = try Row.fetchAll(db, sql: "SELECT name FROM _aktenspur_objects WHERE kind = 'view'")
    for row in known {
      let view: String = row["name"]
      try db.execute(sql: "DROP VIEW IF EXISTS main.\(view.quotedDatabaseIdentifier)")
    }
    for object in try live(db) where object.kind != "view" {
      try db.execute(sql: "DROP TABLE main.\(object.name.quotedDatabaseIdentifier)")
    }
    for name in try goneOrReplaced(db) {
      try db.execute(sql: "DELETE FROM _aktenspur_objects WHERE pack = ?", arguments: [name])
      try db.execute(sql: "DELETE FROM _aktenspur_packs WHERE name = ?", arguments: [name])
    }

    let tables = try built(db).map(\.name)
    // Indexes before the rows: with the same indexes on both sides SQLite copies the entries as they are.
    for kind in ["table", "index"] { for sql in try definitions(kind, of: tables, db) { try db.execute(sql: sql) } }
    for table in tables { try copy(table, db) }
    for sql in try definitions("trigger", of: tables, db) { try db.execute(sql: sql) }
    for pack in plan.packs.packs {
      for statement in pack.projection.schema where statement.kind == .view { try db.execute(sql: statement.sql) }
    }
    for pack in plan.packs.packs { try ProjectionState.storePack(pack, owners: plan.owners, in: db) }
  }

  private func copy(_ table: String, _ db: Database) throws {
    let name = table.quotedDatabaseIdentifier
    let all = try Row.fetchAll(db, sql: "SELECT name, hidden FROM pragma_table_xinfo(?, 'side')", arguments: [table])
    let stored = all.filter { $0["hidden"] as Int == 0 }.map { ($0["name"] as String).quotedDatabaseIdentifier }
    if stored.count == all.count {
      try db.execute(sql: "INSERT INTO main.\(name) SELECT * FROM side.\(name)")
    } else {
      let columns = stored.joined(separator: ", ")
      try db.execute(sql: "INSERT INTO main.\(name) (\(columns)) SELECT \(columns) FROM side.\(name)")
    }
    // AUTOINCREMENT goes on from the highest number ever given, which may belong to a row deleted since.
    if try Bool.fetchOne(db, sql: "SELECT count(*) FROM side.sqlite_master WHERE name = 'sqlite_sequence'") == true {
      try db.execute(
        sql: """
          UPDATE main.sqlite_sequence SET seq = s.seq FROM side.sqlite_sequence AS s
          WHERE s.name = ?1 AND main.sqlite_sequence.name = ?1
          """,
        arguments: [table])
    }
  }

  // MARK: What is there

  private struct Object {
    var name: String
    var pack: String
    var kind: String
  }

  /// The packs whose objects in the live file go.
  private func goneOrReplaced(_ db: Database) throws -> Set<String> {
    let known = try String.fetchAll(db, sql: "SELECT name FROM _aktenspur_packs")
    return Set(known).subtracting(plan.names).union(packs)
  }

  private func live(_ db: Database) throws -> [Object] {
    let going = try goneOrReplaced(db)
    return try Row.fetchAll(db, sql: "SELECT name, pack, kind FROM main._aktenspur_objects")
      .map { Object(name: $0["name"], pack: $0["pack"], kind: $0["kind"]) }
      .filter { going.contains($0.pack) }
  }

  /// The tables to take over. Packs built only because others read them stay as they are.
  private func built(_ db: Database) throws -> [Object] {
    try Row.fetchAll(db, sql: "SELECT name, pack, kind FROM side._aktenspur_objects WHERE kind <> 'view' ORDER BY name")
      .map { Object(name: $0["name"], pack: $0["pack"], kind: $0["kind"]) }
      .filter { packs.contains($0.pack) }
  }

  private func definitions(_ kind: String, of tables: [String], _ db: Database) throws -> [String] {
    let names = Set(tables.map { $0.lowercased() })
    return try Row.fetchAll(
      db, sql: "SELECT tbl_name, sql FROM side.sqlite_master WHERE type = ? AND sql IS NOT NULL ORDER BY rowid",
      arguments: [kind]
    ).filter { names.contains(($0["tbl_name"] as String).lowercased()) }.map { $0["sql"] }
  }

  private func columns(_ schema: String, _ table: String, _ db: Database) throws -> [String] {
    try String.fetchAll(db, sql: "SELECT name FROM pragma_table_xinfo(?, ?)", arguments: [table, schema])
  }
}
