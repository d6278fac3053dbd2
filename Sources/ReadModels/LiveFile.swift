import DomainPacks
import Foundation
import GRDB
import Threads
import TransparencyLog

/// The one connection that writes the live tables. Used under the lock of ``Projections``.
final class LiveFile {
  /// Records in one transaction: large enough that its end costs nothing, small enough that readers follow soon.
  private static let batch: UInt64 = 20_000

  private let path: String
  private let plan: ProjectionPlan
  private let source: any RecordSource
  private let timeZone: String
  private let notify: @Sendable (Projections.Notice) -> Void
  private let courtesy: Courtesy
  private let keeper: SnapshotKeeper
  private var opened: (connection: ProjectionConnection, projector: Projector)?

  init(
    path: String, plan: ProjectionPlan, source: any RecordSource, timeZone: String, policy: SnapshotPolicy,
    courtesy: Courtesy, notify: @escaping @Sendable (Projections.Notice) -> Void
  ) throws {
    keeper = try SnapshotKeeper(of: path, plan: plan, source: source, timeZone: timeZone, policy: policy)
    self.path = path
    self.plan = plan
    self.source = source
    self.timeZone = timeZone
    self.courtesy = courtesy
    self.notify = notify
  }

  deinit {
    // Closing the last connection would take over what is left without keeping what it overwrites. Where this fails, the
    // way back is lost, and nothing else.
    guard let (connection, projector) = opened else { return }
    try? connection.queue.inDatabase { try keeper.checkpoint($0, projector.state, isLast: true) }
  }

  // MARK: Opening

  /// Opens the file; one that is missing, damaged, foreign, or of another log is made anew, empty.
  func open() throws {
    do {
      guard FileManager.default.fileExists(atPath: path) else { return try create() }
      try openExisting()
    } catch let error as ProjectionState.Unusable {
      try discard(error.reason)
    } catch let error as DatabaseError where !error.concernsFile || error.isCorruption {
      // What is not as the file says it is makes statements fail that are right in themselves.
      try discard(error.text)
    }
  }

  /// Compiles what is run for each record; where that fails, the tables are not as the file says, and are made anew.
  private func compile() throws {
    let (connection, projector) = try current()
    do {
      try connection.queue.inDatabase { _ in try projector.compile() }
    } catch let error as DatabaseError where !error.concernsFile || error.isCorruption {
      try discard(error.text)
    }
  }

  private func openExisting() throws {
    let connection = try ProjectionConnection(path: path, use: .live)
    let state = try connection.queue.inDatabase { try ProjectionState($0) }
    guard state.timeZone == timeZone else {
      throw ProjectionState.Unusable(reason: "made for the time zone \(state.timeZone), the ledger's is \(timeZone)")
    }
    guard try state.isOf(source) else {
      throw ProjectionState.Unusable(reason: "made from another log than the one here")
    }
    if state.isMade(by: plan) {
      opened = (connection, try projector(connection, state))
    } else if state.frontier.size == 0 {
      try connection.queue.close()
      try create()
    } else {
      try replaceChanged(connection, state)
    }
  }

  private func create() throws {
    opened = nil
    keeper.forget()
    try ProjectionConnection.remove(path)
    let connection = try ProjectionConnection(path: path, use: .live)
    let state = try connection.queue.inDatabase { db in
      try db.inTransaction {
        try plan.createAll(plan.names, timeZone: timeZone, in: db)
        return .commit
      }
      return try ProjectionState(db)
    }
    opened = (connection, try projector(connection, state))
  }

  /// Makes the file anew, empty.
  func discard(_ reason: String) throws {
    notify(.discarded(path: path, reason: reason))
    try create()
  }

  private func projector(_ connection: ProjectionConnection, _ state: ProjectionState) throws -> Projector {
    try connection.queue.inDatabase { db in
      try Projector(db, connection.budget, plan, packs: plan.names, state)
    }
  }

  private func current() throws -> (connection: ProjectionConnection, projector: Projector) {
    if let opened { return opened }
    try open()
    guard let opened else { throw ReadModelError.unusable(path: path, detail: "cannot be opened") }
    return opened
  }

  // MARK: Work

  var head: LogHead { opened?.projector.state.head ?? .empty }

  func catchUp(to size: UInt64, progress: (LogHead) -> Void) throws {
    do {
      try compile()
      try apply(to: size, progress)
    } catch let error as DatabaseError where error.isCorruption {
      try discard(error.text)
      try apply(to: size, progress)
    }
  }

  private func apply(to size: UInt64, _ progress: (LogHead) -> Void) throws {
    let (connection, projector) = try current()
    try connection.queue.inDatabase { db in
      try projector.apply(from: source, to: size, batch: LiveFile.batch, courtesy: courtesy) { state in
        progress(state.head)
        try keeper.checkpoint(db, state)
      }
    }
  }

  /// Rebuilds, at opening, the packs that are new or other than those in the file, and all that read their rows.
  private func replaceChanged(_ connection: ProjectionConnection, _ state: ProjectionState) throws {
    let changed = plan.packs.packs.filter { state.packs[$0.name] != $0.digest }.map(\.name)
    let packs = plan.withDependents(Set(changed))
    let side = Projections.sidePath(of: path)
    let builder = try ProjectionBuilder(
      path: side, plan: plan, packs: plan.withDependencies(packs), timeZone: timeZone)
    try builder.apply(from: source, to: state.frontier.size)
    let report = try swap(builder, packs, connection, state, keepsEqual: false)
    notify(.rebuilt(report))
  }

  /// Takes over the tables of `packs` from the builder, which must have all packs they read. Where the live ones are the
  /// same in every row and definition, they stay.
  ///
  /// - Parameter hasRot: whether SQLite finds the live file damaged; comparing tables does not look at indexes.
  func swap(
    _ builder: ProjectionBuilder, _ packs: Set<String>, hasRot: () throws -> Bool
  ) throws -> RebuildReport {
    let (connection, projector) = try current()
    try builder.apply(from: source, to: projector.state.frontier.size)
    do {
      if try hasRot() { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "SQLite finds it damaged") }
      return try swap(builder, packs, connection, projector.state, keepsEqual: true)
    } catch let error as DatabaseError where error.isCorruption {
      // All of it is suspect then, not only the packs asked for.
      let size = projector.state.frontier.size
      try discard(error.text)
      try apply(to: size) { _ in }
      return try report(of: plan.names, isReplacement: true)
    }
  }

  /// Of tables that have just been made from the log, with nothing to compare them with.
  ///
  /// - Parameter isReplacement: whether others had been there, which cannot be read.
  func report(of packs: Set<String>, isReplacement: Bool) throws -> RebuildReport {
    let (connection, projector) = try current()
    let tables = try connection.queue.inDatabase { db in
      try Row.fetchAll(db, sql: "SELECT name, pack FROM _aktenspur_objects WHERE kind <> 'view' ORDER BY name")
        .map { row in
          let name: String = row["name"]
          let rows = try Int.fetchOne(db, sql: "SELECT count(*) FROM \(name.quotedDatabaseIdentifier)")
          var table = RebuildReport.Table(pack: row["pack"], name: name, rowsAfter: rows)
          if !isReplacement { (table.rowsBefore, table.onlyBefore, table.onlyAfter) = (rows, 0, 0) }
          return table
        }
    }
    return RebuildReport(
      head: projector.state.head, packs: packs.sorted(), tables: tables.filter { packs.contains($0.pack) })
  }

  private func swap(
    _ builder: ProjectionBuilder, _ packs: Set<String>, _ connection: ProjectionConnection, _ state: ProjectionState,
    keepsEqual: Bool
  ) throws -> RebuildReport {
    let side = try builder.close()
    let swap = TableSwap(plan: plan, packs: packs)
    let (tables, isSame) = try connection.queue.inDatabase { try swap.compare(side, builder.schema, in: $0) }
    if !isSame || !keepsEqual {
      try builder.makeWhole()
      keeper.forget()
      try connection.queue.inDatabase { db in
        try swap.replace(by: side, in: db)
        try keeper.checkpoint(db, state)
      }
      opened = (connection, try projector(connection, state))
    }
    try ProjectionConnection.remove(side)
    return RebuildReport(head: builder.head, packs: packs.sorted(), tables: tables)
  }
}

extension ProjectionState {
  /// Whether the log in hand is the one this was made from. The last line stands for all before it: each holds the leaf
  /// hash of its predecessor.
  func isOf(_ source: any RecordSource) throws -> Bool {
    guard frontier.size > 0 else { return true }
    var isSame = false
    try source.forEachLine(from: frontier.size - 1, below: frontier.size) { line in
      isSame = RFC6962.leafHash(line) == lastLeaf
    }
    return isSame
  }

  func isMade(by plan: ProjectionPlan) -> Bool {
    packs == Dictionary(uniqueKeysWithValues: plan.packs.packs.map { ($0.name, $0.digest) })
  }
}
