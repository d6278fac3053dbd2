import Foundation
import LogFormat
import Logging
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
  private var waiting: [Request] = []
  private var waitingEvents = 0
  private var waitingBytes = 0
  private var shares: [String: Share] = [:]
  private var isClosing = false
  private var isFinished = false
  private var stopReason: String?

  // On the sequencer's thread:
  private var end: LogEnd
  private var segmentDescriptor: Int32
  private var staged: Staged
  /// Behind the newest record, staged or durable, that an examination may depend on: any but the ledger's own.
  private var examinable: UInt64
  private var groupBuffer: [UInt8] = []
  private var now = Timestamp(microseconds: 0)
  /// The newest `recordedtime` as text.
  private var timeText: (time: Timestamp, text: String)?
  private var numbers: [ExactText: UInt32] = [:]
  private var recentNames: [(name: ExactText, number: UInt32)] = []
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
    let thread = Thread { [self] in run() }
    thread.name = "sequencer"
    thread.start()
  }

  // MARK: Callers' side

  /// Hands over groups. The groups are independent; `whenDone` is told once when each is recorded and durable, or refused.
  func submit(_ groups: [AppendGroup], whenDone: @escaping @Sendable ([Result<[Receipt], AppendError>]) -> Void) {
    if groups.isEmpty { return whenDone([]) }
    enqueue(Request(groups: groups, duration: metrics.append, whenDone: whenDone))
  }

  private func enqueue(_ request: Request) {
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
    if let refusal { request.refuseAll(refusal) }
  }

  /// What waits of one principal.
  private struct Share {
    var events = 0
    var bytes = 0

    mutating func add(_ request: Request) {
      events += request.events
      bytes += request.bytes
    }

    mutating func remove(_ request: Request) {
      events -= request.events
      bytes -= request.bytes
    }
  }

  /// Whether there is no room for the request, or for its sender: one principal may fill half of the queue, so that there
  /// is always room for others. A request that is alone is always taken.
  private func isTooMuch(_ request: Request) -> Bool {
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

  private func nextRequests() -> [Request]? {
    condition.lock()
    defer { condition.unlock() }
    while waiting.isEmpty, !isClosing { condition.wait() }
    if waiting.isEmpty {
      isFinished = true
      condition.broadcast()
      return nil
    }
    var taken: [Request] = []
    swap(&taken, &waiting)
    return taken
  }

  /// All of them have been answered: their room is free again.
  private func release(_ requests: [Request]) {
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
          for (number, group) in request.groups.enumerated() {
            let answer = Answer(request: request, group: number)
            if let stopReason {
              answer.give(.failure(.stopped(stopReason)))
            } else {
              try admit(group, answer)
            }
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
        for request in requests { request.refuseUnanswered(.stopped("the index cannot be used")) }
      }
      release(requests)
    }
  }

  /// Decides on a group, and stages its records if it is to be recorded. Nothing of a refused group stays.
  private func admit(_ group: AppendGroup, _ answer: Answer) throws {
    var planned = try plan(group)
    if case .success(let slots) = planned, slots.contains(where: \.isFresh), let examination = group.examination,
      examination.size < min(examinable, staged.end.position.size)
    {
      // What came since must be durable to be looked at; until the group is staged, nothing more comes.
      try commit()
      if let stopReason { return answer.give(.failure(.stopped(stopReason))) }
      planned = try examination.again(end.position.size).map { .failure($0) } ?? plan(group)
    }
    switch planned {
    case .failure(let refusal):
      // Answered with the commit: what led to the refusal may itself be staged.
      staged.answers.append((answer, .failure(refusal)))
    case .success(let slots):
      if slots.contains(where: \.isFresh) {
        guard let error = try stage(group, slots, answer) else { return }
        staged.answers.append((answer, .failure(error)))
      } else {
        staged.answers.append((answer, .success(slots.compactMap(\.receipt))))
      }
    }
  }

  /// An event that is to be recorded: its subject as it will be then, and its type and actor as the index numbers them.
  private struct Fresh {
    var subject: SubjectEntry
    var type: UInt32
    var actor: UInt32
  }

  /// What becomes of one event of a group.
  private enum Slot {
    case fresh(Fresh)
    case recorded(Receipt)

    var isFresh: Bool { if case .fresh = self { true } else { false } }
    var receipt: Receipt? { if case .recorded(let receipt) = self { receipt } else { nil } }
  }

  private func plan(_ group: AppendGroup) throws -> Result<[Slot], AppendError> {
    var slots: [Slot] = []
    slots.reserveCapacity(group.events.count)
    // What earlier events of the same batch make of things.
    var keys: [IndexKey: Int] = [:]
    var subjects: [IndexKey: SubjectEntry] = [:]
    var events: [IndexKey: [EventEntry]] = [:]
    var sequence = staged.end.position.size

    for (position, prepared) in group.events.enumerated() {
      let event = prepared.event
      if group.events.count > 1 {
        if let first = keys.updateValue(position, forKey: prepared.key) {
          return .failure(.repeatedInBatch(index: position, first: first))
        }
      }
      let found = try index.find(prepared.key, of: prepared.subjectKey)
      // Idempotency comes first: a repeated event gets its receipt, whatever version it expects.
      if let known = staged.memory.ids.value(for: prepared.key)?.sequence ?? found.sequence {
        switch try receipt(again: prepared, at: known, position: position) {
        case .success(let receipt): slots.append(.recorded(receipt))
        case .failure(let refusal): return .failure(refusal)
        }
        continue
      }

      let key = prepared.subjectKey
      let before = subjects[key] ?? staged.memory.state(of: key) ?? found.subject
      if let expected = event.expectedVersion, expected != before?.version ?? 0 {
        return .failure(.versionConflict(index: position, expected: expected, actual: before?.version ?? 0))
      }
      if let allowed = prepared.transition.from {
        let state = before.flatMap { index.text($0.state) }
        let isAllowed = before == nil ? allowed.contains(nil) : state.map { allowed.contains($0) } ?? false
        guard isAllowed else {
          return .failure(.stateConflict(index: position, state: state, isNew: before == nil, allowed: allowed))
        }
      }
      let actor = event.authid ?? group.recordedBy
      let fresh = Fresh(
        subject: SubjectEntry(
          key: key, version: (before?.version ?? 0) + 1, first: before?.first ?? sequence, last: sequence,
          state: prepared.transition.to.map(number) ?? before?.state ?? 0),
        type: number(of: event.type), actor: number(of: actor))
      if let second = prepared.transition.second {
        let type = number(of: second)
        var found = (events[key] ?? []).contains { $0.type == type && $0.actor != fresh.actor }
        staged.memory.forEachEvent(of: key) { earlier in
          found = found || earlier.type == type && earlier.actor != fresh.actor
          return !found
        }
        if try !found && !reader.hasEvent(on: event.subject, type: second, byOtherThan: actor) {
          return .failure(.secondMissing(index: position, type: second, authid: actor))
        }
      }
      if group.events.count > 1 {
        subjects[key] = fresh.subject
        let entry = EventEntry(
          subject: fresh.subject.first, sequence: sequence, type: fresh.type, actor: fresh.actor)
        events[key, default: []].append(entry)
      }
      sequence += 1
      slots.append(.fresh(fresh))
    }
    return .success(slots)
  }

  /// The first receipt of an event that is there already, or why its repetition is refused.
  private func receipt(
    again prepared: PreparedEvent, at known: UInt64, position: Int
  ) throws -> Result<Receipt, AppendError> {
    let found: Record?
    do {
      found = try record(at: known)
    } catch let error as DamagedRecord {
      // One rotten record keeps its event from being told from a repetition, and nobody else from recording.
      return .failure(.contentUnknown(index: position, sequence: known, reason: "\(error)"))
    }
    guard let record = found, record.source == prepared.event.source, record.id == prepared.event.id else {
      throw SystemError(call: "look up", path: directory.index, errno: EIO)
    }
    do {
      let isSame = try prepared.plain.hasContent(of: record) { _, _ in try checkContent(prepared.plain, record) }
      guard isSame else { return .failure(.idReused(index: position, sequence: known)) }
    } catch {
      return .failure(.contentUnknown(index: position, sequence: known, reason: "\(error)"))
    }
    return .success(
      Receipt(
        sequence: known, subject: record.subject, subjectVersion: record.subjectVersion,
        leafHash: RFC6962.leafHash(record.line), recordedTime: record.recordedTime, duplicate: true))
  }

  /// The number of a name in the index, looked up once.
  private func number(of name: String) -> UInt32 {
    let name = ExactText(name)
    if let recent = recentNames.first(where: { $0.name == name }) { return recent.number }
    let number = numbers[name] ?? index.add(name: name.text)
    numbers[name] = number
    // The type and the actor of an event are mostly those of the one before.
    if recentNames.count == 4 { recentNames.removeLast() }
    recentNames.insert((name, number), at: 0)
    return number
  }

  /// Writes the group's lines behind those already staged.
  ///
  /// - Returns: why the group cannot be recorded after all.
  private func stage(_ group: AppendGroup, _ slots: [Slot], _ answer: Answer) throws -> AppendError? {
    let behind = staged.end.lastTime.microseconds - now.microseconds
    guard behind <= Sequencer.clockTolerance else { return .clockBehind(microseconds: behind) }
    let time = max(now, staged.end.lastTime)

    let fresh = slots.count { $0.isFresh }
    let first = staged.end.position.size
    let batchEnd = fresh > 1 ? first + UInt64(fresh) - 1 : nil
    var hash = staged.end.lastHash
    let text = recordedTime(time)
    var lines: [(event: Int, fresh: Fresh, range: Range<Int>, hash: Digest)] = []
    lines.reserveCapacity(fresh)
    var receipts: [Receipt] = []
    receipts.reserveCapacity(slots.count)
    groupBuffer.removeAll(keepingCapacity: true)
    for (position, slot) in slots.enumerated() {
      guard case .fresh(let fresh) = slot else {
        slot.receipt.map { receipts.append($0) }
        continue
      }
      let event = group.events[position].event
      let start = groupBuffer.count
      let stamp = Stamp(
        sequence: first + UInt64(lines.count), subjectVersion: fresh.subject.version, recordedTime: time,
        recordedBy: group.recordedBy, batchEnd: batchEnd, previousHash: hash)
      event.writeLine(stamp: stamp, to: &groupBuffer)
      let range = start..<groupBuffer.count
      guard range.count <= Event.maximumLineLength else { return .lineTooLong(index: position, length: range.count) }
      hash = groupBuffer.withUnsafeBytes { RFC6962.leafHash(UnsafeRawBufferPointer(rebasing: $0[range])) }
      groupBuffer.append(0x0A)
      lines.append((position, fresh, range, hash))
      receipts.append(
        Receipt(
          sequence: stamp.sequence, subject: event.subject, subjectVersion: stamp.subjectVersion, leafHash: hash,
          recordedTime: text, duplicate: false))
    }
    guard group.events.count == 1 || groupBuffer.count <= limits.batchBytes else {
      return .batchTooLarge(bytes: groupBuffer.count, maximum: limits.batchBytes)
    }

    // Neither a record nor a batch crosses a segment.
    let used = staged.end.position.offset
    if used > 0, used + UInt64(groupBuffer.count) > limits.segmentBytes {
      try commit()
      if let stopReason { return .stopped(stopReason) }
      // The disk was full: what this group was planned on has not been recorded.
      guard staged.end.position.size == first else { return .diskFull }
      if let error = openNextSegment() { return error }
    }

    let place = staged.end.position
    if lines.contains(where: { !group.events[$0.event].event.type.hasPrefix(Log.ledgerTypePrefix) }) {
      examinable = first + UInt64(lines.count)
    }
    for line in lines {
      staged.append(
        group.events[line.event].key, line.fresh.subject, type: line.fresh.type, actor: line.fresh.actor,
        hash: line.hash,
        place: LogPosition(
          size: staged.end.position.size, segment: place.segment, offset: place.offset + UInt64(line.range.lowerBound)),
        length: line.range.count + 1)
    }
    staged.buffer.append(contentsOf: groupBuffer)
    staged.end.lastTime = time
    staged.answers.append((answer, .success(receipts)))
    return nil
  }

  private func recordedTime(_ time: Timestamp) -> String {
    if let timeText, timeText.time == time { return timeText.text }
    let text = time.text
    timeText = (time, text)
    return text
  }

  /// Makes everything staged durable with one write and one sync, and answers.
  private func commit() throws {
    guard !staged.buffer.isEmpty else {
      let answers = staged.answers
      staged.answers.removeAll(keepingCapacity: true)
      for (answer, result) in answers { answer.give(result) }
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
    durable.publish(end.position)
    committed(end, staged.hashes)
    let answers = staged.answers
    staged.reset(after: end)
    for (answer, result) in answers { answer.give(result) }  // crash here: a repeated event gets its first receipt
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
    let answers = staged.answers
    staged.reset(after: end)
    // A refusal may rest on an event that was not recorded after all, so it is not given either.
    for (answer, _) in answers { answer.give(.failure(error)) }
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

/// What the next commit will write, and whom it will answer.
private struct Staged {
  var buffer: [UInt8] = []
  var memory = IndexMemory()
  /// The end of the log when this is durable.
  var end: LogEnd
  var answers: [(Answer, Result<[Receipt], AppendError>)] = []
  /// The leaf hashes of its records.
  private(set) var hashes: [Digest] = []
  private var first: UInt64
  private var ranges: [Range<Int>] = []

  init(after end: LogEnd) {
    self.end = end
    first = end.position.size
  }

  mutating func append(
    _ key: IndexKey, _ subject: SubjectEntry, type: UInt32, actor: UInt32, hash: Digest, place: LogPosition, length: Int
  ) {
    memory.add(key: key, subject: subject, type: type, actor: actor, hash: hash, place: place)
    let start = ranges.last?.upperBound ?? 0
    ranges.append(start..<start + length)
    hashes.append(hash)
    end.frontier.append(hash)
    end.lastHash = hash
    end.position.size += 1
    end.position.offset += UInt64(length)
  }

  func line(at sequence: UInt64) -> [UInt8]? {
    guard sequence >= first, sequence - first < UInt64(ranges.count) else { return nil }
    return Array(buffer[ranges[Int(sequence - first)].dropLast()])
  }

  mutating func reset(after end: LogEnd) {
    buffer.removeAll(keepingCapacity: buffer.count <= 8 << 20)
    memory.removeAll()
    self.end = end
    first = end.position.size
    ranges.removeAll(keepingCapacity: true)
    hashes.removeAll(keepingCapacity: true)
    answers.removeAll(keepingCapacity: true)
  }
}

extension PreparedEvent {
  /// About how many bytes it holds while it waits: its texts, and for JSON the places of its values.
  fileprivate var memory: Int {
    switch event.payload {
    case .none: 512
    case .json(let value): 512 + 4 * value.range.count
    case .base64(let text): 512 + text.utf8.count
    }
  }
}

/// A caller's groups, answered together.
private final class Request {
  let groups: [AppendGroup]
  let events: Int
  let bytes: Int
  private var results: [Result<[Receipt], AppendError>?]
  private var unanswered: Int
  private let whenDone: @Sendable ([Result<[Receipt], AppendError>]) -> Void
  private let duration: Histogram
  private let stopwatch = Stopwatch()

  init(
    groups: [AppendGroup], duration: Histogram, whenDone: @escaping @Sendable ([Result<[Receipt], AppendError>]) -> Void
  ) {
    self.groups = groups
    self.duration = duration
    self.whenDone = whenDone
    results = Array(repeating: nil, count: groups.count)
    unanswered = groups.count
    events = groups.reduce(0) { $0 + $1.events.count }
    bytes = groups.reduce(0) { $1.events.reduce($0) { $0 + $1.memory } }
  }

  /// The principal that sent them.
  var owner: String { groups.first?.recordedBy ?? "" }

  func answer(_ group: Int, _ result: Result<[Receipt], AppendError>) {
    guard results[group] == nil else { return }
    results[group] = result
    unanswered -= 1
    guard unanswered == 0 else { return }
    duration.record(stopwatch.nanoseconds)
    whenDone(results.compactMap { $0 })
  }

  func refuseAll(_ error: AppendError) {
    for group in groups.indices { answer(group, .failure(error)) }
  }

  func refuseUnanswered(_ error: AppendError) {
    guard unanswered > 0 else { return }
    refuseAll(error)
  }
}

/// The right to answer one group of a request, once.
private struct Answer {
  let request: Request
  let group: Int

  func give(_ result: Result<[Receipt], AppendError>) {
    request.answer(group, result)
  }
}
