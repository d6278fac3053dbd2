import Foundation
import GRDB
import LogFormat
import TransparencyLog

/// What is derived from the log for fast answers: where an event with that `source` and `id` is, each subject's version,
/// state and records, and where a sequence stands in the segments.
///
/// Written behind: an entry is found from the moment its record is durable, first in memory, later in
/// `cache/index.sqlite`. The file may be deleted at any time; opening then reads the whole log once.
final class LogIndex: @unchecked Sendable {
  // @unchecked: `active`, `flushing`, `durablePosition` and `failure` are only touched under `condition`.

  /// Changes with the tables below; another version's file is rebuilt.
  private static let schemaVersion = 4
  /// Every how many records the place in the segments is kept.
  static let placeInterval: UInt64 = 64
  /// How many records may wait in memory before appending waits for the index.
  private static let maximumWaiting = 200_000
  /// When what waits is written: so many records, or so many seconds after the last time.
  private static let writeCount = 50_000
  private static let writeInterval: TimeInterval = 2

  private let path: String
  private let writer: DatabasePool
  private let sequencerConnection: DatabaseQueue

  private let condition = NSCondition()
  private var active = IndexDelta()
  private var flushing = IndexDelta()
  private var pendingStart: IndexStart?
  /// Set where the file is beyond use; what may pass, a full disk above all, is tried again.
  private var failure: (any Error)?
  private var isClosing = false
  private var isWriting = false
  /// While the sequencer reads the file as it was at one moment, what is written meanwhile must stay in memory too.
  private var isRead = false

  /// - Parameter identity: what the entries depend on besides the log (origin, and the state transitions in force); a
  ///   file made under another identity is not used.
  /// - Parameter anew: whether to begin with an empty one whatever is there.
  /// - Returns: the index, and from where the log has to be read to complete it (nil: from its beginning).
  static func open(
    path: String, identity: String, anew: Bool = false
  ) throws -> (index: LogIndex, start: IndexStart?) {
    if !anew {
      do {
        let index = try LogIndex(path: path)
        if let start = try index.start(identity: identity) { return (index, start) }
        try index.close()
      } catch is DatabaseError {
        // Not a database, or not one of ours: derived, so it is made again.
      }
    }
    remove(path: path)
    let index = try LogIndex(path: path)
    try index.createTables(identity: identity)
    return (index, nil)
  }

  /// The next opening makes it anew. Whoever has it open goes on with what is no longer there.
  static func remove(path: String) {
    for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
  }

  /// Look-ups in the file beside the daemon, which may be up to a second behind the log.
  ///
  /// - Returns: nil where there is no usable file.
  static func readingFile<Output>(
    path: String, _ body: (IndexReader, IndexDescription) throws -> Output
  ) throws -> Output? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    var configuration = Configuration()
    configuration.readonly = true
    guard let queue = try? DatabaseQueue(path: path, configuration: configuration) else { return nil }
    return try queue.read { db in
      guard (try? Int.fetchOne(db, sql: "PRAGMA user_version")) == schemaVersion,
        let row = try Row.fetchOne(db, sql: "SELECT identity, size, covered FROM start")
      else { return nil }
      let description = IndexDescription(
        identity: row[0], start: UInt64(bitPattern: row[1]), covered: UInt64(bitPattern: row[2]))
      return try body(IndexReader(index: nil, db: db), description)
    }
  }

  private init(path: String) throws {
    self.path = path
    var configuration = Configuration()
    configuration.label = "index"
    // Of the keys, which come in no order, a whole working set; and their pages into the file only now and then.
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 8192")
    }
    writer = try DatabasePool(path: path, configuration: configuration)
    configuration.label = "index of the sequencer"
    configuration.readonly = true
    sequencerConnection = try DatabaseQueue(path: path, configuration: configuration)
  }

  private func start(identity: String) throws -> IndexStart? {
    try writer.read { db in
      guard try Int.fetchOne(db, sql: "PRAGMA user_version") == LogIndex.schemaVersion else { return nil }
      guard let row = try Row.fetchOne(db, sql: "SELECT * FROM start"), row["identity"] == identity else { return nil }
      let hashes: Data = row["frontier"]
      guard hashes.count % Digest.byteCount == 0 else { return nil }
      let digests = stride(from: 0, to: hashes.count, by: Digest.byteCount).compactMap {
        Digest(hashes[hashes.startIndex + $0..<hashes.startIndex + $0 + Digest.byteCount])
      }
      guard let frontier = Frontier(size: UInt64(bitPattern: row["size"]), hashes: digests),
        let lastHash = Digest(row["hash"] as Data)
      else { return nil }
      return IndexStart(
        position: LogPosition(
          size: frontier.size, segment: Segment(first: UInt64(bitPattern: row["segment"])),
          offset: UInt64(bitPattern: row["offset"])),
        frontier: frontier, lastHash: lastHash)
    }
  }

  private func createTables(identity: String) throws {
    try writer.write { db in
      try db.execute(
        sql: """
          CREATE TABLE start (
            identity TEXT NOT NULL,
            size     INTEGER NOT NULL,
            segment  INTEGER NOT NULL,
            offset   INTEGER NOT NULL,
            frontier BLOB NOT NULL,
            hash     BLOB NOT NULL,
            covered  INTEGER NOT NULL,
            head     BLOB NOT NULL
          );
          CREATE TABLE ids (
            key      BLOB PRIMARY KEY,
            sequence INTEGER NOT NULL
          ) WITHOUT ROWID;
          CREATE TABLE subjects (
            first   INTEGER PRIMARY KEY,
            subject TEXT NOT NULL UNIQUE,
            version INTEGER NOT NULL,
            state   TEXT,
            last    INTEGER NOT NULL
          );
          CREATE TABLE names (
            id   INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE
          );
          CREATE TABLE events (
            subject  INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            type     INTEGER NOT NULL,
            actor    INTEGER NOT NULL,
            PRIMARY KEY (subject, sequence)
          ) WITHOUT ROWID;
          CREATE TABLE places (
            sequence INTEGER PRIMARY KEY,
            segment  INTEGER NOT NULL,
            offset   INTEGER NOT NULL
          );
          """)
      try db.execute(
        sql: "INSERT INTO start VALUES (?, 0, 0, 0, x'', zeroblob(32), 0, zeroblob(32))", arguments: [identity])
      try db.execute(sql: "PRAGMA user_version = \(LogIndex.schemaVersion)")
    }
  }

  // MARK: Writing

  /// Begins to write behind on a thread of its own.
  func startWriting() {
    let thread = Thread { [self] in writeBehind() }
    thread.name = "index"
    isWriting = true
    thread.start()
  }

  /// Takes the entries of durable records.
  func add(_ delta: IndexDelta) throws {
    condition.lock()
    defer { condition.unlock() }
    if let failure { throw failure }
    active.merge(delta)
    if active.count >= LogIndex.writeCount { condition.broadcast() }
  }

  /// Waits while too many entries are waiting to be written.
  func waitForRoom() {
    condition.lock()
    while active.count > LogIndex.maximumWaiting, failure == nil { condition.wait() }
    condition.unlock()
  }

  /// A checkpoint has become durable: the next opening need not read the log before it.
  func checkpointed(_ start: IndexStart) {
    condition.lock()
    pendingStart = start
    condition.unlock()
  }

  /// Writes what is waiting, and closes the file.
  func close() throws {
    condition.lock()
    isClosing = true
    condition.broadcast()
    while isWriting { condition.wait() }
    let failure = failure
    condition.unlock()
    if let failure { throw failure }
    try flush()
    try sequencerConnection.close()
    try writer.close()
  }

  /// Which records the file has entries of; others than the log has, where the log was put back to an earlier state.
  func coverage() throws -> IndexCoverage {
    try writer.read { db in
      guard let row = try Row.fetchOne(db, sql: "SELECT covered, head FROM start"),
        let head = Digest(row["head"] as Data)
      else { return IndexCoverage() }
      return IndexCoverage(size: UInt64(bitPattern: row["covered"]), head: head)
    }
  }

  /// Writes what is waiting now, on the caller's thread. What could not be written goes on waiting.
  func flush() throws {
    condition.lock()
    flushing = active
    active = IndexDelta()
    let start = pendingStart
    pendingStart = nil
    condition.unlock()
    let result = Result { try write(flushing, start) }
    condition.lock()
    if case .failure = result {
      flushing.merge(active)
      active = flushing
      pendingStart = pendingStart ?? start
    } else {
      while isRead { condition.wait() }
    }
    flushing = IndexDelta()
    condition.broadcast()
    condition.unlock()
    try result.get()
  }

  private func writeBehind() {
    defer {
      condition.lock()
      isWriting = false
      condition.broadcast()
      condition.unlock()
    }
    while true {
      condition.lock()
      let deadline = Date(timeIntervalSinceNow: LogIndex.writeInterval)
      while !isClosing, active.count < LogIndex.writeCount, condition.wait(until: deadline) {}
      let isLast = isClosing
      condition.unlock()
      do {
        try flush()
      } catch let error as DatabaseError where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode) {
        condition.lock()
        failure = error
        condition.unlock()
        return
      } catch {
        // No room, or no luck: the entries wait in memory, and when too many wait, so does appending.
        Thread.sleep(forTimeInterval: isLast ? 0 : 1)
      }
      if isLast { return }
    }
  }

  private func write(_ delta: IndexDelta, _ start: IndexStart?) throws {
    guard delta.count > 0 || start != nil else { return }
    try writer.write { db in
      // In the order of the keys: neighbouring pages are written together.
      let ids = try IndexStatement(db, "INSERT OR REPLACE INTO ids VALUES (?, ?)")
      for (key, sequence) in delta.ids.sorted(by: { $0.key < $1.key }) {
        ids.bind(1, key)
        ids.bind(2, sequence)
        try ids.run()
      }
      var names: [ExactText: Int64] = [:]
      func number(of name: String) throws -> Int64 {
        if let known = names[ExactText(name)] { return known }
        let find = try db.cachedStatement(sql: "SELECT id FROM names WHERE name = ?")
        let id: Int64
        if let known = try Int64.fetchOne(find, arguments: [name]) {
          id = known
        } else {
          try db.cachedStatement(sql: "INSERT INTO names (name) VALUES (?)").execute(arguments: [name])
          id = db.lastInsertedRowID
        }
        names[ExactText(name)] = id
        return id
      }
      let subjects = try IndexStatement(
        db,
        """
        INSERT INTO subjects (first, subject, version, state, last) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (first) DO UPDATE SET version = excluded.version, state = excluded.state, last = excluded.last
        ON CONFLICT (subject) DO UPDATE
        SET first = excluded.first, version = excluded.version, state = excluded.state, last = excluded.last
        """)
      let events = try IndexStatement(db, "INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?)")
      for (subject, entry) in delta.subjects.sorted(by: { $0.value.state.first < $1.value.state.first }) {
        subjects.bind(1, entry.state.first)
        subjects.bind(2, subject.text)
        subjects.bind(3, entry.state.version)
        subjects.bind(4, entry.state.state)
        subjects.bind(5, entry.state.last)
        try subjects.run()
        events.bind(1, entry.state.first)
        for event in entry.events {
          events.bind(2, event.sequence)
          events.bind(3, try number(of: event.type))
          events.bind(4, try number(of: event.actor))
          try events.run()
        }
      }
      let places = try IndexStatement(db, "INSERT OR REPLACE INTO places VALUES (?, ?, ?)")
      for place in delta.places {
        places.bind(1, place.size)
        places.bind(2, place.segment.first)
        places.bind(3, place.offset)
        try places.run()
      }
      // While the tail is read again at opening, the file may be further already.
      try db.execute(
        sql: "UPDATE start SET covered = ?, head = ? WHERE covered < ?",
        arguments: [
          Int64(bitPattern: delta.coverage.size), Data(delta.coverage.head.bytes),
          Int64(bitPattern: delta.coverage.size),
        ])
      if let start {
        let frontier = start.frontier.hashes.reduce(into: Data()) { $0.append(contentsOf: $1.bytes) }
        try db.execute(
          sql: "UPDATE start SET size = ?, segment = ?, offset = ?, frontier = ?, hash = ?",
          arguments: [
            Int64(start.position.size), Int64(start.position.segment.first), Int64(start.position.offset), frontier,
            Data(start.lastHash.bytes),
          ])
      }
    }
  }

  // MARK: Reading

  /// Many look-ups on the sequencer's own connection, in one read transaction: SQLite locks its file for each.
  func reading<Output>(_ body: (IndexReader) throws -> Output) throws -> Output {
    setRead(true)
    defer { setRead(false) }
    return try sequencerConnection.read { db in try body(IndexReader(index: self, db: db)) }
  }

  private func setRead(_ isRead: Bool) {
    condition.lock()
    self.isRead = isRead
    if !isRead { condition.broadcast() }
    condition.unlock()
  }

  /// Look-ups from any thread.
  func readingConcurrently<Output>(_ body: (IndexReader) throws -> Output) throws -> Output {
    try writer.unsafeRead { db in try body(IndexReader(index: self, db: db)) }
  }

  /// Looks into the entries that are not yet in the file, the newest first.
  func inMemory<Output>(_ body: (IndexDelta) -> Output?) -> Output? {
    condition.lock()
    defer { condition.unlock() }
    return body(active) ?? body(flushing)
  }

  /// Collects from the entries that are not yet in the file, the oldest first.
  func allInMemory<Output>(_ body: (IndexDelta) -> [Output]) -> [Output] {
    condition.lock()
    defer { condition.unlock() }
    return body(flushing) + body(active)
  }
}

/// Which records there are entries of: the first `size`.
struct IndexCoverage: Sendable, Hashable {
  var size: UInt64 = 0
  /// Leaf hash of the last of them.
  var head = Digest.zero
}

/// What the file of the index says of itself.
struct IndexDescription: Sendable {
  /// What the entries depend on besides the log, its origin first.
  var identity: String
  /// How many records lie before the place from where the log is read at opening.
  var start: UInt64
  /// How many records there are entries of.
  var covered: UInt64
}
