import LogFormat
import TransparencyLog

/// What one walk over the log gives to a bundle: the hashes for its proofs, the lines selected, where the log is cut, and
/// what its records name. Lines and hashes go to files in the scratch folder.
struct BundleReading {
  /// The names that the records say the log has had, all with keys.
  let names: Names
  let root: Digest
  /// Those that hold records below the size, the last one cut behind the last of these.
  let segments: [SegmentFile]
  /// Records in the bundle.
  let recordCount: UInt64
  /// How many of them were asked for.
  let selectedCount: UInt64
  let documents: [NamedDocument]
  let recordsPath: String
  /// The hash of the `2^level` leaves from `index · 2^level` on.
  let node: (_ level: Int, _ index: UInt64) throws -> Digest

  /// - Parameter size: how many records are read.
  /// - Throws: ``BundleError/brokenLog(sequence:)`` where they do not make a chain.
  init(ledger: String, below size: UInt64, selection: BundleSelection, scratch: BundleScratch) throws {
    let extent = try LogExtent(ledger: ledger)
    let reader = LineReader(extent.segments)
    var hashes = try BundleHashes(creating: scratch.file("hashes"))
    recordsPath = scratch.file("records")
    let records = try BundleOutput(creating: recordsPath)
    var documents: [NamedDocument] = []
    var resumptions: [ResumptionRecord] = []
    var opening: Record?
    var end: LogPlace?
    var last = Digest.zero
    var (recordCount, selectedCount): (UInt64, UInt64) = (0, 0)
    for sequence in 0..<size {
      guard let line = try reader.next(), line.isEnded, case .record(let record, let leaf) = line.content,
        record.sequence == sequence, record.previousHash == last
      else { throw BundleError.brokenLog(sequence: sequence) }
      if sequence == 0 { opening = record }
      documents += NamedDocument.named(by: record, at: line.place)
      if record.type == AuditedRecord.resumption {
        resumptions.append(ResumptionRecord(record: record, place: line.place))
      }
      let isSelected = selection.includes(record)
      if isSelected { selectedCount += 1 }
      if isSelected || BundleSelection.isAlwaysIncluded(record) {
        recordCount += 1
        // The whole log is taken from its segments, and needs no proofs but its own root.
        if selection != .all {
          try record.line.withUnsafeBytes { try records.write($0) }
          try [BundleReading.lineFeed].withUnsafeBytes { try records.write($0) }
        }
      }
      try hashes.append(leaf)
      last = leaf
      end = line.end
    }
    try records.flush()
    var problem: Finding?
    names = Names(opening, resumptions, key: nil) { problem = $0 }
    guard let end, problem == nil else { throw BundleError.brokenLog(sequence: problem?.sequence ?? 0) }
    root = hashes.root
    node = try hashes.finish()
    segments = extent.segments.filter { $0.firstSequence <= end.segmentSequence }.map { segment in
      segment.firstSequence == end.segmentSequence
        ? SegmentFile(firstSequence: segment.firstSequence, path: segment.path, byteCount: end.offset) : segment
    }
    self.recordCount = recordCount
    self.selectedCount = selectedCount
    self.documents = documents
  }

  /// Hands out the records of a selection once more.
  func forEachRecord(_ body: (Record) throws -> Void) throws {
    let file = try BundleInput(recordsPath)
    let reader = LineReader([SegmentFile(firstSequence: 0, path: recordsPath, byteCount: file.byteCount)])
    while let line = try reader.next() {
      guard case .record(let record, _) = line.content else {
        throw VerifierError.io(call: "read", path: recordsPath, code: 5)
      }
      try body(record)
    }
  }

  private static let lineFeed = UInt8(ascii: "\n")
}
