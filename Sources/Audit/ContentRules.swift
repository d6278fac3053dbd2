import LogFormat

/// What must hold between records, whatever their hashes say: versions, identities, times, batches.
///
/// Records that were altered or are missing are not looked at, and what depends on them is not held against others.
struct ContentRules {
  static let largestBatch: UInt64 = 10_000

  private var versions = SubjectVersions()
  private var identities = EventIdentities()
  private var lastTime = ""
  /// The manifests of domain packs that records put in force.
  private(set) var documents: [NamedDocument] = []
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

  /// Records were passed over.
  mutating func skip(_ count: UInt64) {
    unseen += count
    batch = nil
  }

  mutating func check(_ record: Record, at line: LogLine, report: (Finding) -> Void) {
    func add(_ kind: Finding.Kind, _ german: String, _ english: String) {
      report(Finding(kind, sequence: record.sequence, place: line.place, Phrase(german, english)))
    }

    documents += NamedDocument.named(by: record, at: line.place)
    let before = versions.advance(record.subject, to: record.subjectVersion)
    let isNext = record.subjectVersion == before + 1
    let couldBeNext = record.subjectVersion > before && record.subjectVersion - before - 1 <= unseen
    if !isNext && !couldBeNext {
      add(
        .version, "\(record.subject): Version \(record.subjectVersion), erwartet \(before + 1)",
        "\(record.subject): version \(record.subjectVersion), expected \(before + 1)")
    }
    if let first = identities.insert(source: record.source, id: record.id, sequence: record.sequence) {
      add(
        .duplicate, "Quelle und id wie bei Datensatz \(first): \(record.source) \(record.id)",
        "source and id as in record \(first): \(record.source) \(record.id)")
    }
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
}
