import Foundation
import GRDB
import GRDBSQLite

/// A connection to a projection's file, set up the same way for everybody: SQL of packs gives the same rows on each.
final class ProjectionConnection: Sendable {
  /// What the file is for.
  enum Use {
    /// The live file: readers go on beside the writer, and it survives a crash at its last transaction.
    case live
    /// A file nobody sees before it is whole; after a crash it is thrown away.
    case building
    /// One reader.
    case reading
  }

  /// The largest text, blob or row: a hundred times the longest line of a log.
  private static let maximumLength: CInt = 64 << 20
  /// What SQLite may take of memory in this process, in bytes. One row may have thousands of texts of the largest length,
  /// and the machine would end the whole process where SQLite can end the one statement.
  static let maximumMemory: Int64 = 2 << 30

  private static let limitMemory: Void = { _ = sqlite3_hard_heap_limit64(maximumMemory) }()

  let path: String
  let queue: DatabaseQueue
  let budget: StepBudget
  let clock: ClockFunctions
  private let costly: CostlyFunctions
  /// Of readers only.
  let sandbox: Sandbox?
  let views = MaterializedViews()

  init(path: String, use: Use) throws {
    let budget = StepBudget()
    let clock = ClockFunctions()
    let costly = CostlyFunctions(budget)
    let sandbox = use == .reading ? Sandbox() : nil
    var configuration = Configuration()
    // A pack's foreign keys would make one pack's rows depend on when another one is rebuilt; SQLite's default is off
    // too.
    configuration.foreignKeysEnabled = false
    configuration.busyMode = .timeout(10)
    configuration.readonly = use == .reading
    configuration.allowsUnsafeTransactions = use == .reading
    configuration.label = "aktenspur.projections"
    if use == .live { configuration.journalMode = .wal }
    configuration.prepareDatabase { db in
      sqlite3_limit(db.sqliteConnection, SQLITE_LIMIT_LENGTH, ProjectionConnection.maximumLength)
      try clock.install(on: db)
      try costly.install(on: db)
      budget.install(on: db)
      switch use {
      case .live:
        // Replacing all tables makes the log of changes as long as they are; it need not stay so.
        // Checkpoints are made by ``SnapshotKeeper``.
        try db.execute(
          sql: "PRAGMA cache_size = -16384; PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 0")
      case .building:
        try db.execute(sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE")
        // What is deleted need not be overwritten; the sorting for indexes may use the other processor.
        try db.execute(sql: "PRAGMA cache_size = -131072; PRAGMA secure_delete = OFF; PRAGMA threads = 1")
      case .reading:
        // Sorting and removing duplicates stay within the memory allowed: files would fill the disk the ledger is on.
        try db.execute(sql: "PRAGMA temp_store = MEMORY")
        try sandbox?.install(on: db)
      }
    }
    _ = ProjectionConnection.limitMemory
    self.path = path
    self.budget = budget
    self.clock = clock
    self.costly = costly
    self.sandbox = sandbox
    queue = try DatabaseQueue(path: path, configuration: configuration)
  }

  /// Removes a database with its companions. Nothing there is no error.
  static func remove(_ path: String) throws {
    for suffix in ["", "-wal", "-shm", "-journal"] where unlink(path + suffix) != 0 && errno != ENOENT {
      throw ReadModelError.unusable(path: path + suffix, detail: String(cString: strerror(errno)))
    }
  }
}
