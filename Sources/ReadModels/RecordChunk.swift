import LogFormat
import TransparencyLog

/// Some records in a row, read and held against the chain, as they go from the thread that reads to the one that applies.
///
/// Only one thread has it at a time; that is what makes it safe to send.
final class RecordChunk: @unchecked Sendable {
  /// Bytes of lines in one chunk: enough that handing it over costs nothing, little enough that some of them are no
  /// memory to speak of.
  static let capacity = 1 << 20

  /// A record that a handler is interested in.
  struct Entry {
    /// Places within the chunk's own bytes.
    var fields: RecordFields
    var sequence: UInt64
    /// The number of its type.
    var type: Int
    /// The calendar day of its time, counted from 1970-01-01; 0 where no handler asks.
    var day: Int64
  }

  private let bytes: UnsafeMutableRawBufferPointer
  private var used = 0
  private(set) var entries: [Entry] = []
  /// The right edge of the tree over all lines up to the chunk's last one.
  private(set) var frontier: Frontier
  private(set) var lastLeaf: Digest
  /// Whether a transaction ends with it.
  var endsBatch = false

  /// - Parameter room: bytes that it must hold at least.
  init(behind frontier: Frontier, _ lastLeaf: Digest, room: Int) {
    self.frontier = frontier
    self.lastLeaf = lastLeaf
    bytes = .allocate(byteCount: max(RecordChunk.capacity, room), alignment: 16)
  }

  deinit { bytes.deallocate() }

  func hasRoom(for count: Int) -> Bool { used + count <= bytes.count }

  /// Takes in the line of the next sequence.
  ///
  /// - Throws: ``ReadModelError/brokenLog(sequence:detail:)`` where it is not the record that follows.
  func append(_ line: UnsafeRawBufferPointer, _ types: EventTypes, _ days: inout LocalDays) throws {
    let sequence = frontier.size
    let copy = UnsafeMutableRawBufferPointer(rebasing: bytes[used..<used + line.count])
    copy.copyMemory(from: line)
    let kept = UnsafeRawBufferPointer(copy)
    guard let record = RecordFields(kept), let type = record.type else {
      throw ReadModelError.brokenLog(sequence: sequence, detail: "the line is not a record")
    }
    guard record.sequence == sequence else {
      throw ReadModelError.brokenLog(sequence: sequence, detail: "the line does not hold this sequence")
    }
    guard record.previousHash.flatMap({ Digest(hex: $0.bytes) }) == lastLeaf else {
      throw ReadModelError.brokenLog(
        sequence: sequence, detail: "previoushash is not the leaf hash of the record before")
    }
    if let number = types[type.bytes] {
      // What no handler reads need not stay; its place is taken by the next line.
      used += line.count
      var entry = Entry(fields: record, sequence: sequence, type: number, day: 0)
      if types.usesDay(number) { entry.day = try RecordChunk.day(of: record, sequence, &days) }
      entries.append(entry)
    }
    lastLeaf = RFC6962.leafHash(kept)
    frontier.append(lastLeaf)
  }

  private static func day(of record: RecordFields, _ sequence: UInt64, _ days: inout LocalDays) throws -> Int64 {
    guard let time = record.time ?? record.recordedTime, let moment = Timestamp(utf8: time.bytes) else {
      throw ReadModelError.brokenLog(sequence: sequence, detail: "time is not an RFC 3339 time")
    }
    return days.dayNumber(of: moment)
  }
}
