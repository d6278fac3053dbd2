import Foundation
public import LogFormat
public import Logging
import Synchronization
public import TransparencyLog

/// A ledger's log, open for writing: one process, one sequencer.
///
/// ```swift
/// let log = try Log.open(directory, stateAfter: …, …)
/// let outcome = await log.append(request)
/// ```
public final class Log: Sendable {
  public let directory: LedgerDirectory
  public let description: LedgerDescription
  public let verifierKey: VerifierKey
  /// What recovery cut off and the log does not tell yet.
  public let unrecordedCuts: [Cut]

  private let lock: WriterLock
  private let index: LogIndex
  private let sequencer: Sequencer
  private let checkpointer: Checkpointer
  let tileKeeper: TileKeeper
  private let signal: SizeSignal
  private let position: CurrentPosition

  /// What the caller knows about events and the log does not.
  public struct Rules: Sendable {
    /// Changes whenever `stateAfter` does: an index made under other rules is made again.
    public var identity: String
    /// The state of a subject after a record; nil leaves it as it was.
    public var stateAfter: @Sendable (_ record: Record) -> String?
    /// Whether a sent event has the content of the stored record although their payloads differ as they stand.
    public var hasContent: @Sendable (_ sent: Event, _ stored: Record) throws -> Bool
    public var clock: @Sendable () -> Timestamp

    /// What the entries of the index depend on besides the log.
    func identity(origin: String) -> String { origin + "\n" + identity }

    public init(
      identity: String, stateAfter: @escaping @Sendable (_ record: Record) -> String?,
      hasContent: @escaping @Sendable (_ sent: Event, _ stored: Record) throws -> Bool = { _, _ in false },
      clock: @escaping @Sendable () -> Timestamp = { .now }
    ) {
      self.identity = identity
      self.stateAfter = stateAfter
      self.hasContent = hasContent
      self.clock = clock
    }
  }

  /// How much of what, at most.
  public struct Limits: Sendable {
    /// A segment is closed when the next record or batch would take it over this size, in bytes.
    public var segmentBytes: UInt64 = 64 << 20
    /// How much of what is written may stay in the page cache: about the newest so many bytes. Projections that lag, and
    /// whoever asks for what has just been recorded, find it there.
    public var bytesInMemory: UInt64 = 1 << 30
    /// The lines of a batch, in bytes.
    public var batchBytes = 16 << 20
    /// What may wait for its place; beyond it ``AppendError/overloaded``.
    public var waitingEvents = 100_000
    public var waitingBytes = 128 << 20

    public init() {}
  }

  /// Takes the ledger's lock alone, for a caller that has other things to do before it opens the log with it.
  ///
  /// - Throws: ``LedgerOpenError/busy(_:)`` where another process holds it.
  public static func lock(_ directory: LedgerDirectory) throws -> WriterLock {
    _ = try LedgerDescription(of: directory)
    guard let lock = try WriterLock.acquire(directory) else { throw LedgerOpenError.busy(directory.lock) }
    return lock
  }

  /// Takes the lock, recovers, signs a checkpoint and begins to take events.
  ///
  /// - Parameters:
  ///   - lock: the ledger's lock, where the caller has taken it.
  ///   - reader: one made under that lock, whose index is gone on with instead of being opened again.
  /// - Throws: ``LedgerOpenError``; nothing has been written then, except that a torn end may have been cut off.
  public static func open(
    _ directory: LedgerDirectory, lock: WriterLock? = nil, reader: LogReader? = nil, rules: Rules,
    limits: Limits = Limits(), logger: Logger
  ) throws -> Log {
    let description = try LedgerDescription(of: directory)
    let lock = try lock ?? self.lock(directory)
    let key = try signingKey(of: directory, origin: description.origin)
    let (checkpoint, problem) = newestCheckpoint(of: directory, key: key.verifierKey)
    for folder in LedgerDirectory.derivedFolders { try SystemCall.makeDirectory(directory.path + "/" + folder) }

    let files = reader.map(\.filesForOpening) ?? IndexFiles(path: directory.index)
    let (index, opened) = try recover(directory, files, description, checkpoint, problem, rules, logger)
    if let cut = opened.cut {
      logger.warning(
        "cut off an incomplete end of the log",
        metadata: ["segment": "\(cut.segment)", "offset": "\(cut.offset)", "bytes": "\(cut.bytes)"])
    }
    let durable = try DurableHead.create(directory)
    let position = CurrentPosition(opened.end)
    let signal = SizeSignal(size: opened.end.position.size)
    let tileKeeper = TileKeeper(directory: directory, logger: logger) { from, below, body in
      try LogLines(directory: directory, end: position.value.end).forEach(
        from: from, below: below, index.reader, confirming: false
      ) { line, _ in
        try body(line)
        return true
      }
    }
    let checkpointer = Checkpointer(directory: directory, key: key, end: opened.end, logger: logger) { end, note in
      index.checkpointed(IndexStart(position: end.position, frontier: end.frontier, lastHash: end.lastHash))
      tileKeeper.signed(end, note: note)
    }
    let sequencer = try Sequencer(
      directory: directory, end: opened.end, index: index, durable: durable, limits: limits, logger: logger,
      clock: rules.clock, checkContent: rules.hasContent
    ) { end, hashes in
      position.set(end)
      tileKeeper.grown(hashes, from: end.position.size - UInt64(hashes.count))
      checkpointer.grown(to: end)
      signal.grow(to: end.position.size)
    }
    ClosingReserve(directory).take(logger: logger)
    index.startWriting()
    try checkpointer.start(after: checkpoint)
    tileKeeper.start()
    sequencer.start()
    return Log(
      directory: directory, description: description, verifierKey: key.verifierKey,
      unrecordedCuts: Cut.pending(in: directory), lock: lock, index: index, sequencer: sequencer,
      checkpointer: checkpointer, tileKeeper: tileKeeper, signal: signal, position: position)
  }

  private init(
    directory: LedgerDirectory, description: LedgerDescription, verifierKey: VerifierKey, unrecordedCuts: [Cut],
    lock: WriterLock, index: LogIndex, sequencer: Sequencer, checkpointer: Checkpointer, tileKeeper: TileKeeper,
    signal: SizeSignal, position: CurrentPosition
  ) {
    self.directory = directory
    self.description = description
    self.verifierKey = verifierKey
    self.unrecordedCuts = unrecordedCuts
    self.lock = lock
    self.index = index
    self.sequencer = sequencer
    self.checkpointer = checkpointer
    self.tileKeeper = tileKeeper
    self.signal = signal
    self.position = position
  }

  /// Finds the end of the log. Where the index was used and something does not fit, it is tried once more without: only
  /// what the log alone shows is held against it.
  private static func recover(
    _ directory: LedgerDirectory, _ files: IndexFiles?, _ description: LedgerDescription, _ checkpoint: Checkpoint?,
    _ problem: String?, _ rules: Rules, _ logger: Logger
  ) throws -> (LogIndex, (end: LogEnd, cut: Cut?)) {
    func attempt(anew: Bool) throws -> (LogIndex, (end: LogEnd, cut: Cut?))? {
      let (index, start) = LogIndex.open(
        path: directory.index, identity: rules.identity(origin: description.origin), files: anew ? nil : files)
      if start == nil { logger.info("the index is built from the whole log") }
      do {
        let opened = try Opening.run(
          directory: directory, checkpoint: checkpoint, checkpointProblem: problem, index: index, start: start,
          stateAfter: rules.stateAfter)
        return (index, opened)
      } catch is IndexDoubt where !anew {
        logger.warning("the index is not that of the log")
      } catch LedgerOpenError.damaged(let damage) where start != nil {
        logger.warning("the log and the index do not fit", metadata: ["reason": "\(damage)"])
      }
      try? index.close()
      return nil
    }
    guard let recovered = try attempt(anew: false) ?? attempt(anew: true) else {
      throw LedgerOpenError.index("a new one does not fit the log either")
    }
    return recovered
  }

  private static func signingKey(of directory: LedgerDirectory, origin: String) throws -> SigningKey {
    let text: [UInt8]
    do {
      let mode = try SystemCall.mode(of: directory.signingKey)
      guard mode & 0o077 == 0 else {
        throw LedgerOpenError.signingKey(
          "others may read it (mode \(String(mode, radix: 8))): chmod 600 \(directory.signingKey)")
      }
      text = try SystemCall.contents(of: directory.signingKey)
    } catch let error as SystemError {
      throw LedgerOpenError.signingKey("\(error)")
    }
    let key: SigningKey
    do {
      key = try SigningKey(String(decoding: text, as: UTF8.self).trimmingCharacters(in: .newlines))
    } catch {
      throw LedgerOpenError.signingKey("\(error)")
    }
    guard key.name == origin else {
      throw LedgerOpenError.signingKey("it is for \(key.name), the ledger's origin is \(origin)")
    }
    return key
  }

  /// The newest checkpoint, or why it cannot be read; neither where there is none.
  private static func newestCheckpoint(
    of directory: LedgerDirectory, key: VerifierKey
  ) -> (checkpoint: Checkpoint?, problem: String?) {
    do {
      return (try Checkpoint.open(try SystemCall.contents(of: directory.checkpoint), by: key), nil)
    } catch let error as SystemError where error.errno == ENOENT {
      return (nil, nil)
    } catch {
      return (nil, "\(error)")
    }
  }

  // MARK: Writing

  /// Records the groups, each wholly or not at all, and returns when all of it is durable or refused.
  public func append(_ request: AppendRequest) async -> AppendOutcome {
    await withCheckedContinuation { continuation in
      append(request) { continuation.resume(returning: $0) }
    }
  }

  /// As ``append(_:)``, without a task that waits.
  ///
  /// - Parameter whenDone: called once, on the sequencer's thread or the caller's; it must not block.
  public func append(_ request: AppendRequest, whenDone: @escaping @Sendable (AppendOutcome) -> Void) {
    sequencer.submit(request, whenDone: whenDone)
  }

  /// The cuts of ``unrecordedCuts`` stand in the log now.
  public func forgetCuts() throws {
    try Cut.forget(in: directory)
  }

  /// Why nothing is written any more, if so.
  public var stopped: String? { sequencer.stopped }

  /// Answers what waits, signs the last checkpoint, completes tiles and index and lets go of the lock.
  public func close() throws {
    sequencer.close()
    ClosingReserve(directory).give()
    checkpointer.close()
    tileKeeper.close()
    signal.close()
    defer { lock.release() }
    try index.close()
  }

  // MARK: Watching

  /// What has been measured since the log was opened.
  public var metrics: LogMetrics { sequencer.metrics }

  /// How the log stands now; looks at the segments' files.
  public func status() throws -> LogStatus {
    let end = position.value.end
    let segments = try Segment.list(in: directory)
    var bytes = end.offset
    for segment in segments where segment.first < end.segment.first {
      bytes += try SystemCall.size(of: segment.path(in: directory))
    }
    let (waiting, signed) = (sequencer.waitingNow, checkpointer.newestSigned)
    return LogStatus(
      records: end.size, bytes: bytes, segments: segments.count, waitingEvents: waiting.events,
      waitingBytes: waiting.bytes, checkpointSize: signed.size, checkpointTime: signed.time,
      freeBytes: try SystemCall.freeBytes(at: directory.log))
  }

  // MARK: Reading

  /// The number of durable records.
  public var size: UInt64 { signal.size }

  /// - Returns: the number of durable records once it is above `size`; nil when the log is closed or the task cancelled.
  public func wait(above size: UInt64) async -> UInt64? {
    await signal.wait(above: size)
  }

  /// The newest signed checkpoint.
  public var checkpoint: String { checkpointer.note }

  /// A checkpoint over every record that is durable now.
  public func renewedCheckpoint() async throws -> String {
    try await checkpointer.renewed()
  }

  var reader: IndexReader { index.reader }

  /// Whether an event with that `source` and `id` is recorded.
  public func isRecorded(source: String, id: String) throws -> Bool {
    try index.reader.sequence(of: IndexKey(source: source, id: id)) != nil
  }

  /// The record with that source and id; nil if there is none.
  public func record(source: String, id: String) throws -> Record? {
    guard let sequence = try index.reader.sequence(of: IndexKey(source: source, id: id)),
      let record = try lines.line(at: sequence, index.reader).map({ try Record(line: $0) })
    else { return nil }
    // The index is derived: a hit is compared with its line.
    return record.source == source && record.id == id ? record : nil
  }

  /// What is known of a subject; nil if it has no event.
  public func state(of subject: String) throws -> SubjectState? {
    try index.reader.state(of: subject)
  }

  var lines: LogLines {
    let (end, lastHash) = position.value
    return LogLines(directory: directory, end: end, lastHash: lastHash)
  }

  /// A record's line without LF; nil if there is no such record.
  ///
  /// - Throws: ``DamagedRecord`` where the chain does not confirm it.
  public func line(at sequence: UInt64) throws -> [UInt8]? {
    try lines.line(at: sequence, index.reader)
  }

  /// The lines in `from..<below` that the filter lets through, about `maximumBytes` at a time.
  public func lines(_ filter: LineFilter, from: UInt64, below: UInt64, maximumBytes: Int) throws -> LineChunk {
    let lines = lines
    if let subject = filter.subject {
      return try lines.chunk(of: subject, filter, from: from, below: below, maximumBytes: maximumBytes, index.reader)
    }
    return try lines.chunk(filter, from: from, below: below, maximumBytes: maximumBytes, index.reader)
  }

  /// Calls `body` with each record's line, in order.
  public func forEachLine(
    from: UInt64, below: UInt64, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    try lines.forEach(from: from, below: below, index.reader) { line, _ in
      try body(line)
      return true
    }
  }
}

/// The durable end of the log, for readers in this process.
private final class CurrentPosition: Sendable {
  private let state: Mutex<(end: LogPosition, lastHash: Digest)>

  init(_ end: LogEnd) {
    state = Mutex((end.position, end.lastHash))
  }

  var value: (end: LogPosition, lastHash: Digest) { state.withLock { $0 } }

  func set(_ end: LogEnd) {
    state.withLock { $0 = (end.position, end.lastHash) }
  }
}
