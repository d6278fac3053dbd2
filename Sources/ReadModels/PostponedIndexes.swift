import GRDB

/// Indexes that are made when all rows are there, because no handler reads them: sorting once costs a fraction of putting
/// each row in its place, and does not grow faster than the rows.
struct PostponedIndexes {
  private var definitions: [String] = []

  init() {}

  var isEmpty: Bool { definitions.isEmpty }

  /// Drops them, for now. What an index could refuse or change stays: unique ones, those of expressions or of a part of
  /// the rows, and all where a trigger may read them unseen.
  init(of handlers: [ProjectionPlan.HandlerPlan], _ db: Database) throws {
    guard try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'") == 0 else { return }
    let used = try handlers.flatMap(\.statements).flatMap { try PostponedIndexes.plan(of: $0, db) }
    let indexes = try Row.fetchAll(
      db,
      sql: """
        SELECT i.name, m.sql
        FROM sqlite_master AS t
        JOIN pragma_index_list(t.name) AS i
        JOIN sqlite_master AS m ON m.type = 'index' AND m.name = i.name
        WHERE t.type = 'table' AND i.origin = 'c' AND NOT i."unique" AND NOT i.partial
          AND NOT EXISTS (
            SELECT 1 FROM pragma_index_xinfo(i.name) AS x
            LEFT JOIN pragma_table_xinfo(t.name) AS c ON c.name = x.name
            WHERE x.key AND coalesce(c.hidden, 1))
        ORDER BY m.rowid
        """)
    for row in indexes {
      let name: String = row["name"]
      // The name may be part of another one; then the index stays where it could go, which is no harm.
      guard !used.contains(where: { $0.contains(name) }) else { continue }
      try db.execute(sql: "DROP INDEX \(name.quotedDatabaseIdentifier)")
      definitions.append(row["sql"])
    }
  }

  mutating func create(in db: Database) throws {
    for sql in definitions { try db.execute(sql: sql) }
    definitions = []
  }

  /// How SQLite would run a statement, a line for each step; an index that is read is named there.
  private static func plan(of sql: String, _ db: Database) throws -> [String] {
    let statement = try db.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
    statement.setUncheckedArguments(StatementArguments())
    return try Row.fetchAll(statement).map { $0["detail"] }
  }
}
