import LogFormat

/// Looks for records with the same source and id, and for subjects whose versions are not 1, 2, 3 …, in bounded memory.
///
/// Of each record two fingerprints are kept. At the end of the log they are sorted, which brings together what belongs
/// together; only records that are not as they must be are read again, for the words of the finding.
struct RepetitionCheck {
  /// How many places where records were passed over are told apart; from there on the last one stands for all further
  /// ones, and is only more lenient with versions of a log that has more findings than are listed.
  private static let mostGaps = 1 << 16

  private let workers: Workers
  let fingerprinter: Fingerprinter
  private var sorter: KeySorter
  private var gaps: [Gap] = []

  /// From this byte of the log on, so many records have been passed over in all.
  private struct Gap {
    var offset: UInt64
    var unseen: UInt64
  }

  /// Something that is not as it must be.
  private struct Suspect {
    enum Fault {
      /// The version before.
      case version(before: UInt64)
      /// Where the first record with this source and id stands.
      case duplicate(first: UInt64)
    }

    var offset: UInt64
    var fault: Fault
  }

  init(workers: Workers, limits: KeySorter.Limits) {
    self.workers = workers
    fingerprinter = Fingerprinter()
    sorter = KeySorter(limits: limits)
  }

  /// Notes a record that starts at `offset` of the log.
  mutating func note(_ record: Record, at offset: UInt64) throws(VerifierError) {
    let keys = fingerprinter.keys(of: record, at: offset)
    try sorter.append(keys.identity)
    try sorter.append(keys.subject)
  }

  /// Notes records by their fingerprints.
  mutating func note(_ keys: [SortKey]) throws(VerifierError) {
    try sorter.append(keys)
  }

  /// Records before `offset` were passed over, `unseen` in all so far.
  mutating func skip(at offset: UInt64, unseen: UInt64) {
    if let last = gaps.last, last.offset == offset || gaps.count == RepetitionCheck.mostGaps {
      gaps[gaps.count - 1].unseen = unseen
    } else {
      gaps.append(Gap(offset: offset, unseen: unseen))
    }
  }

  /// The findings in the order of the log. Nothing more can be noted.
  mutating func finish(_ extent: LogExtent) throws(VerifierError) -> FindingList {
    let keys = sorter.finish()
    let gaps = gaps
    let parts = workers.count
    var jobs: [Job<(suspects: [Suspect], omitted: Int)>] = []
    for part in 0..<parts {
      jobs.append(
        workers.submit { () throws(VerifierError) in
          try RepetitionCheck.suspects(in: keys.part(part, of: parts), gaps: gaps)
        })
    }
    var suspects: [Suspect] = []
    var findings = FindingList()
    for job in jobs {
      let found = try job.wait()
      suspects += found.suspects
      findings.omit(found.omitted)
    }
    suspects.sort { $0.offset < $1.offset }
    for suspect in suspects.prefix(FindingList.limit) {
      guard let finding = try RepetitionCheck.finding(for: suspect, extent) else { continue }
      findings.append(finding, finding.kind == .version ? .version : .identity)
    }
    findings.omit(max(0, suspects.count - FindingList.limit))
    return findings
  }

  private static func suspects(
    in keys: SortedKeyReader, gaps: [Gap]
  ) throws(VerifierError) -> (suspects: [Suspect], omitted: Int) {
    var suspects: [Suspect] = []
    var omitted = 0
    func add(_ offset: UInt64, _ fault: Suspect.Fault) {
      if suspects.count < FindingList.limit {
        suspects.append(Suspect(offset: offset, fault: fault))
      } else {
        omitted += 1
      }
    }

    var keys = keys
    var last = SortKey(word0: 0, word1: 0, word2: 0, word3: 0)
    var first: UInt64?
    while let key = try keys.next() {
      let fingerprint = Fingerprint(key)
      let isSameText = first != nil && key.word0 == last.word0 && key.word1 == last.word1
      if !isSameText { first = fingerprint.offset }
      if fingerprint.version == 0 {
        if isSameText, let first { add(fingerprint.offset, .duplicate(first: first)) }
      } else {
        let before = isSameText ? last.word3 : 0
        if fingerprint.version != before + 1,
          fingerprint.version <= before || fingerprint.version - before - 1 > unseen(before: fingerprint.offset, gaps)
        {
          add(fingerprint.offset, .version(before: before))
        }
      }
      last = key
    }
    return (suspects, omitted)
  }

  /// How many records were passed over before the one at `offset`.
  private static func unseen(before offset: UInt64, _ gaps: [Gap]) -> UInt64 {
    var low = 0
    var high = gaps.count
    while low < high {
      let middle = (low + high) / 2
      if gaps[middle].offset <= offset { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? 0 : gaps[low - 1].unseen
  }

  private static func finding(for suspect: Suspect, _ extent: LogExtent) throws(VerifierError) -> Finding? {
    guard let line = try LineReader.line(at: suspect.offset, of: extent), case .record(let record, _) = line.content
    else { return nil }
    func finding(_ kind: Finding.Kind, _ german: String, _ english: String) -> Finding {
      Finding(kind, sequence: record.sequence, place: line.place, Phrase(german, english))
    }
    switch suspect.fault {
    case .version(let before):
      return finding(
        .version, "\(record.subject): Version \(record.subjectVersion), erwartet \(before + 1)",
        "\(record.subject): version \(record.subjectVersion), expected \(before + 1)")
    case .duplicate(let first):
      let sequence = try LineReader.line(at: first, of: extent)?.sequence.map { "\($0)" } ?? "?"
      return finding(
        .duplicate, "Quelle und id wie bei Datensatz \(sequence): \(record.source) \(record.id)",
        "source and id as in record \(sequence): \(record.source) \(record.id)")
    }
  }
}
