import Foundation
public import LogFormat
public import TransparencyLog

/// A log that goes on from the signed checkpoint of a backup, in a directory of its own, under a new name and key.
///
/// Nothing is ever signed for the old name: its key is not there. Record N, N being the size of the backup's checkpoint,
/// says where the old name ended, and the first checkpoint of the new one covers it.
///
/// Everything is on the disk when this has been made, and still there is no ledger: ``commit()`` writes `ledger.json`.
public struct ResumedLog: Sendable {
  public let directory: LedgerDirectory
  /// The new key, for those who verify.
  public let verifierKey: VerifierKey
  /// The checkpoint of the backup, with which the old name ended.
  public let ended: Checkpoint
  /// How many records lie behind that checkpoint in the backup. Nobody has signed for them, so they are left out.
  public let unsigned: UInt64

  private let description: LedgerDescription

  /// - Parameters:
  ///   - backup: a ledger's directory that no daemon holds, verified before.
  ///   - origin: the new name.
  ///   - directory: empty or not there yet. What an error leaves behind is no ledger.
  /// - Throws: ``ResumingError``, ``LedgerOpenError``, `NoteError` where the origin cannot be a name.
  public init(_ backup: LogReader, as origin: String, in directory: LedgerDirectory, at time: Timestamp = .now) throws {
    if backup.isLive { throw LedgerOpenError.busy(backup.directory.lock) }
    let note = try SignedNote(parsing: Array((backup.checkpoint() ?? "").utf8))
    let claim = try Checkpoint(text: note.text)
    guard claim.size > 0, claim.size <= backup.size else {
      throw LogTreeError.logEnds(records: backup.size, expected: claim.size)
    }
    let key = try SigningKey.generate(name: origin)
    try Log.makeFolders(of: directory)

    var copy = try LineCopy(directory, segments: Segment.list(in: backup.directory))
    try backup.forEachLine(below: claim.size) { line, sequence in
      try copy.take(line, sequence)
      return true
    }
    guard copy.frontier.size == claim.size, copy.frontier.root == claim.root else {
      throw LedgerOpenError.damaged(
        .otherRoot(size: claim.size, expected: claim.root, actual: copy.frontier.root))
    }
    guard let origins = copy.origins else { throw ResumingError.noOpening }
    if origins.has(origin) { throw ResumingError.usedBefore(origin) }
    ended = try origins.open(note)
    unsigned = backup.size - claim.size
    guard let old = origins.newest.key, let signature = note.signatures.first(where: old.claims) else {
      throw NoteError.noKnownSignature(expected: [origins.newest.name])
    }
    let resumption = Resumption(ended: ended, signature: String(signature.line.dropLast()), key: key.verifierKey)
    let line = try ResumedLog.line(resumption, copy, at: time)
    try line.withUnsafeBytes { try copy.append($0, claim.size) }
    try copy.finish()
    try SystemCall.replace(directory.signingKey, with: Array((key.encoded + "\n").utf8), mode: 0o600)
    try SystemCall.replace(directory.lock, with: [])
    let checkpoint = Checkpoint(origin: origin, size: copy.frontier.size, root: copy.frontier.root)
    try SystemCall.replace(directory.checkpoint, with: Array(checkpoint.signed(by: key).encoded.utf8))
    let kept = (KeptCheckpoints(backup.directory), KeptCheckpoints(directory))
    for size in (try? kept.0.sizes()) ?? [] where size <= claim.size {
      if let note = try kept.0.note(size: size) { try kept.1.keep(note, size: size) }
    }
    try kept.1.keep(note, size: claim.size)
    self.directory = directory
    verifierKey = key.verifierKey
    description = LedgerDescription(origin: origin, timeZone: backup.description.timeZone, created: time.text)
  }

  /// Makes the directory a ledger.
  public func commit() throws {
    try SystemCall.synchronizeDirectory(directory.path)
    try SystemCall.replace(directory.description, with: Array(description.json.utf8))
    try SystemCall.synchronizeDirectory(directory.path + "/..")
  }

  private static func line(_ resumption: Resumption, _ copy: LineCopy, at time: Timestamp) throws -> [UInt8] {
    let name = Resumption.type.dropFirst(Log.ledgerTypePrefix.count)
    let event = Event(
      id: "\(name)-\(resumption.ended.size)", source: Log.ledgerSource, type: Resumption.type,
      subject: Log.ledgerSubject, extensions: [Extension("authid", .string(Log.ledgerPrincipal))],
      payload: .json(try JSONDocument(resumption.json).root))
    var line: [UInt8] = []
    event.writeLine(
      stamp: Stamp(
        sequence: resumption.ended.size, subjectVersion: copy.ledgerVersion + 1,
        recordedTime: max(time, copy.lastTime), recordedBy: Log.ledgerPrincipal, batchEnd: nil,
        previousHash: copy.lastHash),
      to: &line)
    return line
  }
}

/// Why a backup cannot be restored as asked for.
public enum ResumingError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Record 0 does not say of which log it is.
  case noOpening
  /// The log has been signed under that name.
  case usedBefore(String)

  public var description: String {
    switch self {
    case .noOpening: "record 0 does not say of which log it is"
    case .usedBefore(let name):
      "the log has been signed as \(name) before, perhaps beyond this backup: one name must never sign two histories; "
        + "choose a new one"
    }
  }
}

/// Writes the lines of a log into another directory, segment by segment, and notes what the next record needs.
private struct LineCopy {
  private(set) var frontier = Frontier()
  private(set) var lastHash = Digest.zero
  private(set) var lastTime = Timestamp(microseconds: 0)
  /// The newest `subjectversion` of the subject `ledger`.
  private(set) var ledgerVersion: UInt64 = 0
  private(set) var origins: Origins?

  private let directory: LedgerDirectory
  /// Where segments begin.
  private let starts: Set<UInt64>
  private var segment: Segment?
  private var offset: UInt64 = 0
  private var buffer: [UInt8] = []

  private static let bufferBytes = 4 << 20
  private static let own = LineFilter(subject: Log.ledgerSubject)

  init(_ directory: LedgerDirectory, segments: [Segment]) {
    self.directory = directory
    starts = Set(segments.map(\.first))
  }

  /// Copies a line.
  mutating func take(_ line: UnsafeRawBufferPointer, _ sequence: UInt64) throws {
    if starts.contains(sequence) || segment == nil { try begin(Segment(first: sequence)) }
    try write(line)
  }

  /// Adds a line that the other log does not have.
  mutating func append(_ line: UnsafeRawBufferPointer, _ sequence: UInt64) throws {
    let bytes = offset + UInt64(buffer.count + line.count + 1)
    if bytes > Log.Limits().segmentBytes { try begin(Segment(first: sequence)) }
    try write(line)
  }

  private mutating func begin(_ next: Segment) throws {
    try finish()
    if let segment { try SystemCall.changeMode(segment.path(in: directory), 0o440) }
    segment = next
    offset = 0
  }

  private mutating func write(_ line: UnsafeRawBufferPointer) throws {
    buffer.append(contentsOf: line)
    buffer.append(0x0A)
    lastHash = RFC6962.leafHash(line)
    frontier.append(lastHash)
    lastTime = LineScan.recordedTime(of: line).flatMap { Timestamp($0) } ?? lastTime
    if LineCopy.own.matches(line) { try note(Record(line: Array(line))) }
    if buffer.count >= LineCopy.bufferBytes { try flush() }
  }

  private mutating func note(_ record: Record) throws {
    ledgerVersion = record.subjectVersion
    if record.sequence == 0 { origins = Origins(opening: record) }
    if record.type == Resumption.type { try origins?.resume(with: record) }
  }

  /// Writes what is left; durable when this returns.
  mutating func finish() throws {
    guard let segment else { return }
    try flush()
    let path = segment.path(in: directory)
    let descriptor = try SystemCall.open(path, O_WRONLY | O_CREAT)
    defer { SystemCall.close(descriptor) }
    try SystemCall.synchronize(descriptor, path: path)
    try SystemCall.synchronizeDirectory(directory.log)
  }

  private mutating func flush() throws {
    guard let segment, !buffer.isEmpty else { return }
    let path = segment.path(in: directory)
    let descriptor = try SystemCall.open(path, O_WRONLY | O_CREAT)
    defer { SystemCall.close(descriptor) }
    try buffer.withUnsafeBytes { try SystemCall.write(descriptor, $0, at: offset, path: path) }
    offset += UInt64(buffer.count)
    buffer.removeAll(keepingCapacity: true)
  }
}
