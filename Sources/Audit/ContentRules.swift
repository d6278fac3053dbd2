import LogFormat

/// What must hold between records, whatever their hashes say: versions, identities, times, batches.
///
/// Records that were altered or are missing are not looked at, and what depends on them is not held against others.
struct ContentRules {
  static let largestBatch: UInt64 = 10_000

  private var repetitions: RepetitionCheck
  private var lastTime = ""
  /// The contents that records rest on.
  private(set) var documents: [NamedDocument] = []
  /// The contents that were filed; nil where nobody asks for them.
  private(set) var filings: FilingList?
  /// What others are said to have confirmed.
  private(set) var anchors: [Anchor] = []
  private(set) var resumptions: [ResumptionRecord] = []
  /// The batch that is not complete yet.
  private(set) var batch: Batch?
  /// How many records could not be looked at so far.
  private var unseen: UInt64 = 0

  /// An atomic batch: first and last sequence, and where it starts.
  struct Batch {
    var start: UInt64
    var end: UInt64
    var place: LogPlace
  }

  init(_ repetitions: RepetitionCheck, filings: FilingList?) {
    self.repetitions = repetitions
    self.filings = filings
  }

  /// Records before the byte at `offset` of the log were passed over.
  mutating func skip(_ count: UInt64, at offset: UInt64) {
    unseen += count
    repetitions.skip(at: offset, unseen: unseen)
    batch = nil
  }

  /// Takes a chunk of records at once.
  ///
  /// - Returns: false, and nothing is taken, where something is to be reported of one of them.
  mutating func check(_ chunk: ChunkScan) throws(VerifierError) -> Bool {
    var batch = batch
    guard let last = chunk.lastTime, !chunk.firstTime.utf8.lexicographicallyPrecedes(lastTime.utf8),
      ContentRules.follow(&batch, through: chunk)
    else { return false }
    self.batch = batch
    lastTime = last
    try repetitions.note(chunk.fingerprints)
    return true
  }

  /// Takes up what a record of the ledger itself says, whose line starts at `offset` of the log.
  mutating func note(_ record: Record, at line: LogLine, offset: UInt64) throws(VerifierError) {
    try filings?.note(record, at: offset)
    documents += NamedDocument.named(by: record, at: line.place)
    if record.type == AuditedRecord.anchor { anchors.append(Anchor(record, at: line.place)) }
    if record.type == AuditedRecord.resumption {
      resumptions.append(ResumptionRecord(record: record, place: line.place))
    }
  }

  /// Checks a record whose line starts at `offset` of the log. Its version, and whether it has been there before, is said
  /// at the end.
  mutating func check(
    _ record: Record, at line: LogLine, offset: UInt64, report: (Finding) -> Void
  ) throws(VerifierError) {
    func add(_ kind: Finding.Kind, _ german: String, _ english: String) {
      report(Finding(kind, sequence: record.sequence, place: line.place, Phrase(german, english)))
    }

    try note(record, at: line, offset: offset)
    try repetitions.note(record, at: offset)
    if record.recordedTime.utf8.lexicographicallyPrecedes(lastTime.utf8) {
      add(
        .time, "recordedtime \(record.recordedTime) liegt vor \(lastTime)",
        "recordedtime \(record.recordedTime) is before \(lastTime)")
    } else {
      lastTime = record.recordedTime
    }
    checkBatch(record, at: line) { german, english in add(.malformed, german, english) }
  }

  private mutating func checkBatch(_ record: Record, at line: LogLine, report: (String, String) -> Void) {
    if let batch {
      if record.batchEnd != batch.end {
        report(
          "gehört zum Stapel \(batch.start) bis \(batch.end), nennt aber ein anderes Ende",
          "is of the batch \(batch.start) to \(batch.end), but names another end")
      } else if line.opensSegment {
        report("der Stapel geht über eine Segmentgrenze", "the batch crosses into another segment")
      }
      if record.sequence >= batch.end { self.batch = nil }
    } else if let end = record.batchEnd {
      if end < record.sequence || end - record.sequence >= ContentRules.largestBatch {
        report("das Ende des Stapels kann nicht \(end) sein", "the batch cannot end at \(end)")
      } else if end > record.sequence {
        batch = Batch(start: record.sequence, end: end, place: line.place)
      }
    }
  }

  /// Brings the open batch from before a chunk to behind it; false where one of the records breaks a rule.
  private static func follow(_ batch: inout Batch?, through chunk: ChunkScan) -> Bool {
    for run in chunk.batches {
      let last = run.first + run.count - 1
      if let open = batch {
        if run.end != open.end || (chunk.opensSegment && run.first == chunk.leaves.start) { return false }
        if last >= open.end { batch = nil }
      } else if let end = run.end {
        if end - run.first >= largestBatch { return false }
        if last < end { batch = Batch(start: run.first, end: end, place: run.place) }
      }
    }
    return true
  }

  /// What is wrong with versions, sources and ids, over the whole log.
  mutating func finish(_ extent: LogExtent) throws(VerifierError) -> FindingList {
    try repetitions.finish(extent)
  }
}
