import Foundation
import LogFormat
import TransparencyLog

/// Reads lines by sequence from the segments, up to a durable end.
///
/// What was altered on the disk does not get out unnoticed: every line handed out is held against the hash that the line
/// behind it names, and the last one of the log against what the caller knows.
struct LogLines {
  let directory: LedgerDirectory
  let end: LogPosition
  /// The hash of the last record before the end, where the caller knows it without reading.
  var lastHash: Digest?

  /// One record's line. The place from the index is only a hint: what stands there must bear the sequence, else the
  /// segment is read from its beginning.
  func line(at sequence: UInt64, _ index: IndexReader) throws -> [UInt8]? {
    guard sequence < end.size else { return nil }
    var found: [UInt8]?
    try forEach(from: sequence, below: sequence + 1, index, chunk: 1 << 15) { line, _ in
      found = Array(line)
      return false
    }
    return found
  }

  /// Hands out the lines of `from..<below` in order until `body` returns false.
  ///
  /// - Parameter confirming: whether the lines are held against the chain; not for a caller who computes the tree.
  /// - Throws: ``DamagedRecord`` at the first line that does not bear its sequence, for a log with a gap is not read over
  ///   it, and for a line that was handed out and that the chain does not confirm.
  func forEach(
    from: UInt64, below: UInt64, _ index: IndexReader?, chunk: Int = 1 << 20, confirming: Bool = true,
    _ body: (UnsafeRawBufferPointer, UInt64) throws -> Bool
  ) throws {
    guard confirming else { return try forEachAsItStands(from: from, below: below, index, chunk: chunk, body) }
    var watch = ChainWatch()
    try forEachAsItStands(from: from, below: below, index, chunk: chunk) { line, sequence in
      try watch.pass(line)
      watch.keep(line, sequence)
      return try body(line, sequence)
    }
    guard let last = watch.pending else { return }
    if last.sequence + 1 == end.size {
      if let lastHash { try watch.end(with: lastHash) }
      return
    }
    try forEachAsItStands(from: last.sequence + 1, below: last.sequence + 2, index, chunk: 1 << 15) { line, _ in
      try watch.pass(line)
      return false
    }
  }

  private func forEachAsItStands(
    from: UInt64, below: UInt64, _ index: IndexReader?, chunk: Int,
    _ body: (UnsafeRawBufferPointer, UInt64) throws -> Bool
  ) throws {
    let below = min(below, end.size)
    guard from < below else { return }
    // A place that cannot be read for damage is one that is not known.
    if let place = try? index?.place(before: from), place.size <= from,
      try read(from: from, below: below, place, chunk, body)
    {
      return
    }
    // Without a usable place: the segment that holds the record, from its first byte.
    let segments = try Segment.list(in: directory)
    guard let segment = segments.last(where: { $0.first <= from }) else {
      throw DamagedRecord(sequence: from, kind: .missing)
    }
    let start = LogPosition(size: segment.first, segment: segment, offset: 0)
    guard try read(from: from, below: below, start, chunk, body) else {
      throw DamagedRecord(sequence: from, kind: .missing)
    }
  }

  /// - Returns: false if the first line wanted does not stand there; nothing has been handed out then.
  private func read(
    from: UInt64, below: UInt64, _ place: LogPosition, _ chunk: Int,
    _ body: (UnsafeRawBufferPointer, UInt64) throws -> Bool
  ) throws -> Bool {
    var reader: LineReader
    do {
      reader = try LineReader(directory, from: place, end: end, chunk: chunk)
    } catch {
      if error.errno == ENOENT { return false }
      throw error
    }
    var sequence = place.size
    while sequence < below {
      let goOn = try reader.next { line, _ -> Bool? in
        guard sequence >= from else { return true }
        guard LineScan.isRecord(line, sequence) else { return nil }
        return try body(line, sequence)
      }
      switch goOn {
      case .some(.some(true)): sequence += 1
      case .some(.some(false)): return true
      case .none where try reader.advance() && reader.segment.first == sequence: continue
      case .some(.none), .none:
        if sequence <= from { return false }
        throw DamagedRecord(sequence: sequence, kind: .missing)
      }
    }
    return true
  }
}

/// Finds context attributes in a record's line without reading it all.
///
/// The members stand in a fixed order before `data`, and inside a JSON string every quote is escaped, so the first
/// `,"name":` of a line is the attribute itself.
enum LineScan {
  /// Whether the line begins as a record does, and bears the sequence.
  static func isRecord(_ line: UnsafeRawBufferPointer, _ sequence: UInt64) -> Bool {
    line.starts(with: #"{"specversion":"#.utf8) && self.sequence(of: line) == sequence
  }

  static func sequence(of line: UnsafeRawBufferPointer) -> UInt64? {
    number(#","sequence":""#, in: line)
  }

  static func batchEnd(of line: UnsafeRawBufferPointer) -> UInt64? {
    // It may be absent, and a member of `data` may have its name; so it counts only before `previoushash`.
    guard let behind = place(of: #","previoushash":""#, in: line) else { return nil }
    return number(#","batchend":""#, in: UnsafeRawBufferPointer(rebasing: line[..<behind]))
  }

  static func previousHash(of line: UnsafeRawBufferPointer) -> Digest? {
    guard let start = place(of: #","previoushash":""#, in: line), start + 64 <= line.count else { return nil }
    return Digest(hex: UnsafeRawBufferPointer(rebasing: line[start..<start + 64]))
  }

  /// RFC 3339 in UTC with microseconds, which orders as text.
  static func recordedTime(of line: UnsafeRawBufferPointer) -> String? {
    guard let start = place(of: #","recordedtime":""#, in: line), start + 27 <= line.count else { return nil }
    return String(decoding: line[start..<start + 27], as: UTF8.self)
  }

  /// The subject as a JSON string with its quotes.
  static func subject(of line: UnsafeRawBufferPointer) -> [UInt8]? {
    guard let start = place(of: #","subject":""#, in: line) else { return nil }
    var end = start
    while end < line.count, line[end] != UInt8(ascii: "\"") { end += line[end] == UInt8(ascii: "\\") ? 2 : 1 }
    return end < line.count ? Array(line[(start - 1)...end]) : nil
  }

  private static func number(_ name: StaticString, in line: UnsafeRawBufferPointer) -> UInt64? {
    guard let start = place(of: name, in: line), start + SequenceText.length <= line.count else { return nil }
    var sequence: UInt64 = 0
    for byte in line[start..<start + SequenceText.length] {
      guard byte &- UInt8(ascii: "0") < 10 else { return nil }
      let (product, overflow) = sequence.multipliedReportingOverflow(by: 10)
      guard !overflow else { return nil }
      sequence = product &+ UInt64(byte - UInt8(ascii: "0"))
    }
    return sequence
  }

  /// Whether the attribute's value is `text`, both as shortest-form JSON strings with their quotes.
  static func hasAttribute(_ name: StaticString, _ text: [UInt8], in line: UnsafeRawBufferPointer) -> Bool {
    guard let start = place(of: name, in: line), start + text.count - 1 <= line.count else { return false }
    // `place` is behind the opening quote.
    return line[(start - 1)..<(start - 1 + text.count)].elementsEqual(text)
  }

  /// - Returns: the offset behind the name's text.
  private static func place(of name: StaticString, in line: UnsafeRawBufferPointer) -> Int? {
    guard let base = line.baseAddress else { return nil }
    let length = name.utf8CodeUnitCount
    var start = 0
    while start + length <= line.count {
      guard let comma = memchr(base + start, Int32(name.utf8Start.pointee), line.count - length - start + 1) else {
        return nil
      }
      let found = UnsafeRawPointer(comma) - base
      if memcmp(comma, name.utf8Start, length) == 0 { return found + length }
      start = found + 1
    }
    return nil
  }
}
