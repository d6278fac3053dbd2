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

  public init(_ directory: LedgerDirectory) throws {
    self.directory = directory
    description = try LedgerDescription(of: directory)
    let deadline = Date(timeIntervalSinceNow: 10)
    while true {
      if try WriterLock.isHeld(directory) {
        if let published = try DurableHead.read(directory) {
          (isLive, end) = (true, published)
          return
        }
      } else {
        let place = try LogReader.lastCompletePlace(directory)
        // A daemon that has started meanwhile may have written what is not durable yet.
        if try !WriterLock.isHeld(directory) {
          (isLive, end) = (false, place)
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
    end = try LogReader.lastCompletePlace(directory)
  }

  /// The number of records that can be read.
  public var size: UInt64 { end.size }

  private static func lastCompletePlace(_ directory: LedgerDirectory) throws -> LogPosition {
    let segments = try Segment.list(in: directory)
    guard let last = segments.last else {
      return LogPosition(size: 0, segment: Segment(first: 0), offset: 0)
    }
    let covered =
      (try? Checkpoint(text: SignedNote(parsing: SystemCall.contents(of: directory.checkpoint)).text))?.size ?? 0
    var end = LogPosition(size: last.first, segment: last, offset: 0)
    var reader = try LineReader(directory, from: end)
    var count = last.first
    var previous: Digest?
    var openBatch: UInt64?
    while true {
      let isRecord = try reader.next { line, offset in
        let batchEnd: UInt64?
        if count < covered {
          // What a checkpoint covers was synced whole.
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

  /// The newest of the ledger's own records of a type, `name` being the type behind `de.aktenspur.ledger.`.
  ///
  /// The index says where it is as of the newest checkpoint it has seen; the log behind that is read.
  ///
  /// - Parameter from: what comes before is not looked at.
  public func newestLedgerRecord(_ name: String, from: UInt64 = 0) throws -> Record? {
    let type = Log.ledgerTypePrefix + name
    if let known = try? indexed(type) {
      if let newest = try newestRecord(type, from: max(known.start, from)) { return newest }
      guard let sequence = known.sequence, sequence >= from else { return nil }
      if let line = try line(at: sequence), let record = try? Record(line: line), record.type == type { return record }
      // The index is derived: where it is wrong, the log puts it right.
    }
    return try newestRecord(type, from: from)
  }

  /// All of the ledger's own records of a type, in order; `name` is the type behind `de.aktenspur.ledger.`.
  ///
  /// The index says where they are as of the newest checkpoint it has seen; the log behind that is read.
  public func ledgerRecords(_ name: String) throws -> [Record] {
    let type = Log.ledgerTypePrefix + name
    guard let known = try? indexedRecords(type) else { return try records(of: type, from: 0) }
    var records: [Record] = []
    for sequence in known.sequences {
      guard let line = try line(at: sequence), let record = try? Record(line: line), record.type == type else {
        // The index is derived: where it is wrong, the log puts it right.
        return try self.records(of: type, from: 0)
      }
      records.append(record)
    }
    return try records + self.records(of: type, from: known.start)
  }

  /// As ``indexed(_:)``, all of them.
  private func indexedRecords(_ type: String) throws -> (sequences: [UInt64], start: UInt64)? {
    try LogIndex.readingFile(path: directory.index) { index, file in
      guard file.identity.hasPrefix(description.origin + "\n"), file.start <= end.size else { return nil }
      return (try index.sequences(of: type, on: Log.ledgerSubject, below: file.start), file.start)
    } ?? nil
  }

  private func records(of type: String, from: UInt64) throws -> [Record] {
    var records: [Record] = []
    try forEachLine(from: from, filter: LineFilter(subject: Log.ledgerSubject, type: type)) { line, _ in
      records.append(try Record(line: Array(line)))
      return true
    }
    return records
  }

  /// What the index says; nil where it is of another ledger, or of this one when it was longer.
  private func indexed(_ type: String) throws -> (sequence: UInt64?, start: UInt64)? {
    try LogIndex.readingFile(path: directory.index) { index, file in
      guard file.identity.hasPrefix(description.origin + "\n"), file.start <= end.size else { return nil }
      return (try index.newest(of: type, on: Log.ledgerSubject, below: end.size), file.start)
    } ?? nil
  }

  private func newestRecord(_ type: String, from: UInt64) throws -> Record? {
    var newest: [UInt8]?
    try forEachLine(from: from, filter: LineFilter(subject: Log.ledgerSubject, type: type)) { line, _ in
      newest = Array(line)
      return true
    }
    return try newest.map { try Record(line: $0) }
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
