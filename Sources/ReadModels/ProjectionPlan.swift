public import DomainPacks
import GRDB
import GRDBSQLite

/// The SQL of all packs, checked: what to create, and what to run for which record.
///
/// Statements are compiled once under ``Sandbox`` on a database in memory. What passed here runs later, byte for byte
/// the same, on the projection's file.
public struct ProjectionPlan: Sendable {
  /// What one pack asks for.
  struct PackPlan: Sendable {
    var name: String
    var tables: [CSVTable]
    var schema: [String]
    var handlers: [HandlerPlan]
    /// Packs whose rows its handlers read. They must be at the same record when it is projected.
    var dependencies: Set<String>
  }

  struct HandlerPlan: Sendable {
    var pack: String
    var eventType: String
    var statements: [String]
    /// Whether a statement asks for the row inserted last, which must then be one of this handler's.
    var usesLastRow: Bool
  }

  public let packs: PackSet
  /// By name; for one record the handlers run in this order.
  let plans: [PackPlan]
  /// Names of tables and views, in lower case, and the pack that made them.
  let owners: [String: String]

  /// Checks the SQL of the packs: projections, figures and findings.
  ///
  /// - Parameter checksReading: whether what only reads is compiled as well: views, figures and findings. That takes longest,
  ///   and is not needed where the same packs have been checked before; whoever reads runs it under ``Sandbox`` anyway.
  /// - Throws: ``PackSQLError`` for the first statement that is wrong or not allowed.
  public init(_ packs: PackSet, checksReading: Bool = true) throws {
    self.packs = packs
    (plans, owners) = try translatingErrors(of: ":memory:") {
      let compiler = try PlanCompiler()
      return (try compiler.compile(packs, checksReading: checksReading), compiler.owners)
    }
  }

  /// The packs of these names and all whose rows they read.
  func withDependencies(_ names: Set<String>) -> Set<String> {
    closure(of: names) { plan, names in names.contains(plan.name) ? plan.dependencies : [] }
  }

  /// The packs of these names and all that read their rows.
  func withDependents(_ names: Set<String>) -> Set<String> {
    closure(of: names) { plan, names in plan.dependencies.isDisjoint(with: names) ? [] : [plan.name] }
  }

  private func closure(of names: Set<String>, _ more: (PackPlan, Set<String>) -> Set<String>) -> Set<String> {
    var closed = names
    while true {
      let next = plans.reduce(closed) { $0.union(more($1, closed)) }
      if next == closed { return closed }
      closed = next
    }
  }
}

/// Compiles all statements once, on a database in memory.
private final class PlanCompiler {
  private let sandbox = Sandbox()
  private let clock = ClockFunctions()
  private let budget: StepBudget
  private let costly: CostlyFunctions
  private let queue: DatabaseQueue

  init() throws {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    let budget = StepBudget()
    let costly = CostlyFunctions(budget)
    self.budget = budget
    self.costly = costly
    configuration.prepareDatabase { [sandbox, clock] db in
      try clock.install(on: db)
      try costly.install(on: db)
      budget.install(on: db)
      try sandbox.install(on: db)
    }
    queue = try DatabaseQueue(named: nil, configuration: configuration)
  }

  var owners: [String: String] { sandbox.owners }

  func compile(_ packs: PackSet, checksReading: Bool) throws -> [ProjectionPlan.PackPlan] {
    try queue.inDatabase { db in
      for pack in packs.packs { try createTables(of: pack, db) }
      var dependencies: [String: Set<String>] = [:]
      for pack in packs.packs { dependencies[pack.name] = try createSchema(of: pack, db) }
      var plans: [ProjectionPlan.PackPlan] = []
      for pack in packs.packs {
        try checkMaterialized(of: pack, db)
        if checksReading { try checkViews(of: pack, db) }
        var reads = dependencies[pack.name] ?? []
        let handlers = try pack.projection.handlers.map { try compile($0, of: pack, &reads, db) }
        if checksReading { try checkReaders(of: pack, db) }
        let tables = Set(pack.tables.map { $0.name.lowercased() })
        let packsRead = reads.subtracting(tables).compactMap { sandbox.owners[$0] }
        plans.append(
          ProjectionPlan.PackPlan(
            name: pack.name, tables: pack.tables, schema: pack.projection.schema.map(\.sql), handlers: handlers,
            dependencies: Set(packsRead).subtracting([pack.name])))
      }
      return plans
    }
  }

  private func createTables(of pack: Pack, _ db: Database) throws {
    sandbox.enter(.open)
    for table in pack.tables {
      let file = "tables/\(table.name).csv"
      if let reason = sandbox.claim(table.name, for: pack.name) {
        throw PackSQLError(pack: pack.name, file: file, place: nil, message: reason)
      }
      do {
        try table.create(in: db)
      } catch let error as DatabaseError {
        throw PackSQLError(pack: pack.name, file: file, place: nil, message: error.text)
      }
    }
  }

  /// Runs the schema; returns the tables and views it reads.
  private func createSchema(of pack: Pack, _ db: Database) throws -> Set<String> {
    sandbox.enter(.schema(pack: pack.name))
    budget.refill(steps: StepLimit.schema)
    for statement in pack.projection.schema {
      try explained(pack, "projection.sql", "line \(statement.line)") {
        let compiled = try db.makeStatement(sql: statement.sql)
        guard sqlite3_bind_parameter_count(compiled.sqliteStatement) == 0 else {
          throw DatabaseError(message: "parameters are not allowed before the first section")
        }
        try compiled.execute()
      }
    }
    defer { sandbox.enter(.open) }
    return sandbox.reads
  }

  private func checkMaterialized(of pack: Pack, _ db: Database) throws {
    sandbox.enter(.open)
    let views = try String.fetchSet(db, sql: "SELECT lower(name) FROM sqlite_master WHERE type = 'view'")
    for name in pack.materialized
    where !views.contains(name.lowercased()) || sandbox.owners[name.lowercased()] != pack.name {
      throw PackSQLError(
        pack: pack.name, file: "pack.json", place: "materialized",
        message: "\"\(name)\" is no view of the pack's projection.sql")
    }
  }

  /// SQLite looks into a view only when it is read.
  private func checkViews(of pack: Pack, _ db: Database) throws {
    sandbox.enter(.open)
    let views = try String.fetchAll(db, sql: "SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name")
    for view in views where sandbox.owners[view.lowercased()] == pack.name {
      sandbox.enter(.reading(pack: pack.name))
      try explained(pack, "projection.sql", "view \(view)") {
        _ = try db.makeStatement(sql: "SELECT * FROM \(view.quotedDatabaseIdentifier)")
      }
    }
  }

  private func compile(
    _ handler: (eventType: String, statements: [String]), of pack: Pack, _ reads: inout Set<String>, _ db: Database
  ) throws -> ProjectionPlan.HandlerPlan {
    var functions: Set<String> = []
    for statement in handler.statements {
      sandbox.enter(.handler(pack: pack.name))
      try explained(pack, "projection.sql", "on \(handler.eventType)") {
        let compiled = try db.makeStatement(sql: statement)
        guard sandbox.isTouched else { throw DatabaseError(message: "this statement is not allowed in a pack") }
        for name in PlanCompiler.parameters(of: compiled) {
          guard let name, name.first == ":", Parameter(rawValue: String(name.dropFirst())) != nil else {
            throw DatabaseError(message: "unknown parameter \(name ?? "?"); there are \(Parameter.list)")
          }
        }
      }
      reads.formUnion(sandbox.reads)
      functions.formUnion(sandbox.functions)
    }
    return ProjectionPlan.HandlerPlan(
      pack: pack.name, eventType: handler.eventType, statements: handler.statements,
      usesLastRow: functions.contains("last_insert_rowid"))
  }

  private func checkReaders(of pack: Pack, _ db: Database) throws {
    let readers =
      pack.figures.map { ("figures.sql", "figure \($0.name)", $0.sql) }
      + pack.notes.map { ("notes.sql", "note \($0.name)", $0.sql) }
      + pack.findings.map { ("findings.sql", "finding \($0.name)", $0.sql) }
    for (file, section, sql) in readers {
      sandbox.enter(.reading(pack: pack.name))
      try explained(pack, file, section) {
        let compiled = try db.makeStatement(sql: sql)
        for name in PlanCompiler.parameters(of: compiled) {
          guard let name, [":effective", ":from", ":to", ":subject"].contains(name) else {
            throw DatabaseError(message: "unknown parameter \(name ?? "?"); there are :effective :from :to :subject")
          }
        }
      }
    }
  }

  private static func parameters(of statement: Statement) -> [String?] {
    (0..<sqlite3_bind_parameter_count(statement.sqliteStatement)).map { index in
      sqlite3_bind_parameter_name(statement.sqliteStatement, index + 1).map { String(cString: $0) }
    }
  }

  private func explained(_ pack: Pack, _ file: String, _ place: String, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as DatabaseError {
      let message = sandbox.refusal ?? (budget.exhaustion == nil ? error.text : StepLimit.message(StepLimit.schema))
      throw PackSQLError(pack: pack.name, file: file, place: place, message: message)
    }
  }
}

/// Steps of SQLite's virtual machine that SQL of packs may take.
enum StepLimit {
  /// One statement list creating a pack's tables.
  static let schema = 100_000_000
  /// All handlers of one record. An ordinary one takes some dozens; one that concerns everything, as a county-wide state
  /// does, may take up what was recorded before it.
  static func record(behind sequence: UInt64) -> Int { 50_000_000 + 2_000 * Int(clamping: sequence) }

  static func message(_ limit: Int) -> String { "broken off after \(limit) steps" }
}
