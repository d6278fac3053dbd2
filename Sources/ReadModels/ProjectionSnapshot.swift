import Dispatch
public import DomainPacks
import GRDB
import GRDBSQLite
import Synchronization

/// A table or view of the packs.
public struct ProjectedObject: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable {
    case table
    case view
    /// A table from `tables/*.csv`, the same at every position.
    case csv
  }

  public var name: String
  public var pack: String
  public var kind: Kind
}

/// The projection at one position: every query sees the same rows, whatever is written meanwhile.
///
/// Calls block, and one waits for the other.
public final class ProjectionSnapshot: Sendable {
  /// The records the rows stand for.
  public let head: LogHead
  public let packs: PackSet
  /// In the order of their names.
  public let objects: [ProjectedObject]

  /// Nil once the snapshot is closed.
  private let connection: Mutex<ProjectionConnection?>
  private let isExpired = Atomic(false)
  private let deadline: ContinuousClock.Instant?

  /// - Parameter lifetime: nil for a file that nobody writes any more.
  /// - Throws: ``ReadModelError/otherPacks(path:names:)`` where the file was made by others than `packs`.
  convenience init(path: String, packs: PackSet, lifetime: Duration?) throws {
    try self.init(ReadingFile(path: path), packs: packs, lifetime: lifetime)
  }

  init(_ opened: ReadingFile, packs: PackSet, lifetime: Duration?) throws {
    let differences = opened.state.differences(from: packs)
    guard differences.isEmpty else {
      throw ReadModelError.otherPacks(path: opened.connection.path, names: differences)
    }
    head = opened.state.head
    objects = opened.objects
    self.packs = packs
    opened.connection.views.wanted = packs.packs.flatMap(\.materialized)
    connection = Mutex(opened.connection)
    deadline = lifetime.map { .now + $0 }
    if let lifetime {
      let (seconds, attoseconds) = lifetime.components
      let wait = Double(seconds) + Double(attoseconds) * 1e-18
      DispatchQueue.global().asyncAfter(deadline: .now() + wait) { [weak self] in self?.expire() }
    }
  }

  private func expire() {
    isExpired.store(true, ordering: .relaxed)
    // A query that is running closes the snapshot itself when it is done.
    _ = connection.withLockIfAvailable { $0 = nil }
  }

  /// Ends the view, so that the file's change log can be taken over. Further queries throw.
  public func close() { expire() }

  /// Runs one SELECT, WITH or VALUES.
  ///
  /// - Parameter arguments: values of the parameters by name, without the colon; those the statement does not use are
  ///   ignored.
  /// - Throws: ``QueryError``; ``ReadModelError/snapshotExpired``.
  public func rows(
    _ sql: String, arguments: [String: SQLValue] = [:], limits: QueryLimits = .query
  ) throws -> QueryResult {
    var result = QueryResult(columns: [], rows: [])
    try forEachRow(sql, arguments: arguments, limits: limits) {
      result.columns = $0
    } row: {
      result.rows.append($0)
    }
    return result
  }

  /// The same, row by row, for results that need not be in memory at once. `columns` is called first, once.
  public func forEachRow(
    _ sql: String, arguments: [String: SQLValue] = [:], limits: QueryLimits = .query,
    columns: ([String]) throws -> Void, row: ([SQLValue]) throws -> Void
  ) throws {
    try connection.withLock { held in
      // Whenever the timer's turn comes: who asks too late is told so.
      if let deadline, deadline < .now { isExpired.store(true, ordering: .relaxed) }
      defer { if isExpired.load(ordering: .relaxed) { held = nil } }
      guard let connection = held, !isExpired.load(ordering: .relaxed) else { throw ReadModelError.snapshotExpired }
      try connection.queue.inDatabase { db in
        try Query(sql: sql, arguments: arguments, limits: limits, connection: connection)
          .run(db, columns: columns, row: row)
      }
    }
  }
}

/// A projection opened for reading, with a read transaction begun.
struct ReadingFile {
  let connection: ProjectionConnection
  let state: ProjectionState
  let objects: [ProjectedObject]

  init(path: String) throws {
    (connection, state, objects) = try translatingErrors(of: path) {
      let connection = try ProjectionConnection(path: path, use: .reading)
      return try connection.queue.inDatabase { db in
        try db.beginTransaction(.deferred)
        let state = try ProjectionState(db)
        let rows = try Row.fetchAll(db, sql: "SELECT name, pack, kind FROM _aktenspur_objects ORDER BY name")
        let objects = rows.compactMap { row in
          ProjectedObject.Kind(rawValue: row["kind"])
            .map { ProjectedObject(name: row["name"], pack: row["pack"], kind: $0) }
        }
        return (connection, state, objects)
      }
    }
  }
}

extension ProjectionState {
  func differences(from wanted: PackSet) -> [String] {
    let digests = Dictionary(uniqueKeysWithValues: wanted.packs.map { ($0.name, $0.digest) })
    return Set(packs.keys).union(digests.keys).filter { packs[$0] != digests[$0] }.sorted()
  }
}
