import Foundation
import LogFormat
import Logging
import Threads
import TransparencyLog

/// Gives events their place in the log and makes them durable, one group of waiting requests after the other.
///
/// One thread does everything in this file from ``run()`` downwards. It never waits between reading the end of the log
/// and committing, so nothing it has read can be old when it writes. Callers hand over their groups in
/// ``submit(_:)`` and are answered when the records are on the disk.
///
/// What a crash leaves behind is noted in the margin of ``commit()``; the rules are in `WriteOrder.md`.
final class Sequencer: @unchecked Sendable {
  // @unchecked: the queue (`waiting`, `waitingBytes`, `condition`s flags) is only touched under `condition`; all other
  // variables only on the sequencer's thread once `start` has been called.

  /// Compares a sent event with the stored record where their payloads differ as they stand: unseals personal fields.
  typealias ContentCheck = @Sendable (_ sent: Event, _ stored: Record) throws -> Bool

  /// The group commit is written when it has this many bytes, even if more is waiting.
  private static let commitBytes = 4 << 20
  /// For how many events the index is asked together, where a group has fewer.
  private static let lookAhead = 256
  /// How far the clock may be behind the last record, in microseconds.
  private static let clockTolerance: Int64 = 60_000_000

  private let directory: LedgerDirectory
  private let index: LogIndex
  private let durable: DurableHead
  private let limits: Log.Limits
  private let checkContent: ContentCheck
  private let clock: @Sendable () -> Timestamp
  private let logger: Logger
  let metrics = LogMetrics()
  /// Called on the sequencer's thread after each commit, with the leaf hashes of its records.
  private let committed: (LogEnd, [Digest]) -> Void

  // Under `condition`:
  private let condition = NSCondition()
  private var waiting: [PendingRequest] = []
  private var waitingEvents = 0
  private var waitingBytes = 0
  private var shares: [String: Share] = [:]
  private var isClosing = false
  private var isFinished = false
  private var stopReason: String?

  // On the sequencer's thread. What every event touches is not watched for overlapping accesses while the program runs:
  // there is one thread, and nothing that is called while one of these is being changed comes back here.
  private var end: LogEnd
  private var segmentDescriptor: Int32
  private var filled = FilledSegments()
  @exclusivity(unchecked) private var staged: Staged
  /// Behind the newest record, staged or durable, that an examination may depend on: any but the ledger's own.
  private var examinable: UInt64
  @exclusivity(unchecked) private var plan = GroupPlan()
  private var now = Timestamp(microseconds: 0)
  /// What the records of the request at hand have in common.
  @exclusivity(unchecked) private var recorded = Stamp.Recorded(time: Timestamp(microseconds: .min), by: "")
  @exclusivity(unchecked) private var names = RequestNames()
  /// What the index knows of events of the request at hand, and which these are; of none where it has changed since.
  @exclusivity(unchecked) private var known: [LogIndex.Known] = []
  private var knownEvents = 0..<0
  private var numbers: [ExactText: UInt32] = [:]
  private var reader: IndexReader { index.reader }

  /// - Parameter end: the end of the log, everything before it being on the disk.
  init(
    directory: LedgerDirectory, end: LogEnd, index: LogIndex, durable: DurableHead, limits: Log.Limits,
    logger: Logger, clock: @escaping @Sendable () -> Timestamp, checkContent: @escaping ContentCheck,
    committed: @escaping (LogEnd, [Digest]) -> Void
  ) throws(SystemError) {
    self.directory = directory
    self.end = end
    self.index = index
    self.durable = durable
    self.limits = limits
    self.logger = logger
    self.clock = clock
    self.checkContent = checkContent
    self.committed = committed
    staged = Staged(after: end)
    examinable = end.position.size
    segmentDescriptor = try SystemCall.open(end.position.segment.path(in: directory), O_RDWR)
    durable.publish(end.position)
  }

  deinit {
    SystemCall.close(segmentDescriptor)
  }

  func start() {
    WorkerThread.start("sequencer") { [self] in run() }
  }

  // MARK: Callers' side

  /// Hands over groups. The groups are independent; `whenDone` is told once when each is recorded and durable, or refused.
  func submit(_ request: AppendRequest, whenDone: @escaping @Sendable (AppendOutcome) -> Void) {
    let pending = PendingRequest(request, duration: metrics.append, whenDone: whenDone)
    if request.groupCount == 0 { pending.tell() } else { enqueue(pending) }
  }

  private func enqueue(_ request: PendingRequest) {
    condition.lock()
    let refusal: AppendError? =
      if let stopReason {
        .stopped(stopReason)
      } else if isClosing {
        .closing
      } else if isTooMuch(request) {
        .overloaded
      } else {
        nil
      }
    if refusal == nil {
      waiting.append(request)
      waitingEvents += request.events
      waitingBytes += request.bytes
      shares[request.owner, default: Share()].add(request)
      condition.signal()
    }
    condition.unlock()
    if let refusal { request.refuse(refusal) }
  }

  /// What waits of one principal.
  private struct Share {
    var events = 0
    var bytes = 0

    mutating func add(_ request: PendingRequest) {
      events += request.events
      bytes += request.bytes
    }

    mutating func remove(_ request: PendingRequest) {
      events -= request.events
      bytes -= request.bytes
    }
  }

  /// Whether there is no room for the request, or for its sender: one principal may fill half of the queue, so that there
  /// is always room for others. A request that is alone is always taken.
  private func isTooMuch(_ request: PendingRequest) -> Bool {
    func isTooMuch(_ events: Int, _ bytes: Int, of parts: Int) -> Bool {
      events > 0
        && (events + request.events > limits.waitingEvents / parts
          || bytes + request.bytes > limits.waitingBytes / parts)
    }
    if isTooMuch(waitingEvents, waitingBytes, of: 1) { return true }
    let share = shares[request.owner] ?? Share()
    return isTooMuch(share.events, share.bytes, of: 2)
  }

  /// What waits at this moment, in events and about how many bytes.
  var waitingNow: (events: Int, bytes: Int) {
    condition.lock()
    defer { condition.unlock() }
    return (waitingEvents, waitingBytes)
  }

  /// Takes no more requests, answers those that wait, and returns when the thread is done.
  func close() {
    condition.lock()
    isClosing = true
    condition.broadcast()
    while !isFinished { condition.wait() }
    condition.unlock()
  }

  /// Why nothing is written any more, if so.
  var stopped: String? {
    condition.lock()
    defer { condition.unlock() }
    return stopReason
  }

  private func nextRequests() -> [PendingRequest]? {
    condition.lock()
    defer { condition.unlock() }
    while waiting.isEmpty, !isClosing { condition.wait() }
    if waiting.isEmpty {
      isFinished = true
      condition.broadcast()
      return nil
    }
    var taken: [PendingRequest] = []
    swap(&taken, &waiting)
    return taken
  }

  /// All of them have been answered: their room is free again.
  private func release(_ requests: [PendingRequest]) {
    condition.lock()
    for request in requests {
      waitingEvents -= request.events
      waitingBytes -= request.bytes
      shares[request.owner]?.remove(request)
      if shares[request.owner]?.events == 0 { shares[request.owner] = nil }
    }
    condition.unlock()
  }

  // MARK: The narrative

  private func run() {
    while let requests = nextRequests() {
      index.waitForRoom()
      do {
        for request in requests {
          // Once for all groups of a request, which came at one moment.
          now = clock()
          names.begin(request.request)
          knownEvents = 0..<0
          for group in 0..<request.request.groupCount {
            if let stopReason {
              request.refuse(.stopped(stopReason))
              break
            }
            try admit(group, of: request)
            if staged.buffer.count >= Sequencer.commitBytes { try commit() }
          }
        }
        try commit()
      } catch {
        // The index cannot be read, or names records that are not there: without it no event can be told from its
        // repetition. The next opening makes it anew.
        LogIndex.remove(path: directory.index)
        stop("the index cannot be used: \(error)")
        failStaged(.stopped("the index cannot be used: \(error)"))
        for request in requests { request.refuse(.stopped("the index cannot be used")) }
      }
      release(requests)
    }
  }

  /// Decides on a group, and stages its records if it is to be recorded. Nothing of a refused group stays.
  private func admit(_ group: Int, of request: PendingRequest) throws {
    let events = request.request.events(of: group)
    var refusal = try decide(events, of: request)
    if refusal == nil, plan.freshCount > 0, let examination = request.request.examinations[group],
      examination.size < min(examinable, staged.end.position.size)
    {
      // What came since must be durable to be looked at; until the group is staged, nothing more comes.
      try commit()
      if let stopReason { refusal = .stopped(stopReason) }
      refusal = try refusal ?? examination.again(end.position.size) ?? decide(events, of: request)
    }
    if refusal == nil, plan.freshCount > 0 { refusal = try stage(events, of: request) }
    // Answered with the commit: what led to a refusal may itself be staged.
    if let refusal { request.refusals[group] = refusal }
    staged.answer(group, of: request)
  }

  /// Finds what becomes of each event of a group, in ``plan``; in the request what is recorded already.
  ///
  /// - Returns: why the group is refused.
  private func decide(_ events: Range<Int>, of request: PendingRequest) throws -> AppendError? {
    plan.begin()
    if !knownEvents.contains(events) {
      // Of some that follow too: the groups of a request are mostly one event each. Not of those that are examined, behind
      // each of which the index may have changed.
      let ahead = request.request.examinations.isEmpty ? Sequencer.lookAhead : 0
      let asked = events.lowerBound..<max(events.upperBound, min(request.events, events.lowerBound + ahead))
      try index.find(request.request.entries[asked], into: &known)
      knownEvents = asked
    }
    var sequence = staged.end.position.size
    for place in events {
      let position = place - events.lowerBound
      let entry = request.request.entries[place]
      if events.count > 1, let first = plan.first(entry.key, at: position) {
        return .repeatedInBatch(index: position, first: first)
      }
      let found = known[place - knownEvents.lowerBound]
      // Idempotency comes first: a repeated event gets its receipt, whatever version it expects.
      if let known = staged.memory.ids.value(for: entry.key)?.sequence ?? found.sequence {
        if let refusal = try repeated(place, of: request, at: known, position: position) { return refusal }
        plan.slots.append(nil)
        continue
      }

      // What earlier events of the same batch make of the subject comes before what is known of it.
      let before = plan.subject(entry.subjectKey) ?? staged.memory.state(of: entry.subjectKey) ?? found.subject
      if let expected = entry.expectedVersion, expected != before?.version ?? 0 {
        return .versionConflict(index: position, expected: expected, actual: before?.version ?? 0)
      }
      guard names.isAllowed(entry.kind, in: before?.state, request.request, index.text) else {
        return .stateConflict(
          index: position, state: before.flatMap { index.text($0.state) }, isNew: before == nil,
          allowed: request.request.kinds[Int(entry.kind)].transition.from ?? [])
      }
      let fresh = GroupPlan.Fresh(
        subject: SubjectEntry(
          key: entry.subjectKey, version: (before?.version ?? 0) + 1, first: before?.first ?? sequence, last: sequence,
          state: names.state(entry.kind, request.request, number(of:)) ?? before?.state ?? 0),
        type: names.type(entry.kind, request.request, number(of:)),
        actor: names.actor(entry.actor, request.request, number(of:)))
      if let second = names.second(entry.kind, request.request),
        try !hasSecond(second, before: fresh, at: place, of: request)
      {
        return .secondMissing(index: position, type: second, authid: request.request.actors[Int(entry.actor)])
      }
      if events.count > 1 { plan.remember(fresh.subject) }
      sequence += 1
      plan.slots.append(fresh)
      plan.freshCount += 1
    }
    return nil
  }

  /// Whether another actor has recorded an event of that type on the subject: in the same batch, in flight, or long ago.
  private func hasSecond(
    _ second: String, before fresh: GroupPlan.Fresh, at place: Int, of request: PendingRequest
  ) throws -> Bool {
    let type = number(of: second)
    let key = fresh.subject.key
    var found = plan.slots.contains { slot in
      slot.map { $0.subject.key == key && $0.type == type && $0.actor != fresh.actor } ?? false
    }
    if found { return true }
    staged.memory.forEachEvent(of: key) { earlier in
      found = earlier.type == type && earlier.actor != fresh.actor
      return !found
    }
    if found { return true }
    let entry = request.request.entries[place]
    return try reader.hasEvent(
      on: request.request.event(at: place).subject, type: second,
      byOtherThan: request.request.actors[Int(entry.actor)])
  }

  /// Notes the first receipt of an event that is there already.
  ///
  /// - Returns: why its repetition is refused.
  private func repeated(
    _ place: Int, of request: PendingRequest, at known: UInt64, position: Int
  ) throws -> AppendError? {
    let found: Record?
    do {
      found = try record(at: known)
    } catch let error as DamagedRecord {
      // One rotten record keeps its event from being told from a repetition, and nobody else from recording.
      return .contentUnknown(index: position, sequence: known, reason: "\(error)")
    }
    let event = try request.request.event(at: place)
    guard let record = found, record.source == event.source, record.id == event.id,
      let time = Timestamp(record.recordedTime)
    else { throw SystemError(call: "look up", path: directory.index, errno: EIO) }
    do {
      let sent = try request.request.sentEvent(at: place)
      let isSame = try sent.hasContent(of: record) { _, _ in try checkContent(sent, record) }
      guard isSame else { return .idReused(index: position, sequence: known) }
    } catch {
      return .contentUnknown(index: position, sequence: known, reason: "\(error)")
    }
    request.placements[place] = Placement(
      sequence: known, subjectVersion: record.subjectVersion, leafHash: RFC6962.leafHash(record.line),
      recordedTime: time, duplicate: true)
    return nil
  }

  /// The number of a name in the index, looked up once.
  private func number(of name: String) -> UInt32 {
    let name = ExactText(name)
    if let known = numbers[name] { return known }
    let number = index.add(name: name.text)
    numbers[name] = number
    return number
  }

  /// Writes the lines of the planned group behind those already staged.
  ///
  /// - Returns: why the group cannot be recorded after all.
  private func stage(_ events: Range<Int>, of request: PendingRequest) throws -> AppendError? {
    let behind = staged.end.lastTime.microseconds - now.microseconds
    guard behind <= Sequencer.clockTolerance else { return .clockBehind(microseconds: behind) }
    let time = max(now, staged.end.lastTime)
    if recorded.time != time || recorded.by != request.request.recordedBy {
      recorded = Stamp.Recorded(time: time, by: request.request.recordedBy)
    }

    let first = staged.end.position.size
    let start = staged.buffer.count
    var stamp = Stamp(
      sequence: first, subjectVersion: 0, recorded: recorded,
      batchEnd: plan.freshCount > 1 ? first + UInt64(plan.freshCount) - 1 : nil, previousHash: staged.end.lastHash)
    for (position, slot) in plan.slots.enumerated() {
      guard let fresh = slot else { continue }
      let place = events.lowerBound + position
      stamp.subjectVersion = fresh.subject.version
      let (length, hash) = staged.write(request.request, place, stamp)
      guard length <= Event.maximumLineLength else {
        staged.cut(to: start)
        return .lineTooLong(index: position, length: length)
      }
      plan.lines.append(GroupPlan.Line(place: place, length: length, hash: hash))
      request.placements[place] = Placement(
        sequence: stamp.sequence, subjectVersion: stamp.subjectVersion, leafHash: hash, recordedTime: time,
        duplicate: false)
      stamp.previousHash = hash
      stamp.sequence += 1
    }
    let bytes = staged.buffer.count - start
    guard events.count == 1 || bytes <= limits.batchBytes else {
      staged.cut(to: start)
      return .batchTooLarge(bytes: bytes, maximum: limits.batchBytes)
    }

    // Neither a record nor a batch crosses a segment.
    let used = staged.end.position.offset
    if used > 0, used + UInt64(bytes) > limits.segmentBytes {
      let lines = Array(staged.buffer[start...])
      staged.cut(to: start)
      try commit()
      if let stopReason { return .stopped(stopReason) }
      // The disk was full: what this group was planned on has not been recorded.
      guard staged.end.position.size == first else { return .diskFull }
      if let error = openNextSegment() { return error }
      staged.putBack(lines)
    }

    var line = 0
    for slot in plan.slots {
      guard let fresh = slot else { continue }
      let written = plan.lines[line]
      staged.append(request.request.entries[written.place].key, fresh, hash: written.hash, length: written.length + 1)
      line += 1
    }
    staged.end.lastTime = time
    let isOwn = plan.lines.allSatisfy { request.request.kinds[Int(request.request.entries[$0.place].kind)].isOwn }
    if !isOwn { examinable = staged.end.position.size }
    return nil
  }

  /// Makes everything staged durable with one write and one sync, and answers.
  private func commit() throws {
    guard !staged.buffer.isEmpty else {
      let answers = staged.takeAnswers()
      for (request, groups) in answers { request.settle(groups) }
      return
    }
    let path = end.position.segment.path(in: directory)
    do throws(SystemError) {
      let written: Result<Void, SystemError> = staged.buffer.withUnsafeBytes { bytes in
        do throws(SystemError) {
          return .success(try SystemCall.write(segmentDescriptor, bytes, at: end.position.offset, path: path))
        } catch { return .failure(error) }
      }
      try written.get()
    } catch {  // crash here: nothing, or part of the lines, perhaps torn: recovery cuts what is not whole
      return failWrite(error, path: path)
    }
    let syncing = Stopwatch()
    do {
      try SystemCall.synchronizeData(segmentDescriptor, path: path)
    } catch {
      // The kernel may have dropped the dirty pages and marked them clean: a second sync would prove nothing.
      stop("\(error)")
      return failStaged(.outcomeUnknown("\(error)"))
    }  // crash from here on: the records are there, whether or not anybody was told
    metrics.sync.record(syncing.nanoseconds)
    metrics.group.record(staged.end.position.size - end.position.size)
    end = staged.end
    try index.add(staged.memory)
    knownEvents = 0..<0
    durable.publish(end.position)
    committed(end, staged.hashes)
    let answers = staged.takeAnswers()
    staged.reset(after: end)
    for (request, groups) in answers { request.settle(groups) }  // crash here: a repeated event gets its first receipt
  }

  private func failWrite(_ error: SystemError, path: String) {
    guard error.errno == ENOSPC || error.errno == EDQUOT else {
      stop("\(error)")
      return failStaged(.outcomeUnknown("\(error)"))
    }
    do {
      try SystemCall.truncate(segmentDescriptor, to: end.position.offset, path: path)
    } catch {
      stop("\(error)")
      return failStaged(.outcomeUnknown("\(error)"))
    }
    logger.error("disk full; nothing of the group was recorded", metadata: ["path": "\(path)"])
    failStaged(.diskFull)
  }

  private func failStaged(_ error: AppendError) {
    let answers = staged.takeAnswers()
    staged.reset(after: end)
    // A refusal may rest on an event that was not recorded after all, so it is not given either.
    for (request, groups) in answers { request.refuse(groups, error) }
  }

  /// Closes the segment and opens the one after it. Everything in the old one is synced already.
  ///
  /// - Returns: why not; the old segment then stays in use unless writing has stopped.
  private func openNextSegment() -> AppendError? {
    let old = end.position.segment
    let next = Segment(first: end.position.size)
    let path = next.path(in: directory)
    let descriptor: Int32
    do {
      descriptor = try SystemCall.open(path, O_RDWR | O_CREAT | O_EXCL)
    } catch {
      if error.errno == ENOSPC || error.errno == EDQUOT { return .diskFull }
      stop("\(error)")
      return .stopped("\(error)")
    }
    do {
      try SystemCall.synchronizeDirectory(directory.log)  // crash here: an empty last segment, which is sound
      try SystemCall.changeMode(old.path(in: directory), 0o440)
    } catch {
      SystemCall.close(descriptor)
      stop("\(error)")
      return .stopped("\(error)")
    }
    SystemCall.close(segmentDescriptor)
    segmentDescriptor = descriptor
    for segment in filled.add(old, bytes: end.position.offset, limit: limits.bytesInMemory) {
      // Advice: where it is not taken, memory is used as if it had not been given.
      try? SystemCall.forgetContents(of: segment.path(in: directory))
    }
    end.position.segment = next
    end.position.offset = 0
    staged.reset(after: end)
    durable.publish(end.position)
    return nil
  }

  private func stop(_ reason: String) {
    logger.critical("writing has stopped until the ledger is opened again", metadata: ["reason": "\(reason)"])
    condition.lock()
    if stopReason == nil { stopReason = reason }
    condition.unlock()
  }

  /// A record by its sequence, staged or durable.
  private func record(at sequence: UInt64) throws -> Record? {
    if let line = staged.line(at: sequence) { return try Record(line: line) }
    return try LogLines(directory: directory, end: end.position, lastHash: end.lastHash).line(at: sequence, reader)
      .map { try Record(line: $0) }
  }
}
