import DomainPacks
import Foundation
import GRDB
import TransparencyLog

/// Makes a projection in a file that nobody sees before it is whole.
///
/// Used by one thread at a time, and handed from one to the next; that is what makes it safe to send.
final class ProjectionBuilder: @unchecked Sendable {
  /// Records in one transaction. Without a journal a transaction costs little, and nothing is kept in memory for it.
  private static let batch: UInt64 = 100_000

  private let connection: ProjectionConnection
  private var projector: Projector?
  /// As of the last transaction.
  private(set) var state: ProjectionState
  /// Indexes that are still to be made.
  private var postponed: PostponedIndexes
  /// All objects of the packs as they are when the file is whole.
  let schema: Set<SchemaObject>

  /// Creates the file, with the tables of the packs named.
  init(path: String, plan: ProjectionPlan, packs: Set<String>, timeZone: String) throws {
    try ProjectionConnection.remove(path)
    connection = try ProjectionConnection(path: path, use: .building)
    let (projector, postponed, schema) = try connection.queue.inDatabase { [budget = connection.budget] db in
      var postponed = PostponedIndexes()
      var schema: Set<SchemaObject> = []
      try db.inTransaction {
        try plan.createAll(packs, timeZone: timeZone, in: db)
        schema = try SchemaObject.all(in: "main", db)
        postponed = try PostponedIndexes(of: plan.plans.filter { packs.contains($0.name) }.flatMap(\.handlers), db)
        return .commit
      }
      return (try Projector(db, budget, plan, packs: packs, try ProjectionState(db)), postponed, schema)
    }
    self.projector = projector
    self.postponed = postponed
    self.schema = schema
    state = projector.state
  }

  /// Goes on with a whole projection of all packs.
  init(continuing path: String, plan: ProjectionPlan) throws {
    connection = try ProjectionConnection(path: path, use: .building)
    let (projector, schema) = try connection.queue.inDatabase { [budget = connection.budget] db in
      let schema = try SchemaObject.all(in: "main", db)
      return (try Projector(db, budget, plan, packs: plan.names, try ProjectionState(db)), schema)
    }
    self.projector = projector
    self.schema = schema
    postponed = PostponedIndexes()
    state = projector.state
  }

  var head: LogHead { state.head }

  func apply(from source: any RecordSource, to size: UInt64) throws {
    guard let projector else { return }
    try connection.queue.inDatabase { _ in
      try projector.apply(from: source, to: size, batch: ProjectionBuilder.batch)
    }
    state = projector.state
  }

  /// Ends the work on the rows. Others may read the file from then on; its indexes come with ``makeWhole()``.
  ///
  /// - Returns: its path.
  func close() throws -> String {
    // Its compiled statements would keep the connection open.
    projector = nil
    try connection.queue.close()
    return connection.path
  }

  /// Makes the indexes that are missing in the closed file, which is then as if records had been applied to it one by one.
  func makeWhole() throws {
    guard !postponed.isEmpty else { return }
    let connection = try ProjectionConnection(path: connection.path, use: .building)
    try connection.queue.inDatabase { try postponed.create(in: $0) }
    try connection.queue.close()
  }
}

extension ProjectionPlan {
  var names: Set<String> { Set(plans.map(\.name)) }

  /// Creates our tables and those of the packs named, empty but for the packs' own CSV tables.
  func createAll(_ names: Set<String>, timeZone: String, in db: Database) throws {
    try ProjectionState.create(in: db, timeZone: timeZone)
    let packs = packs.packs.filter { names.contains($0.name) }
    // A schema may read the tables of another pack, which may come later in the alphabet.
    for table in packs.flatMap(\.tables) { try table.create(in: db) }
    for statement in packs.flatMap(\.projection.schema) { try db.execute(sql: statement.sql) }
    for pack in packs { try ProjectionState.storePack(pack, owners: owners, in: db) }
  }
}
