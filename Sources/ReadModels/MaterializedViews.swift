import GRDB
import GRDBSQLite

/// The views that a reader draws up once and keeps, because many of its queries rest on them (`materialized` of
/// `pack.json`).
///
/// The first query that reads one fills a temporary table of the same name; every view that rests on it gets a temporary
/// twin, whose names SQLite looks up among the temporary ones first. The file is only read. Belongs to one connection and
/// is touched only on its queue.
final class MaterializedViews: @unchecked Sendable {
  /// In the order of the packs.
  var wanted: [String] = []
  private var kept: Set<String> = []

  /// Those among the tables and views that a statement reads, in lower case, which are not kept yet.
  func missing(of reads: Set<String>) -> [String] {
    wanted.filter { reads.contains($0.lowercased()) && !kept.contains($0) }
  }

  /// Keeps the rows of a view.
  func keep(_ rows: [[SQLValue]], as view: String, _ db: Database) throws {
    let name = view.quotedDatabaseIdentifier
    // The types of the columns decide how their values compare.
    try execute("DROP VIEW IF EXISTS temp.\(name)", db)
    try execute("CREATE TEMP TABLE \(name) AS SELECT * FROM main.\(name) WHERE 0", db)
    try insert(rows, into: "temp.\(name)", db)
    kept.insert(view)
    for dependent in try dependents(of: view, db) where !kept.contains(dependent.name) {
      try execute("CREATE TEMP" + dependent.sql.dropFirst("CREATE".count), db)
    }
  }

  /// The views whose text names the view, or one that does, and that have no twin yet.
  private func dependents(of view: String, _ db: Database) throws -> [SchemaObject] {
    let twins = Set(try SchemaObject.all(in: "temp", db).map(\.name))
    var views = try SchemaObject.all(in: "main", db).filter {
      $0.type == "view" && $0.name.lowercased() != view.lowercased()
    }
    var found: [SchemaObject] = []
    var names = [view.lowercased()]
    while let name = names.popLast() {
      for dependent in views where dependent.sql.lowercased().contains(name) {
        views.remove(dependent)
        names.append(dependent.name.lowercased())
        if !twins.contains(dependent.name) { found.append(dependent) }
      }
    }
    return found
  }

  private func insert(_ rows: [[SQLValue]], into table: String, _ db: Database) throws {
    guard let width = rows.first?.count else { return }
    let places = Array(repeating: "?", count: width).joined(separator: ",")
    let statement = try db.makeStatement(sql: "INSERT INTO \(table) VALUES (\(places))")
    try withExtendedLifetime(statement) {
      let pointer = statement.sqliteStatement
      for row in rows {
        for (place, value) in row.enumerated() { SQLite.bind(value, to: pointer, at: CInt(place) + 1) }
        guard sqlite3_step(pointer) == SQLITE_DONE else { throw MaterializedViews.error(db) }
        sqlite3_reset(pointer)
      }
    }
  }

  /// Past GRDB, which lets nobody write through a connection that only reads its file.
  private func execute(_ sql: String, _ db: Database) throws {
    guard sqlite3_exec(db.sqliteConnection, sql, nil, nil, nil) == SQLITE_OK else { throw MaterializedViews.error(db) }
  }

  private static func error(_ db: Database) -> DatabaseError {
    DatabaseError(
      resultCode: ResultCode(rawValue: sqlite3_extended_errcode(db.sqliteConnection)),
      message: String(cString: sqlite3_errmsg(db.sqliteConnection)))
  }
}
