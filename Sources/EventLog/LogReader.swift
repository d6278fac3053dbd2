import Foundation
public import LogFormat
import TransparencyLog

/// Reads a ledger's log from its directory, with or without a daemon beside it. Never writes, takes no lock.
///
/// It sees what was durable when it was made: with a daemon up to `run/durable`, else up to the last complete line and
/// complete batch.
public struct LogReader: Sendable {
  public let directory: LedgerDirectory
  public let description: LedgerDescription
  /// Whether a daemon holds the lock.
  public let isLive: Bool
  let end: LogPosition
  private let keptIndex: KeptIndexFiles

  public init(_ directory: LedgerDirectory) throws {
    self.directory = directory
    description = try LedgerDescription(of: directory)
    let index = KeptIndexFiles(path: directory.index)
    let deadline = Date(timeIntervalSinceNow: 10)
    while true {
      if try WriterLock.isHeld(directory) {
        if let published = try DurableHead.read(directory) {
          // Not the files looked at before the daemon started: it may have made others.
          (isLive, end, keptIndex) = (true, published, KeptIndexFiles(path: directory.index))
          return
        }
      } else {
        let place = try LogReader.lastCompletePlace(directory, index)
        // A daemon that has started meanwhile may have written what is not durable yet.
        if try !WriterLock.isHeld(directory) {
          (isLive, end, keptIndex) = (false, place, index)
          return
        }
      }
      // A daemon is starting and has not published yet.
      guard Date() < deadline else { throw LedgerOpenError.busy(directory.lock) }
      Thread.sleep(forTimeInterval: 0.02)
    }
  }

  /// For who holds the ledger's lock and has not opened the log yet.
  public init(_ directory: LedgerDirectory, holding _: WriterLock) throws {
    self.directory = directory
    description = try LedgerDescription(of: directory)
    isLive = false
    keptIndex = KeptIndexFiles(path: directory.index)
    end = try LogReader.lastCompletePlace(directory, keptIndex)
  }

  /// The files of the index; nil where there are none, or those of another ledger, or of this one when it was longer.
  var index: IndexFiles? {
    guard let files = keptIndex.files, files.manifest.identity.hasPrefix(description.origin + "\n"),
      files.start <= end.size
    else { return nil }
    return files
  }

  /// The files of the index as they are, for who opens the log with the same lock.
  var filesForOpening: IndexFiles? { keptIndex.files }

  /// The number of records that can be read.
  public var size: UInt64 { end.size }

  /// The end of the last record that is whole, with its batch.
  private static func lastCompletePlace(
    _ directory: LedgerDirectory, _ index: KeptIndexFiles
  ) throws -> LogPosition {
    let segments = try Segment.list(in: directory)
    guard let last = segments.last else {
      return LogPosition(size: 0, segment: Segment(first: 0), offset: 0)
    }
    let covered =
      (try? Checkpoint(text: SignedNote(parsing: SystemCall.contents(of: directory.checkpoint)).text))?.size ?? 0
    let start = LogPosition(size: last.first, segment: last, offset: 0)
    // The index knows a place shortly before the end of what the checkpoint covers. It is derived: what it says counts
    // where the log bears it out.
    if covered > last.first, let hint = try? index.files?.reader.place(before: covered - 1), hint.segment == last,
      let end = try? lastCompletePlace(directory, from: hint, covered, isHint: true), end.size >= covered
    {
      return end
    }
    return try lastCompletePlace(directory, from: start, covered, isHint: false)
  }

  private static func lastCompletePlace(
    _ directory: LedgerDirectory, from start: LogPosition, _ covered: UInt64, isHint: Bool
  ) throws -> LogPosition {
    var end = start
    var reader = try LineReader(directory, from: end)
    var count = start.size
    var previous: Digest?
    var openBatch: UInt64?
    while true {
      let isRecord = try reader.next { line, offset in
        let batchEnd: UInt64?
        if count < covered {
          // What a checkpoint covers was synced whole. Counted from a wrong place, its last line is another one.
          guard !isHint || count + 1 < covered || LineScan.isRecord(line, count) else { return false }
          batchEnd = LineScan.batchEnd(of: line)
        } else {
          // Behind it a crash may have left anything: what holds is what opening would keep.
          guard let record = try? Record(line: Array(line)), record.sequence == count,
            previous == nil || record.previousHash == previous, openBatch == nil || record.batchEnd == openBatch
          else { return false }
          batchEnd = record.batchEnd
        }
        if count + 1 >= covered { previous = RFC6962.leafHash(line) }
        count += 1
        openBatch = batchEnd.flatMap { $0 < count ? nil : $0 }
        if openBatch == nil {
          end.size = count
          end.offset = offset + UInt64(line.count) + 1
        }
        return true
      }
      guard isRecord == true else { return end }
    }
  }

  /// Calls `body` with each record's line (without LF) in `from..<below`, in order, that the filter lets through, until
  /// it returns false.
  public func forEachLine(
    from: UInt64 = 0, below: UInt64? = nil, filter: LineFilter = LineFilter(),
    _ body: (_ line: UnsafeRawBufferPointer, _ sequence: UInt64) throws -> Bool
  ) throws {
    let lines = LogLines(directory: directory, end: end)
    try lines.forEach(from: from, below: below ?? end.size, nil) { line, sequence in
      try filter.matches(line) ? body(line, sequence) : true
    }
  }

  public func line(at sequence: UInt64) throws -> [UInt8]? {
    var found: [UInt8]?
    try forEachLine(from: sequence, below: sequence < .max ? sequence + 1 : sequence) { line, _ in
      found = Array(line)
      return false
    }
    return found
  }

  /// How many records had been recorded by `time`: the first N with `recordedtime` ≤ it.
  public func size(asOf time: Timestamp) throws -> UInt64 {
    let text = time.text
    // Segments are in the order of time, so the one to read is found by their first records.
    var segments = try Segment.list(in: directory).filter { $0.first < end.size }[...]
    while segments.count > 1 {
      let middle = segments.startIndex + segments.count / 2
      let isBefore = try recordedTime(at: segments[middle].first).map { $0 <= text } ?? false
      segments = isBefore ? segments[middle...] : segments[..<middle]
    }
    guard let segment = segments.first else { return 0 }
    var size = segment.first
    try forEachLine(from: segment.first) { line, sequence in
      guard let recorded = LineScan.recordedTime(of: line), recorded <= text else { return false }
      size = sequence + 1
      return true
    }
    return size
  }

  private func recordedTime(at sequence: UInt64) throws -> String? {
    try line(at: sequence)?.withUnsafeBytes { LineScan.recordedTime(of: $0) }
  }

  /// The newest checkpoint as it stands in its file; nil where there is none.
  public func checkpoint() throws -> String? {
    do {
      return String(decoding: try SystemCall.contents(of: directory.checkpoint), as: UTF8.self)
    } catch {
      if error.errno == ENOENT { return nil }
      throw error
    }
  }
}
