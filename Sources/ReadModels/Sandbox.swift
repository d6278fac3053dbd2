import GRDB
import GRDBSQLite

/// What SQL of packs and of readers may do, told to SQLite as its authorizer.
///
/// SQLite asks the authorizer while it compiles a statement, so a statement is judged before it runs, together with
/// everything it sets off: views, triggers, sub-selects. GRDB keeps the authorizer of its connections for itself; so
/// the statements of packs are compiled once under this authorizer, on a database in memory with the same tables,
/// before they ever reach the file (``ProjectionPlan``), and readers get connections of their own.
///
/// Belongs to one connection and is touched only on its queue.
final class Sandbox: @unchecked Sendable {
  enum Scope {
    /// Statements of our own.
    case open
    /// The part of `projection.sql` before the first section: may create tables, indexes, views and triggers.
    case schema(pack: String)
    /// A section for an event type: may write the pack's own tables.
    case handler(pack: String)
    /// SQL of a pack that only reads: views, figures, findings.
    case reading(pack: String)
    /// A query of a user.
    case query
  }

  private(set) var scope = Scope.open
  /// The pack each table and view belongs to, by the name in lower case.
  private(set) var owners: [String: String] = [:]
  private var indexes: Set<String> = []
  /// Tables and views the statements of the scope read, in lower case.
  private(set) var reads: Set<String> = []
  private(set) var functions: Set<String> = []
  /// Whether SQLite has asked at all. It does not for VACUUM, which reads and writes everything.
  private(set) var isTouched = false
  /// Why the first thing was refused; says more than SQLite's "not authorized".
  private(set) var refusal: String?

  /// Must be called once on the connection's queue; the sandbox must live as long as the connection.
  func install(on db: Database) throws {
    // SQLite declares a table-valued function when it is first used, which looks to the authorizer like CREATE TABLE.
    _ = try db.makeStatement(sql: "SELECT 1 FROM json_each('[]'), json_tree('[]')")
    sqlite3_set_authorizer(
      db.sqliteConnection,
      { context, action, first, second, database, accessor in
        guard let context else { return SQLITE_DENY }
        func text(_ pointer: UnsafePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }
        return Unmanaged<Sandbox>.fromOpaque(context).takeUnretainedValue()
          .judge(action, text(first), text(second), database: text(database), accessor: text(accessor))
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  /// The scope of the statements compiled from now on.
  func enter(_ scope: Scope) {
    self.scope = scope
    reads = []
    functions = []
    refusal = nil
    isTouched = false
  }

  /// Says that a table of our making belongs to the pack.
  func claim(_ name: String, for pack: String) -> String? {
    let key = name.lowercased()
    if Sandbox.isReserved(key) { return "the name \"\(name)\" is reserved" }
    if let owner = owners[key] {
      return "the name \"\(name)\" is used twice, it belongs to the pack \"\(owner)\" already"
    }
    owners[key] = pack
    return nil
  }

  private func judge(_ action: CInt, _ first: String, _ second: String, database: String, accessor: String) -> CInt {
    isTouched = true
    if case .open = scope { return SQLITE_OK }
    guard let reason = objection(action, first, second, database: database, accessor: accessor) else {
      return SQLITE_OK
    }
    if refusal == nil { refusal = reason }
    return SQLITE_DENY
  }

  private func objection(
    _ action: CInt, _ first: String, _ second: String, database: String, accessor: String
  ) -> String? {
    // Inside a view or a trigger, its name; a dependency even where it reads no table.
    if !accessor.isEmpty { reads.insert(accessor.lowercased()) }
    switch action {
    case SQLITE_SELECT, SQLITE_RECURSIVE: return nil
    case SQLITE_FUNCTION: return objection(toFunction: second.lowercased())
    case SQLITE_READ: return objection(toReading: first.lowercased())
    default: break
    }
    switch scope {
    case .open: return nil
    case .query, .reading: return "only reading is allowed here, not \(Sandbox.name(of: action))"
    case .handler(let pack): return objection(toWriting: action, first, by: pack)
    case .schema(let pack):
      switch action {
      case SQLITE_CREATE_TABLE where first == "sqlite_sequence": return nil
      case SQLITE_CREATE_TABLE, SQLITE_CREATE_VIEW: return claim(first, for: pack)
      case SQLITE_CREATE_INDEX:
        if let reason = objection(toIndex: first) { return reason }
        return objection(toWriting: SQLITE_INSERT, second, by: pack)
      case SQLITE_CREATE_TRIGGER: return objection(toWriting: SQLITE_INSERT, second, by: pack)
      case SQLITE_REINDEX: return nil  // part of CREATE INDEX
      case SQLITE_INSERT, SQLITE_UPDATE, SQLITE_DELETE:
        // Part of every CREATE; written out in a statement, SQLite itself refuses it.
        if first == "sqlite_master" { return nil }
        return objection(toWriting: action, first, by: pack)
      default: return objection(toWriting: action, first, by: pack)
      }
    }
  }

  private func objection(toWriting action: CInt, _ table: String, by pack: String) -> String? {
    guard action == SQLITE_INSERT || action == SQLITE_UPDATE || action == SQLITE_DELETE else {
      return "\(Sandbox.name(of: action)) is not allowed in a pack"
    }
    if table == "sqlite_master" || table == "sqlite_temp_master" {
      return "changing the schema is not allowed here (\(table))"
    }
    switch owners[table.lowercased()] {
    case pack: return nil
    case let other?: return "the table \"\(table)\" belongs to the pack \"\(other)\" and can only be read"
    case nil: return "the table \"\(table)\" is not one of the pack's own"
    }
  }

  private func objection(toIndex name: String) -> String? {
    if name.hasPrefix("sqlite_autoindex_") { return nil }
    guard !Sandbox.isReserved(name.lowercased()) else { return "the name \"\(name)\" is reserved" }
    return indexes.insert(name.lowercased()).inserted ? nil : "the index name \"\(name)\" is used twice"
  }

  private func objection(toReading table: String) -> String? {
    if case .query = scope {
      // A function of that kind would run a PRAGMA, which may lock or change the connection.
      return table.hasPrefix("pragma_") ? "reading \"\(table)\" is not allowed" : nil
    }
    if case .schema = scope, table == "sqlite_master" { return nil }
    // Names that nobody owns stand for common table expressions and table-valued functions such as json_each.
    guard !Sandbox.isReserved(table), !Sandbox.internals.contains(table) else {
      return "reading \"\(table)\" is not allowed in a pack"
    }
    reads.insert(table)
    return nil
  }

  private func objection(toFunction name: String) -> String? {
    functions.insert(name)
    if case .query = scope {
      return Sandbox.dangerous.contains(name) ? "the function \(name)() is not allowed" : nil
    }
    if Sandbox.undetermined.contains(name) || ClockFunctions.always.contains(name) || name.hasPrefix("swift") {
      return "the function \(name) is not allowed in a pack: the same log must always give the same rows"
    }
    return Sandbox.dangerous.contains(name) ? "the function \(name)() is not allowed in a pack" : nil
  }

  private static func isReserved(_ name: String) -> Bool {
    ["_aktenspur_", "sqlite_", "pragma_"].contains { name.hasPrefix($0) }
  }

  /// Virtual tables about the machine rather than the records.
  private static let internals: Set<String> = ["dbstat", "bytecode", "tables_used"]

  private static let dangerous: Set<String> = ["load_extension", "fts3_tokenizer", "sqlite_log"]

  /// Functions whose value depends on what else ran on the connection, or on the program.
  private static let undetermined: Set<String> = [
    "changes", "total_changes", "sqlite_version", "sqlite_source_id", "sqlite_compileoption_get",
    "sqlite_compileoption_used", "sqlite_offset",
  ]

  private static func name(of action: CInt) -> String {
    switch action {
    case SQLITE_INSERT: "INSERT"
    case SQLITE_UPDATE: "UPDATE"
    case SQLITE_DELETE: "DELETE"
    case SQLITE_ATTACH: "ATTACH"
    case SQLITE_DETACH: "DETACH"
    case SQLITE_PRAGMA: "PRAGMA"
    case SQLITE_TRANSACTION, SQLITE_SAVEPOINT: "a transaction of its own"
    case SQLITE_ALTER_TABLE: "ALTER TABLE"
    case SQLITE_ANALYZE: "ANALYZE"
    case SQLITE_REINDEX: "REINDEX"
    case SQLITE_CREATE_VTABLE, SQLITE_DROP_VTABLE: "a virtual table"
    case SQLITE_CREATE_TEMP_TABLE, SQLITE_CREATE_TEMP_INDEX, SQLITE_CREATE_TEMP_VIEW, SQLITE_CREATE_TEMP_TRIGGER,
      SQLITE_DROP_TEMP_TABLE, SQLITE_DROP_TEMP_INDEX, SQLITE_DROP_TEMP_VIEW, SQLITE_DROP_TEMP_TRIGGER:
      "a temporary object"
    case SQLITE_CREATE_TABLE, SQLITE_CREATE_INDEX, SQLITE_CREATE_VIEW, SQLITE_CREATE_TRIGGER: "CREATE"
    case SQLITE_DROP_TABLE, SQLITE_DROP_INDEX, SQLITE_DROP_VIEW, SQLITE_DROP_TRIGGER: "DROP"
    default: "action \(action)"
    }
  }
}
