import Glibc
import LogFormat
import TransparencyLog

/// What a worker has found out about the lines of a chunk.
///
/// Of a *sound* chunk every line is a record, each the successor of the one before, and no time runs backwards. All else
/// is for ``ChainAuditor`` to judge; of such a chunk only the beginning is known.
struct ChunkScan: Sendable {
  /// The offset in the log of the first line; nil where no line begins in the chunk.
  var start: UInt64?
  var isSound = false
  /// Where the first line begins.
  var place: LogPlace
  /// The offset in the log behind the last line, and the same as a place.
  var end: UInt64 = 0
  var endPlace: LogPlace
  /// Of the first record, if it is one.
  var previousHash: Digest?
  var lastLeaf = Digest.zero
  var leaves = SubtreeRow(from: 0)
  /// The tree at the sizes that checkpoints speak of.
  var marks: [Mark] = []
  var firstTime = ""
  var lastTime: String?
  var batches: [BatchRun] = []
  /// Of each record two; see ``RepetitionCheck``.
  var fingerprints: [SortKey] = []
  var tileFaults: [TileComparison.Fault] = []
  /// Records of the ledger itself that the audit wants to read.
  var ledgerRecords: [LogLine] = []

  struct Mark: Sendable {
    var row: SubtreeRow
    /// Of the last record.
    var place: LogPlace
  }

  /// Records one after the other that name the same end of a batch, or none.
  struct BatchRun: Sendable {
    var first: UInt64
    var count: UInt64
    var end: UInt64?
    var place: LogPlace
  }

  var opensSegment: Bool { place.offset == 0 }

  /// Nothing is known but that no line begins in the chunk.
  init(_ chunk: LogChunk) {
    place = chunk.place(at: chunk.range.lowerBound)
    endPlace = place
  }
}

/// Scans chunks; shared by the workers.
final class ChunkScanner: Sendable {
  private let fingerprinter: Fingerprinter
  /// The sizes that checkpoints speak of, in ascending order.
  private let sizes: [UInt64]
  private let tiles: TileComparison
  private let buffers: ChunkBuffers

  init(chunkSize: UInt64, fingerprinter: Fingerprinter, sizes: [UInt64], tiles: TileComparison) {
    self.fingerprinter = fingerprinter
    self.tiles = tiles
    self.sizes = sizes
    buffers = ChunkBuffers(chunkSize: Int(chunkSize))
  }

  func scan(_ chunk: LogChunk) throws(VerifierError) -> ChunkScan {
    let buffer = buffers.take()
    defer { buffers.giveBack(buffer) }
    guard let first = try buffer.load(chunk) else { return ChunkScan(chunk) }
    var walk = ChunkWalk(
      chunk, buffer, firstLine: first, fingerprinter: fingerprinter, sizes: sizes, tiles: tiles)
    walk.result.isSound = try walk.run()
    return walk.result
  }
}

/// Walks over the lines of one chunk.
private struct ChunkWalk {
  private let chunk: LogChunk
  private let buffer: ChunkBuffer
  private let fingerprinter: Fingerprinter
  private let sizes: [UInt64]
  private var sizeIndex = 0
  private let tiles: TileComparison
  /// The hashes of all records, where there are tiles to compare them with.
  private var hashes: [Digest] = []
  private var line: UnsafeMutablePointer<UInt8>
  private var leafText = HexText()
  private var time = TimeText()
  private var batchEnd: UInt64?
  private var isFirst = true
  var result: ChunkScan

  /// What is wanted of a record.
  private struct Facts {
    var sequence: UInt64
    var batchEnd: UInt64?
    var time: TimeText
    var isOfLedger: Bool
  }

  init(
    _ chunk: LogChunk, _ buffer: ChunkBuffer, firstLine: UnsafeMutablePointer<UInt8>, fingerprinter: Fingerprinter,
    sizes: [UInt64], tiles: TileComparison
  ) {
    self.chunk = chunk
    self.buffer = buffer
    self.fingerprinter = fingerprinter
    self.sizes = sizes
    self.tiles = tiles
    line = firstLine
    result = ChunkScan(chunk)
    let offset = buffer.offset(of: firstLine)
    result.start = chunk.segmentOffset + offset
    result.place = chunk.place(at: offset)
    result.fingerprints.reserveCapacity(Int(chunk.range.upperBound - offset) / 128)
  }

  /// Whether the chunk is sound.
  mutating func run() throws(VerifierError) -> Bool {
    while case let offset = buffer.offset(of: line), offset < chunk.range.upperBound {
      guard let end = try take(at: offset) else { return false }
      line = end + 1
    }
    let offset = buffer.offset(of: line)
    result.end = chunk.segmentOffset + offset
    result.endPlace = chunk.place(at: offset)
    result.lastTime = time.text
    result.tileFaults = try tiles.faults(level: 0, first: result.leaves.start, hashes: hashes)
    return true
  }

  /// Takes the line at an offset of the segment; gives back where its line feed stands, nil where it is not sound.
  private mutating func take(at offset: UInt64) throws(VerifierError) -> UnsafeMutablePointer<UInt8>? {
    if let record = RecordScan(line, names: buffer.names), let end = buffer.lineFeed(at: record.end) {
      let logOffset = chunk.segmentOffset + offset
      guard accepts(previousHash: UnsafeRawBufferPointer(record.previousHash)) else { return nil }
      let facts = Facts(
        sequence: record.sequence, batchEnd: record.batchEnd,
        time: TimeText(UnsafeRawBufferPointer(record.recordedTime)),
        isOfLedger: AuditedRecord.isType(UnsafeRawBufferPointer(record.type)))
      guard add(facts, at: offset, end: end) else { return nil }
      result.fingerprints.append(
        fingerprinter.identity(record.idAndSource, idCount: record.id.count, offset: logOffset))
      result.fingerprints.append(
        fingerprinter.subject(
          UnsafeRawBufferPointer(record.subject), version: record.subjectVersion, offset: logOffset))
      return end
    }
    // Not sound, or sound but rare, or not loaded to its end.
    guard let end = try buffer.lineEnd(from: line) else { return nil }
    guard case .record(let record, _) = logLine(at: offset, end: end).content else { return nil }
    let hash = HexText(record.previousHash)
    guard hash.withBytes({ accepts(previousHash: $0) }) else { return nil }
    var (type, recordedTime) = (record.type, record.recordedTime)
    let facts = Facts(
      sequence: record.sequence, batchEnd: record.batchEnd,
      time: recordedTime.withUTF8 { TimeText(UnsafeRawBufferPointer($0)) },
      isOfLedger: type.withUTF8 { AuditedRecord.isType(UnsafeRawBufferPointer($0)) })
    guard add(facts, at: offset, end: end) else { return nil }
    let keys = fingerprinter.keys(of: record, at: chunk.segmentOffset + offset)
    result.fingerprints.append(keys.identity)
    result.fingerprints.append(keys.subject)
    return end
  }

  private func logLine(at offset: UInt64, end: UnsafeMutablePointer<UInt8>) -> LogLine {
    LogLine(
      bytes: Array(UnsafeBufferPointer(start: line, count: end - line)), length: end - line,
      place: chunk.place(at: offset), isEnded: true, opensSegment: offset == 0, isInLastSegment: false)
  }

  /// Whether the 64 bytes are the leaf hash of the record before, or of the first record any hash.
  private mutating func accepts(previousHash text: UnsafeRawBufferPointer) -> Bool {
    guard isFirst else { return leafText.isEqual(to: text) }
    result.previousHash = Digest(hex: text)
    return result.previousHash != nil
  }

  /// Adds a record that hangs in the chain; false where it is out of order.
  private mutating func add(_ record: Facts, at offset: UInt64, end: UnsafeMutablePointer<UInt8>) -> Bool {
    let place = chunk.place(at: offset)
    if isFirst {
      isFirst = false
      result.leaves = SubtreeRow(from: record.sequence)
      result.firstTime = record.time.text
      sizeIndex = sizes.partitioningIndex { $0 > record.sequence }
    } else if record.sequence != result.leaves.start + result.leaves.count || record.time < time {
      return false
    }
    time = record.time
    // The byte before the line is free: a line feed that has been read, or room.
    line[-1] = 0
    let leaf = SHA256.hash(UnsafeRawBufferPointer(start: line - 1, count: end - line + 1))
    result.leaves.append(leaf)
    result.lastLeaf = leaf
    if tiles.isWanted { hashes.append(leaf) }
    leafText = HexText(leaf)
    if sizeIndex < sizes.count, sizes[sizeIndex] == record.sequence + 1 {
      result.marks.append(ChunkScan.Mark(row: result.leaves, place: place))
      sizeIndex += 1
    }
    if !result.batches.isEmpty, batchEnd == record.batchEnd {
      result.batches[result.batches.count - 1].count += 1
    } else {
      result.batches.append(
        ChunkScan.BatchRun(first: record.sequence, count: 1, end: record.batchEnd, place: place))
      batchEnd = record.batchEnd
    }
    if record.isOfLedger || record.sequence == 0 { result.ledgerRecords.append(logLine(at: offset, end: end)) }
    return true
  }
}

extension RandomAccessCollection {
  /// The first index whose element is as wanted, where all those behind it are, too.
  func partitioningIndex(where isWanted: (Element) -> Bool) -> Index {
    var low = startIndex
    var count = count
    while count > 0 {
      let half = count / 2
      let middle = index(low, offsetBy: half)
      if isWanted(self[middle]) {
        count = half
      } else {
        low = index(after: middle)
        count -= half + 1
      }
    }
    return low
  }
}
