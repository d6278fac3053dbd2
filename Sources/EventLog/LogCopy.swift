import Foundation
import LogFormat
public import TransparencyLog

/// A verified copy of somebody else's log, which only ever grows: lines come in, and count when a signed checkpoint covers
/// them.
///
/// The copy is a ledger's directory without keys: log, checkpoint, `ledger.json`. Its truth is its checkpoint; lines behind
/// it were cut off from their checkpoint by a crash and are removed when the copy is opened.
public final class LogCopy {
  public let directory: LedgerDirectory
  /// The key that somebody has named: every checkpoint must be signed with it.
  private let key: VerifierKey?
  private var origins: Origins
  private var position: LogPosition
  private var frontier: Frontier
  private var lastHash: Digest
  /// Up to where a checkpoint covers the copy.
  private var covered: LogPosition
  private var coveredFrontier: Frontier
  private var coveredHash: Digest
  private var coveredOrigins: Origins

  private var descriptor: Int32 = -1
  private var buffer: [UInt8] = []

  private static let segmentBytes: UInt64 = 64 << 20
  private static let bufferBytes = 4 << 20

  /// The number of records that are there and covered.
  public var size: UInt64 { covered.size }

  deinit {
    if descriptor >= 0 { SystemCall.close(descriptor) }
  }

  /// Opens a copy, or begins one in a folder that is empty or not there yet. The copy that is there is read and held
  /// against its checkpoint.
  ///
  /// - Parameter firstLine: record 0 of the other log, which says of which it is.
  /// - Parameter key: the key the log must be signed with; nil: the one that record 0 names.
  /// - Throws: ``LogCopyError``, and ``SystemError``.
  public init(at path: String, firstLine: [UInt8], key given: VerifierKey?) throws {
    directory = LedgerDirectory(path)
    let opening = try Record(line: firstLine)
    guard opening.sequence == 0, let origins = Origins(opening: opening),
      let timeZone = opening.data?["timezone"]?.string, let created = opening.time
    else { throw LogCopyError.noOpening }
    key = given
    self.origins = origins
    coveredOrigins = origins
    let start = LogPosition(size: 0, segment: Segment(first: 0), offset: 0)
    (position, frontier, lastHash) = (start, Frontier(), .zero)
    (covered, coveredFrontier, coveredHash) = (start, Frontier(), .zero)
    let description = LedgerDescription(origin: origins.newest.name, timeZone: timeZone, created: created)
    let there = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    if there.isEmpty || Set(there).isSubset(of: ["log", "checkpoints", "documents", "ledger.json.new"]) {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
      for (name, mode) in [("log", mode_t(0o750)), ("checkpoints", 0o750), ("documents", 0o700)] {
        try SystemCall.makeDirectory(path + "/" + name, mode: mode)
      }
      try SystemCall.replace(directory.description, with: Array(description.json.utf8))
    } else {
      guard (try? SystemCall.contents(of: directory.description)) == Array(description.json.utf8) else {
        throw LogCopyError.anotherLog(path)
      }
      try readWhatIsThere()
    }
  }

  /// Reads the copy up to its checkpoint, and removes what lies behind.
  private func readWhatIsThere() throws {
    guard let bytes = try? SystemCall.contents(of: directory.checkpoint) else { return try cut(to: position) }
    let note = try SignedNote(parsing: bytes)
    let checkpoint = try Checkpoint(text: note.text)
    guard let first = try Segment.list(in: directory).first else { throw LogCopyError.damaged(sequence: 0) }
    var reader = try LineReader(directory, from: LogPosition(size: 0, segment: first, offset: 0))
    while position.size < checkpoint.size {
      let segment = reader.segment
      let isThere = try reader.next { line, _ in try take(line, at: segment) } != nil
      guard try isThere || reader.advance() else { throw LogCopyError.damaged(sequence: position.size) }
    }
    guard try frontier.root == origins.open(note).root else { throw LogCopyError.damaged(sequence: position.size) }
    (covered, coveredFrontier, coveredHash, coveredOrigins) = (position, frontier, lastHash, origins)
    try cut(to: position)
  }

  /// Notes a line that stands in a segment.
  private func take(_ line: UnsafeRawBufferPointer, at segment: Segment) throws {
    guard LineScan.isRecord(line, position.size) else { throw LogCopyError.damaged(sequence: position.size) }
    guard position.size == 0 || LineScan.previousHash(of: line) == lastHash else {
      throw LogCopyError.damaged(sequence: position.size - 1)
    }
    if segment != position.segment {
      position.segment = segment
      position.offset = 0
    }
    if LogCopy.resumptions.matches(line) { try takeResumption(Record(line: Array(line))) }
    lastHash = RFC6962.leafHash(line)
    frontier.append(lastHash)
    position.size += 1
    position.offset += UInt64(line.count) + 1
  }

  private static let resumptions = LineFilter(subject: Log.ledgerSubject, type: Resumption.type)

  /// The log goes on under another name: with exactly the records that the old name has signed.
  private func takeResumption(_ record: Record) throws {
    let old = origins.newest.key
    guard let resumption = try? origins.resume(with: record), old.map(resumption.isSigned) == true,
      resumption.ended.size == position.size, resumption.ended.root == frontier.root
    else { throw LogCopyError.damaged(sequence: position.size) }
  }

  /// Adds the next record's line, without its LF. It does not count before ``adopt(_:)``.
  public func append(_ line: UnsafeRawBufferPointer) throws {
    var segment = position.segment
    if position.offset > 0, position.offset + UInt64(line.count) + 1 > LogCopy.segmentBytes {
      try flush()
      segment = Segment(first: position.size)
      try closeSegment()
    }
    try take(line, at: segment)
    buffer.append(contentsOf: line)
    buffer.append(0x0A)
    if buffer.count >= LogCopy.bufferBytes { try flush() }
  }

  /// Makes everything appended count, where the checkpoint is the other log's over exactly that; else it is removed.
  ///
  /// - Throws: ``LogCopyError`` where the checkpoint is not signed by the key, or is of another log.
  public func adopt(_ note: [UInt8]) throws {
    do {
      let checkpoint = try origins.open(SignedNote(parsing: note))
      try expectKey()
      guard checkpoint.size == position.size, checkpoint.root == frontier.root else {
        throw LogCopyError.fork(size: checkpoint.size)
      }
      try flush()
      if descriptor >= 0 { try SystemCall.synchronize(descriptor, path: position.segment.path(in: directory)) }
      try SystemCall.synchronizeDirectory(directory.log)
      try SystemCall.replace(directory.checkpoint, with: note)
      (covered, coveredFrontier, coveredHash, coveredOrigins) = (position, frontier, lastHash, origins)
    } catch {
      try discard()
      throw error
    }
  }

  /// Whoever restores a backup names a key of his own in the log. A copy that is there takes it from a person alone.
  private func expectKey() throws {
    let newest = origins.newest
    if let key {
      guard key == newest.key else { throw LogCopyError.otherKey(name: newest.name, key: newest.key.map { "\($0)" }) }
    } else if covered.size > 0, newest != coveredOrigins.newest {
      throw LogCopyError.otherKey(name: newest.name, key: newest.key.map { "\($0)" })
    }
  }

  /// Removes what was appended and not adopted.
  public func discard() throws {
    buffer.removeAll()
    if descriptor >= 0 { SystemCall.close(descriptor) }
    descriptor = -1
    (position, frontier, lastHash, origins) = (covered, coveredFrontier, coveredHash, coveredOrigins)
    try cut(to: covered)
  }

  private func flush() throws {
    guard !buffer.isEmpty else { return }
    let path = position.segment.path(in: directory)
    if descriptor < 0 { descriptor = try SystemCall.open(path, O_WRONLY | O_CREAT) }
    let start = position.offset - UInt64(buffer.count)
    let (file, written) = (descriptor, buffer)
    try written.withUnsafeBytes { bytes throws in
      try SystemCall.write(file, bytes, at: start, path: path)
    }
    buffer.removeAll(keepingCapacity: true)
  }

  private func closeSegment() throws {
    let path = position.segment.path(in: directory)
    if descriptor >= 0 {
      try SystemCall.synchronize(descriptor, path: path)
      SystemCall.close(descriptor)
      descriptor = -1
    }
    try SystemCall.changeMode(path, 0o440)
  }

  /// Removes whatever stands behind a place.
  private func cut(to place: LogPosition) throws {
    for segment in try Segment.list(in: directory) where segment.first >= place.segment.first {
      let path = segment.path(in: directory)
      let length = segment == place.segment ? place.offset : 0
      try SystemCall.changeMode(path, 0o640)
      if length == 0 {
        guard unlink(path) == 0 else { throw SystemError(call: "unlink", path: path, errno: errno) }
      } else if try SystemCall.size(of: path) > length {
        let file = try SystemCall.open(path, O_WRONLY)
        defer { SystemCall.close(file) }
        try SystemCall.truncate(file, to: length, path: path)
        try SystemCall.synchronize(file, path: path)
      }
    }
    try SystemCall.synchronizeDirectory(directory.log)
  }
}

/// Why a copy does not go on. What it had stays.
public enum LogCopyError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Record 0 of the other log does not say what it is.
  case noOpening
  /// The folder holds something else.
  case anotherLog(String)
  /// The copy, or what came, does not hang together at that record.
  case damaged(sequence: UInt64)
  /// The checkpoint is signed, and of other records than those that came.
  case fork(size: UInt64)
  /// The other log has fewer records than the copy.
  case shorter(copy: UInt64, log: UInt64)
  /// The log is signed with another key than the one named, or than before: it was restored from a backup.
  case otherKey(name: String, key: String?)

  public var description: String {
    switch self {
    case .otherKey(let name, let key):
      "the log is signed as \(name), with the key \(key ?? "unknown"): if that is the one that 'restore' printed, name it with "
        + "--key"
    case .noOpening: "record 0 does not say of which log it is"
    case .anotherLog(let path): "\(path) is not empty and no copy of this log: name another folder"
    case .damaged(let sequence): "record \(sequence) does not fit into the chain: run 'verify' on both sides"
    case .fork(let size):
      "the checkpoint over \(size) records is signed and does not continue this copy: the log was written anew; keep the "
        + "copy, and find out why"
    case .shorter(let copy, let log):
      "the log has \(log) signed records, the copy \(copy): the log was set back; keep the copy, and find out why"
    }
  }
}
