import GRDB

/// A table, index, view or trigger, as SQLite's schema tells it.
struct SchemaObject: Hashable {
  var type: String
  var name: String
  var table: String
  var sql: String

  /// All that statements made, of a database or one attached; not what SQLite makes by itself.
  static func all(in schema: String, _ db: Database) throws -> Set<SchemaObject> {
    Set(
      try Row.fetchAll(db, sql: "SELECT type, name, tbl_name, sql FROM \(schema).sqlite_master WHERE sql IS NOT NULL")
        .map { SchemaObject(type: $0["type"], name: $0["name"], table: $0["tbl_name"], sql: $0["sql"]) })
  }
}
