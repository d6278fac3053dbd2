import DomainPacks
import Foundation
import GRDB
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
  private var opened: (connection: ProjectionConnection, projector: Projector)?

  init(
    path: String, plan: ProjectionPlan, source: any RecordSource, timeZone: String,
    notify: @escaping @Sendable (Projections.Notice) -> Void
  ) {
    self.path = path
    self.plan = plan
    self.source = source
    self.timeZone = timeZone
    self.notify = notify
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
      // Tables that are not as the file says they are make statements fail that are right in themselves.
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
      try apply(to: size, progress)
    } catch let error as DatabaseError where error.isCorruption {
      try discard(error.text)
      try apply(to: size, progress)
    }
  }

  private func apply(to size: UInt64, _ progress: (LogHead) -> Void) throws {
    let (connection, projector) = try current()
    while projector.state.frontier.size < size {
      let end = min(projector.state.frontier.size + LiveFile.batch, size)
      try connection.queue.inDatabase { _ in try projector.apply(from: source, to: end, batch: LiveFile.batch) }
      progress(projector.state.head)
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
    let report = try swap(builder, packs, connection)
    opened = (connection, try projector(connection, state))
    notify(.rebuilt(report))
  }

  /// Takes over the tables of `packs` from the builder, which must have all packs they read.
  func swap(_ builder: ProjectionBuilder, _ packs: Set<String>) throws -> RebuildReport {
    let (connection, projector) = try current()
    try builder.apply(from: source, to: projector.state.frontier.size)
    do {
      let report = try swap(builder, packs, connection)
      opened = (connection, try self.projector(connection, projector.state))
      return report
    } catch let error as DatabaseError where error.isCorruption {
      // All of it is suspect then, not only the packs asked for.
      let size = projector.state.frontier.size
      try discard(error.text)
      try apply(to: size) { _ in }
      return try reportAnew()
    }
  }

  /// Of a file made anew, where there is nothing to compare with.
  private func reportAnew() throws -> RebuildReport {
    let (connection, projector) = try current()
    let tables = try connection.queue.inDatabase { db in
      try Row.fetchAll(db, sql: "SELECT name, pack FROM _aktenspur_objects WHERE kind <> 'view' ORDER BY name")
        .map { row in
          let name: String = row["name"]
          let rows = try Int.fetchOne(db, sql: "SELECT count(*) FROM \(name.quotedDatabaseIdentifier)")
          return RebuildReport.Table(pack: row["pack"], name: name, rowsBefore: nil, rowsAfter: rows)
        }
    }
    return RebuildReport(head: projector.state.head, packs: plan.names.sorted(), tables: tables)
  }

  private func swap(
    _ builder: ProjectionBuilder, _ packs: Set<String>, _ connection: ProjectionConnection
  ) throws -> RebuildReport {
    let head = builder.head
    let side = try builder.close()
    let tables = try connection.queue.inDatabase { try TableSwap(plan: plan, packs: packs).run(side, in: $0) }
    try ProjectionConnection.remove(side)
    return RebuildReport(head: head, packs: packs.sorted(), tables: tables)
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
