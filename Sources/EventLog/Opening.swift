import Foundation
import LogFormat
import TransparencyLog

/// The index does not go with the log. It is derived, so it is made anew before the log is accused.
enum IndexDoubt: Error {
  /// What it says of the place from where to read on is not so.
  case start(UInt64)
  /// It has entries of records that the log does not have.
  case coverage(UInt64)
}

/// Where the log ends, and what the next record needs of the one before.
struct LogEnd: Sendable {
  var position: LogPosition
  var frontier: Frontier
  /// Leaf hash of the last record.
  var lastHash: Digest
  var lastTime: Timestamp
}

/// Opens a log for writing: finds its end, completes the index, and makes sure that everything before the end is on the
/// disk and is what the newest checkpoint says.
///
/// Only what lies behind the index's start is read, and the index starts at a checkpoint; so a clean start reads one
/// record. What is read goes through the same steps as a record that has just been written.
struct Opening {
  let directory: LedgerDirectory
  let checkpoint: Checkpoint?
  /// Why there is none, if its file cannot be read.
  let checkpointProblem: String?
  let index: LogIndex
  /// The state after an event of that type; nil leaves it as it was.
  let stateAfter: (Record) -> String?

  private var end: LogEnd
  /// Where the newest checkpoint ends.
  private var checkpointEnd: LogPosition
  /// Entries of records that the index has none of.
  private var delta = IndexMemory()
  private var batch: [BatchMember] = []
  /// Which records the index has entries of, until the log has borne it out.
  private var claim: IndexCoverage?
  /// The first so many need no entries: the index has them, if the log bears its claim out.
  private let covered: UInt64

  private struct BatchMember {
    var record: Record
    var hash: Digest
    var place: LogPosition
    /// Where the line behind it begins.
    var endOffset: UInt64
  }

  /// - Returns: the end of the log, and the bytes that had to be cut off behind it.
  static func run(
    directory: LedgerDirectory, checkpoint: Checkpoint?, checkpointProblem: String?, index: LogIndex,
    start: IndexStart?, stateAfter: @escaping (Record) -> String?
  ) throws -> (end: LogEnd, cut: Cut?) {
    let segments = try Segment.list(in: directory)
    guard let first = segments.first else { throw LedgerOpenError.damaged(.emptyLog) }
    guard first.first == 0 else {
      throw LedgerOpenError.damaged(.segmentName(expected: Segment(first: 0).name, actual: first.name))
    }
    let known = try start.flatMap { try end(at: $0, directory, checkpoint) }
    if known == nil, let start, start.position.size > 0 { throw IndexDoubt.start(start.position.size) }
    var opening = Opening(
      directory: directory, checkpoint: checkpoint, checkpointProblem: checkpointProblem, index: index,
      stateAfter: stateAfter, start: known, claim: index.coverage())
    return try opening.run(segments: segments)
  }

  private init(
    directory: LedgerDirectory, checkpoint: Checkpoint?, checkpointProblem: String?, index: LogIndex,
    stateAfter: @escaping (Record) -> String?, start: LogEnd?, claim: IndexCoverage
  ) {
    self.directory = directory
    self.checkpoint = checkpoint
    self.checkpointProblem = checkpointProblem
    self.index = index
    self.stateAfter = stateAfter
    end =
      start
      ?? LogEnd(
        position: LogPosition(size: 0, segment: Segment(first: 0), offset: 0), frontier: Frontier(), lastHash: .zero,
        lastTime: Timestamp(microseconds: 0))
    checkpointEnd = end.position
    self.claim = claim
    covered = claim.size
    checkClaim()
  }

  /// The index's start as a place in the log, if the log and the checkpoint bear it out; the index is derived, so its
  /// word alone counts for nothing.
  private static func end(
    at start: IndexStart, _ directory: LedgerDirectory, _ checkpoint: Checkpoint?
  ) throws -> LogEnd? {
    guard let checkpoint, start.position.size > 0, start.position.size <= checkpoint.size else { return nil }
    if start.position.size == checkpoint.size, start.frontier.root != checkpoint.root { return nil }
    guard let last = try lastLine(before: start.position, directory), RFC6962.leafHash(last) == start.lastHash,
      let record = try? Record(line: last), record.sequence == start.position.size - 1,
      let time = Timestamp(record.recordedTime)
    else { return nil }
    return LogEnd(
      position: start.position, frontier: start.frontier, lastHash: start.lastHash, lastTime: time)
  }

  private static func lastLine(before position: LogPosition, _ directory: LedgerDirectory) throws -> [UInt8]? {
    let longest = UInt64(Event.maximumLineLength + 2)
    var segment = position.segment
    if position.offset == 0 {
      guard let before = try Segment.list(in: directory).last(where: { $0.first < segment.first }) else { return nil }
      segment = before
    }
    let path = segment.path(in: directory)
    guard let descriptor = try? SystemCall.open(path, O_RDONLY) else { return nil }
    defer { SystemCall.close(descriptor) }
    let end = segment == position.segment ? position.offset : try SystemCall.size(of: descriptor, path: path)
    let start = end > longest ? end - longest : 0
    var bytes = try SystemCall.bytes(Int(end - start), of: descriptor, at: start, path: path)
    guard bytes.count == Int(end - start), bytes.last == 0x0A else { return nil }
    bytes.removeLast()
    guard let feed = bytes.lastIndex(of: 0x0A) else { return start == 0 ? bytes : nil }
    return Array(bytes[(feed + 1)...])
  }

  private mutating func run(segments: [Segment]) throws -> (end: LogEnd, cut: Cut?) {
    if end.position.size == 0 { try checkCheckpoint() }
    var reader = try LineReader(directory, from: end.position)
    var broken: String?
    reading: while true {
      while true {
        let read = try reader.next { line, offset in (line: Array(line), offset: offset) }
        guard let (line, offset) = read else { break }
        broken = try take(line, at: offset, in: reader.segment)
        if broken != nil { break reading }
      }
      let size = try fileSize(of: reader.segment)
      if reader.nextOffset < size { broken = "no line feed at the end" }
      guard broken == nil, try reader.advance() else { break }
      // A segment's name is the sequence of its first record, and no batch crosses into it.
      guard reader.segment.first == end.position.size else {
        throw LedgerOpenError.damaged(
          .segmentName(expected: Segment(first: end.position.size).name, actual: reader.segment.name))
      }
      end.position.segment = reader.segment
      end.position.offset = 0
    }
    if broken == nil, !batch.isEmpty { broken = "the batch is not complete" }

    try refuseDamage(broken, last: segments.last)
    if let claim { throw IndexDoubt.coverage(claim.size) }
    let cut = try broken.flatMap { _ in try cutTail() }
    try rewriteTail()
    // Only now: before, these records may have been in the page cache alone.
    try giveToIndex()
    return (end, cut)
  }

  /// - Returns: why the line cannot be the next record, or nil when it has been taken.
  private mutating func take(_ line: [UInt8], at offset: UInt64, in segment: Segment) throws -> String? {
    let record: Record
    do {
      record = try Record(line: line)
    } catch {
      return "\(error)"
    }
    let previous = batch.last?.hash ?? end.lastHash
    let sequence = end.position.size + UInt64(batch.count)
    guard record.sequence == sequence else { return "its sequence is \(record.sequence), expected \(sequence)" }
    guard record.previousHash == previous else { return "its previoushash is not the leaf hash of the record before" }
    if let first = batch.first, record.batchEnd != first.record.batchEnd {
      return "its batchend is not that of its batch"
    }
    batch.append(
      BatchMember(
        record: record, hash: RFC6962.leafHash(line),
        place: LogPosition(size: sequence, segment: segment, offset: offset),
        endOffset: offset + UInt64(line.count) + 1))
    guard sequence == record.batchEnd ?? sequence else { return nil }
    try applyBatch()
    return nil
  }

  private mutating func applyBatch() throws {
    for member in batch {
      let record = member.record
      if record.sequence >= covered { try addEntries(of: member) }
      end.frontier.append(member.hash)
      end.lastHash = member.hash
      if let time = Timestamp(record.recordedTime) { end.lastTime = time }
      end.position.size += 1
      end.position.offset = member.endOffset
      // At every record, so that no batch carries a forged log unseen over the size of its checkpoint.
      try checkCheckpoint()
      checkClaim()
    }
    batch.removeAll(keepingCapacity: true)
    // What the checkpoint covers is on the disk for certain.
    if delta.count > 50_000, end.position.size <= checkpoint?.size ?? 0 {
      try giveToIndex()
      try index.flush()
    }
  }

  private mutating func addEntries(of member: BatchMember) throws {
    let record = member.record
    let key = IndexKey(subject: record.subject)
    let known = try delta.state(of: key) ?? index.reader.entry(of: key)
    let subject = SubjectEntry(
      key: key, version: record.subjectVersion, first: known?.first ?? record.sequence, last: record.sequence,
      state: stateAfter(record).map { index.add(name: $0) } ?? known?.state ?? 0)
    delta.add(
      key: IndexKey(source: record.source, id: record.id), subject: subject, type: index.add(name: record.type),
      actor: index.add(name: record.authid ?? record.recordedBy), hash: member.hash, place: member.place)
  }

  private mutating func checkCheckpoint() throws {
    guard let checkpoint, end.position.size == checkpoint.size else { return }
    guard end.frontier.root == checkpoint.root else {
      throw LedgerOpenError.damaged(
        .otherRoot(size: checkpoint.size, expected: checkpoint.root, actual: end.frontier.root))
    }
    checkpointEnd = end.position
    delta.reached(IndexStart(position: end.position, frontier: end.frontier, lastHash: end.lastHash))
  }

  private mutating func checkClaim() {
    guard let claim, claim.size == end.position.size else { return }
    if claim.size == 0 || claim.head == end.lastHash { self.claim = nil }
  }

  private func refuseDamage(_ broken: String?, last: Segment?) throws {
    let records = end.position.size
    if let broken, let last, end.position.segment != last || records < checkpoint?.size ?? 0 {
      throw LedgerOpenError.damaged(
        .brokenRecord(
          sequence: records, segment: end.position.segment.name, offset: end.position.offset, reason: broken))
    }
    if let checkpoint, records < checkpoint.size {
      throw LedgerOpenError.damaged(
        .shorter(
          records: records, checkpoint: checkpoint.size, segment: end.position.segment.name,
          offset: end.position.offset))
    }
    guard records > 0 else { throw LedgerOpenError.damaged(.emptyLog) }
    if checkpoint == nil, records > 1 {
      throw LedgerOpenError.damaged(
        checkpointProblem.map { .checkpointUnreadable($0) } ?? .checkpointMissing(records: records))
    }
  }

  private mutating func giveToIndex() throws {
    try index.add(delta)
    if let start = delta.start { index.checkpointed(start) }
    delta.removeAll()
  }

  // MARK: The tail

  private func fileSize(of segment: Segment) throws -> UInt64 {
    let path = segment.path(in: directory)
    let descriptor = try SystemCall.open(path, O_RDONLY)
    defer { SystemCall.close(descriptor) }
    return try SystemCall.size(of: descriptor, path: path)
  }

  /// Cuts off what is behind the last whole record or batch; what is cut is remembered before it is gone.
  private func cutTail() throws -> Cut? {
    let path = end.position.segment.path(in: directory)
    let descriptor = try SystemCall.open(path, O_RDWR)
    defer { SystemCall.close(descriptor) }
    let size = try SystemCall.size(of: descriptor, path: path)
    guard size > end.position.offset else { return nil }
    var hasher = SHA256Hasher()
    try forEachChunk(of: descriptor, from: end.position.offset, below: size, path: path) { chunk, _ in
      hasher.update(chunk)
    }
    let cut = Cut(
      segment: end.position.segment.name, offset: end.position.offset, bytes: size - end.position.offset,
      digest: hasher.finalize())
    let pending = Cut.pending(in: directory)
    if pending.last != cut { try Cut.remember(pending + [cut], in: directory) }
    try SystemCall.truncate(descriptor, to: end.position.offset, path: path)
    try SystemCall.synchronize(descriptor, path: path)
    return cut
  }

  /// Writes the bytes behind the newest checkpoint once more and syncs them: after an unclean stop a line may be in the
  /// page cache and not on the disk, and a failed sync may have marked its page clean. A clean stop leaves none.
  private func rewriteTail() throws {
    guard end.position != checkpointEnd else { return }
    for segment in try Segment.list(in: directory)
    where segment.first >= checkpointEnd.segment.first && segment.first <= end.position.segment.first {
      let path = segment.path(in: directory)
      try SystemCall.changeMode(path, 0o640)
      let descriptor = try SystemCall.open(path, O_RDWR)
      defer { SystemCall.close(descriptor) }
      let from = segment == checkpointEnd.segment ? checkpointEnd.offset : 0
      let size = try SystemCall.size(of: descriptor, path: path)
      try forEachChunk(of: descriptor, from: from, below: size, path: path) { chunk, offset in
        try SystemCall.write(descriptor, chunk, at: offset, path: path)
      }
      try SystemCall.synchronize(descriptor, path: path)
      if segment != end.position.segment { try SystemCall.changeMode(path, 0o440) }
    }
    try SystemCall.synchronizeDirectory(directory.log)
  }

  private func forEachChunk(
    of descriptor: Int32, from: UInt64, below: UInt64, path: String,
    _ body: (UnsafeRawBufferPointer, UInt64) throws -> Void
  ) throws {
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var offset = from
    while offset < below {
      let wanted = Int(min(UInt64(buffer.count), below - offset))
      let count = try buffer.withUnsafeMutableBytes {
        try SystemCall.read(
          descriptor, into: UnsafeMutableRawBufferPointer(rebasing: $0[..<wanted]), at: offset, path: path)
      }
      guard count > 0 else { throw SystemError(call: "read", path: path, errno: EIO) }
      try buffer.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<count]), offset) }
      offset += UInt64(count)
    }
  }
}
