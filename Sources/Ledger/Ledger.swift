import DocumentStore
public import DomainPacks
public import EventLog
import Foundation
public import LogFormat
public import Logging
import Privacy
public import ReadModels
import Synchronization
public import TimeStamps
public import TransparencyLog

/// A ledger open for writing: log, domain packs, projections, documents and keys in one place. The daemon holds it.
public final class Ledger: Sendable {
  public let packs: PackSet
  public let log: Log

  /// The contents of documents.
  public let contents: Contents

  /// What comes back from witnesses and time-stamping authorities.
  let anchoring: Anchoring

  private let preparation: EventPreparation
  private let objections: ObjectionCheck
  let keys: KeyStore
  let sealing = SealingGate()
  private let projections: Projections
  private let feed: ProjectionFeed
  private let timeZone: String
  /// The newest anchor among the records that were looked through for it.
  private let anchored = Mutex<(below: UInt64, time: Timestamp?)>((0, nil))

  /// Makes a new ledger and returns its verifier key, which its readers should keep elsewhere.
  public static func create(at path: String, origin: String) throws -> VerifierKey {
    try Log.create(LedgerDirectory(path), origin: origin)
  }

  /// Takes the lock of a ledger, so that nobody else opens it before the caller does.
  public static func lock(at path: String) throws -> WriterLock { try Log.lock(LedgerDirectory(path)) }

  /// Opens a ledger: recovers its log, records a change of packs and what recovery cut off, brings the projections up.
  ///
  /// - Parameters:
  ///   - lock: the ledger's lock, where the caller has taken it with ``lock(at:)``.
  ///   - signatureAnchors: the certificates under which signatures of contents are trusted; nil: none are.
  /// - Throws: ``LedgerOpenError``, ``PackError``, ``PackSourceError`` and errors of the parts.
  public static func open(
    at path: String, lock: WriterLock? = nil, packs source: PackSource, limits: Log.Limits = Log.Limits(),
    signatureAnchors: TrustAnchors? = nil, logger: Logger
  ) async throws -> Ledger {
    let directory = LedgerDirectory(path)
    let lock = try lock ?? Log.lock(directory)
    for fault in FileModes(directory: directory).faults() where fault.mode != nil {
      logger.warning("others may do more than they should", metadata: ["reason": "\(fault.english)"])
    }
    let reader = try LogReader(directory, holding: lock)
    let packs = try source.packs(for: reader)
    // Compiling their SQL needs nothing of the log, and takes about as long as opening it.
    async let compiling = ProjectionPlan(packs, recordedIn: reader)
    let documents = try DocumentStore(directory: directory.documents)
    try documents.tidyUploads()
    let keys = try KeyStore(directory: directory.personKeys)
    let content = SealedContent(keys: keys)
    let log = try Log.open(
      directory, lock: lock, reader: reader,
      rules: rules(of: packs) { sent, stored in try content.isEqual(sent, stored) },
      limits: limits, logger: logger)
    do {
      try await Erasing.finish(in: log, keys: keys)
      try Contents(log: log, store: documents, anchors: nil).finishRemovals()
      try await recordCuts(log)
      // Packs whose SQL is wrong are not recorded.
      let plan = try await compiling
      try await recordPacks(packs, documents, log)
      let preparation = EventPreparation(packs: packs, keys: keys) { event in
        try log.isRecorded(source: event.source, id: event.id)
      }
      let projections = try Projections(
        directory: directory.cache, plan: plan, source: OpenLogSource(log: log),
        timeZone: log.description.timeZone,
        notify: { notice in logger.notice("projections", metadata: ["notice": "\(notice)"]) })
      return Ledger(
        log: log, packs: packs, preparation: preparation, keys: keys, projections: projections, documents: documents,
        signatureAnchors: signatureAnchors, logger: logger)
    } catch {
      try log.close()
      throw error
    }
  }

  private init(
    log: Log, packs: PackSet, preparation: EventPreparation, keys: KeyStore, projections: Projections,
    documents: DocumentStore, signatureAnchors: TrustAnchors?, logger: Logger
  ) {
    self.log = log
    self.packs = packs
    self.preparation = preparation
    self.keys = keys
    contents = Contents(log: log, store: documents, anchors: signatureAnchors)
    anchoring = Anchoring(log: log, documents: documents)
    self.projections = projections
    timeZone = log.description.timeZone
    let feed = ProjectionFeed(log: log, projections: projections, logger: logger)
    objections = ObjectionCheck(packs: packs, log: log) { size in
      try feed.wait(for: size)
      return try projections.snapshot()
    }
    self.feed = feed
    feed.start()
  }

  /// What the log must know of the packs in force.
  static func rules(
    of packs: PackSet,
    hasContent: @escaping @Sendable (_ sent: Event, _ stored: Record) throws -> Bool = { _, _ in false }
  ) -> Log.Rules {
    Log.Rules(
      identity: transitions(of: packs), stateAfter: { packs.state(after: $0) }, hasContent: hasContent)
  }

  /// What the index's subject states depend on besides the log.
  private static func transitions(of packs: PackSet) -> String {
    let lines = packs.packs.flatMap(\.eventTypes).compactMap { type in
      type.stateRule.effect.map { "\(type.name) \($0)\n" }
    }
    return SHA256.hash(lines.sorted().joined()).hex
  }

  // MARK: The ledger's own records

  /// As whom it records them.
  public static let ownPrincipal = Log.ledgerPrincipal

  private static func recordCuts(_ log: Log) async throws {
    guard !log.unrecordedCuts.isEmpty else { return }
    for cut in log.unrecordedCuts {
      // The id is the cut itself: should a crash come before it is forgotten, it is not recorded twice.
      let id = "\(cut.segment)-\(cut.offset)-\(cut.digest)"
      try await record("wiederhergestellt", id: id, cut.json, log)
    }
    try log.forgetCuts()
  }

  private static func recordPacks(_ packs: PackSet, _ documents: DocumentStore, _ log: Log) async throws {
    let newest = try log.newestLedgerRecord(PackRecord.name)
    guard !PackRecord.names(newest, packs) else { return }
    try PackRecord.keep(packs, in: documents)
    try await record(PackRecord.name, id: "nach-\(newest?.sequence ?? 0)", PackRecord.json(packs), log)
  }

  /// One of the ledger's own records: its type behind `de.aktenspur.ledger.`, what is unique in its id, its `data`, and its
  /// subject.
  struct OwnRecord {
    var name: String
    var id: String
    var data: String
    var subject = Log.ledgerSubject
  }

  /// Appends one of the ledger's own records and waits until it is durable.
  @discardableResult
  static func record(_ name: String, id: String, _ data: String, _ log: Log) async throws -> Receipt {
    try await record([OwnRecord(name: name, id: id, data: data)], as: ownPrincipal, by: ownPrincipal, log)[0]
  }

  /// Appends records of the ledger's own, all or none, and waits until they are durable. Their business time is when
  /// they are recorded.
  ///
  /// - Parameters:
  ///   - actor: at whose wish, the `authid`.
  ///   - principal: whose call it was, the `recordedby`.
  ///   - examination: that nothing recorded speaks against it; made again if something is recorded meanwhile.
  @discardableResult
  static func record(
    _ records: [OwnRecord], as actor: String, by principal: String, _ log: Log, examination: Examination? = nil
  ) async throws -> [Receipt] {
    var request = AppendRequest(recordedBy: principal)
    for record in records {
      request.add(
        Event(
          id: "\(record.name)-\(record.id)", source: Log.ledgerSource, type: Log.ledgerTypePrefix + record.name,
          subject: record.subject, extensions: [Extension("authid", .string(actor))],
          payload: .json(try JSONDocument(record.data).root)))
    }
    request.closeGroup(examination)
    return try await log.append(request).receipts(of: 0).mapError { Refusal($0, isBatch: false) }.get()
  }

  // MARK: Writing

  /// An empty draft of what a principal wants to have recorded.
  ///
  /// - Parameter asBatch: whether the pointers of refusals begin with the event's place in its group.
  public func draft(by principal: Principal, asBatch: Bool = false) -> AppendDraft {
    AppendDraft(preparation, objections, by: principal, asBatch: asBatch)
  }

  /// Records what a draft holds.
  ///
  /// - Parameter whenDone: called once, on whatever thread, with what became of each group; it must not block.
  public func append(_ draft: AppendDraft, whenDone: @escaping @Sendable (Appended) -> Void) {
    let answers = draft.answers
    log.append(draft.request) { whenDone(answers($0)) }
  }

  /// Makes groups of events ready and records them, each wholly or not at all; returns when all are durable or refused.
  ///
  /// - Parameter asBatch: whether the pointers of refusals begin with the event's place in its group.
  public func append(_ groups: [[Event]], by principal: Principal, asBatch: Bool = false) async -> Appended {
    await withCheckedContinuation { continuation in
      append(groups, by: principal, asBatch: asBatch) { continuation.resume(returning: $0) }
    }
  }

  /// As ``append(_:by:asBatch:)``, without a task that waits.
  ///
  /// - Parameter whenDone: called once, on whatever thread, with what became of each; it must not block.
  public func append(
    _ groups: [[Event]], by principal: Principal, asBatch: Bool = false,
    whenDone: @escaping @Sendable (Appended) -> Void
  ) {
    var ready = draft(by: principal, asBatch: asBatch)
    ready.reserve(for: groups)
    if groups.allSatisfy({ ready.add($0) }) { return append(ready, whenDone: whenDone) }
    // Something must be sealed, which may write keys to the disk, or held against the projections, which must have caught
    // up for that: all of it is made ready on another thread.
    let ticket = sealing.enter()
    DispatchQueue.global().async { [self] in
      var draft = draft(by: principal, asBatch: asBatch)
      for group in groups { draft.addSealing(group) }
      append(draft) { answers in
        self.sealing.leave(ticket)
        whenDone(answers)
      }
    }
  }

  // MARK: Personal data

  /// Makes what is sealed of persons unreadable for good, once a second person has asked for the same.
  ///
  /// - Throws: ``Refusal``: `.forbidden` without the right to administer, `.notFound` where nothing was sealed, `.conflict`
  ///   where the same person asks again or the data are erased already.
  public func erase(_ request: ErasureRequest, by principal: Principal) async throws(Refusal) -> [Erasure] {
    try await Erasing(log: log, keys: keys, gate: sealing, holds: holds).erase(request, by: principal)
  }

  /// Asks the packs what must be kept.
  var holds: HoldCheck {
    HoldCheck(size: { self.log.size }) { [objections, timeZone] size in
      Holds(in: try objections.snapshot(size), on: AsOf.today(in: timeZone))
    }
  }

  /// A record's line with its sealed fields in the clear. That they were read, by whom and why, is durable before.
  ///
  /// - Throws: ``Refusal`` `.forbidden` without the right to unseal.
  /// - Returns: nil if there is no such record.
  public func unsealedLine(
    at sequence: UInt64, reason: String?, authid: String?, for principal: Principal
  ) async throws -> [UInt8]? {
    try await Unsealing(log: log, keys: keys).line(at: sequence, reason: reason, authid: authid, by: principal)
  }

  // MARK: Reading

  public var durableSize: UInt64 { log.size }

  /// - Returns: the number of durable records once it is above `size`; nil when the ledger closes.
  public func waitForSize(above size: UInt64) async -> UInt64? {
    await log.wait(above: size)
  }

  /// Whether events are taken.
  public var readiness: Readiness {
    log.stopped.map(Readiness.stopped) ?? .ready
  }

  /// How many durable records the live projections have not taken in.
  public var projectionLag: UInt64 { feed.lag }

  /// When somebody outside last confirmed the log, as its record says; nil where nobody has.
  public func lastAnchor() throws -> Timestamp? {
    try anchored.withLock { anchored in
      let size = log.size
      if let newest = try log.newestLedgerRecord(AnchorRecord.name, from: anchored.below) {
        anchored.time = Timestamp(newest.recordedTime)
      }
      anchored.below = size
      return anchored.time
    }
  }

  public enum Readiness: Sendable, Hashable {
    case ready
    /// Nothing is written until the ledger has been opened again.
    case stopped(String)
  }

  /// A view of the projections: of everything durable now, or as of a place in the log.
  ///
  /// Blocks while projections catch up or are built; call it from a thread that may.
  public func snapshot(asOf: AsOf?) throws -> ProjectionSnapshot {
    guard let asOf else {
      let size = log.size
      try feed.wait(for: size)
      return try projections.snapshot()
    }
    let size = try LogReader(log.directory).size(asOf: asOf)
    return try Projections.asOf(
      directory: log.directory.cache, plan: projections.plan, source: OpenLogSource(log: log), size: size,
      timeZone: timeZone)
  }

  /// Answers what waits, signs the last checkpoint, and closes everything. Blocks until that is done.
  public func shutdown() throws {
    feed.close()
    try log.close()
  }
}

extension LogReader {
  /// How many records a place in the log stands for; more than there are is an error of the caller's.
  func size(asOf: AsOf) throws -> UInt64 {
    switch asOf {
    case .size(let size):
      guard size <= self.size else {
        throw Refusal(.malformed, pointer: "/as-of", "the log holds \(self.size) records, asked for \(size)")
      }
      return size
    case .time(let time): return try self.size(asOf: time)
    case .day(let day):
      guard let time = AsOf.end(of: day, timeZone: description.timeZone) else {
        throw Refusal(.malformed, pointer: "/as-of", "expected a day of the calendar, found \(day)")
      }
      return try self.size(asOf: time)
    }
  }
}
