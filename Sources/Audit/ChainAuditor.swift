import LogFormat
import TransparencyLog

/// Walks through the log line by line and says of each whether it is the record that belongs there.
///
/// Where all is well it takes whole chunks, which the workers have scanned ahead (``ChunkScout``); a chunk in which
/// anything is remarkable it reads itself, as if there were no workers.
///
/// A record is vouched for by the `previoushash` of the one behind it, so a line is judged with a view of the lines that
/// follow. In a sound log the next one is enough. Where something is wrong the auditor looks further ahead, finds out
/// which of two neighbours is the altered one, and goes on as if nothing had happened: with the leaf hash that the
/// successor claims. Every deviation is then named where it is, and no neighbour is accused.
struct ChainAuditor {
  /// How far the auditor looks ahead where something is wrong.
  private static let widestView = 32
  /// Two hashes that differ in fewer of their 64 digits are the same one with some digits changed: unrelated ones differ
  /// in 60.
  private static let sameHashDifference = 32

  private let reader: LineReader
  private var scout: ChunkScout
  private let extent: LogExtent
  /// How many records the newest checkpoint covers, as far as it can be read. Nothing before is taken for a torn write.
  private let coveredSize: UInt64

  private var view: [LogLine] = []
  /// The place in the log that comes next.
  private var expected: UInt64 = 0
  /// The true leaf hash of the record before; nil where nobody vouches for it.
  private var lastLeaf: Digest? = .zero
  private var end: LogPlace?

  private var rules: ContentRules
  private var tree: TreeRoots
  private var strays = StrayRecords()
  private var findings = FindingList()
  private var opening: Record?
  private var tornByteCount: UInt64 = 0

  /// What the walk has shown.
  struct Result {
    var findings: FindingList
    var tree: TreeRoots
    /// The number of records, those missing in between counted.
    var size: UInt64
    /// Record 0, if it can be read.
    var opening: Record?
    var byteCount: UInt64
    /// Bytes behind the last complete line or batch, left by a write that was cut short.
    var tornByteCount: UInt64
    /// Where the log ends.
    var end: LogPlace?
    /// The contents that records rest on.
    var documents: [NamedDocument]
    /// The contents that were filed, where they were asked for.
    var filings: FilingList?
    var anchors: [Anchor]
    var resumptions: [ResumptionRecord]
  }

  init(
    extent: LogExtent, coveredSize: UInt64, tree: TreeRoots, scout: ChunkScout,
    repetitions: RepetitionCheck, filings: FilingList? = nil
  ) {
    self.extent = extent
    self.coveredSize = coveredSize
    self.scout = scout
    reader = LineReader(extent)
    rules = ContentRules(repetitions, filings: filings)
    self.tree = tree
  }

  mutating func run(progress: (VerificationProgress) -> Void) throws(VerifierError) -> Result {
    while true {
      let isChunk = try takeChunk()
      if !isChunk {
        guard try look(ahead: 2) > 0 else { break }
        try judge()
      }
      if isChunk || expected & 0xFFFF == 0 {
        progress(VerificationProgress(records: expected, bytes: reader.byteCount, totalBytes: extent.byteCount))
      }
    }
    try takeContinuation()
    let size = closeBatch()
    checkEmptySegments()
    for finding in strays.resolve() { findings.append(finding, .evidence) }
    findings.omit(strays.omitted)
    findings.append(contentsOf: try rules.finish(extent))
    return Result(
      findings: findings, tree: tree, size: size, opening: opening, byteCount: reader.byteCount,
      tornByteCount: tornByteCount, end: end, documents: rules.documents,
      filings: rules.filings, anchors: rules.anchors,
      resumptions: rules.resumptions)
  }

  /// Reads on until the view holds `count` lines or the log is at its end.
  private mutating func look(ahead count: Int) throws(VerifierError) -> Int {
    while view.count < count, let line = try reader.next() { view.append(line) }
    return view.count
  }

  // MARK: Taking chunks

  /// Takes the chunk that begins where the auditor stands, if all of it is as it must be.
  private mutating func takeChunk() throws(VerifierError) -> Bool {
    let position = view.first.map { extent.offset(of: $0.place) } ?? reader.position
    guard let chunk = try scout.soundChunk(at: position), chunk.leaves.start == expected,
      chunk.previousHash == lastLeaf, !chunk.opensSegment || chunk.place.segmentSequence == expected,
      try rules.check(chunk)
    else { return false }
    for line in chunk.ledgerRecords {
      guard case .record(let record, _) = line.content else { continue }
      if record.sequence == 0 { opening = record }
      try rules.note(record, at: line, offset: extent.offset(of: line.place))
    }
    try tree.append(chunk)
    lastLeaf = chunk.lastLeaf
    expected += chunk.leaves.count
    end = chunk.endPlace
    view = []
    reader.seek(to: chunk.end)
    return true
  }

  // MARK: Judging the first line of the view

  private mutating func judge() throws(VerifierError) {
    let line = view[0]
    if case .record(let record, let leaf) = line.content, record.sequence == expected, record.previousHash == lastLeaf,
      line.isEnded, view.count > 1, view[1].previousHash == leaf
    {
      try accept(line, record, leaf)
      return
    }
    _ = try look(ahead: ChainAuditor.widestView)
    if isTorn(line) {
      tornByteCount += UInt64(line.length)
      end = line.place
      view.removeFirst()
      return
    }
    switch line.content {
    case .record(let record, let leaf):
      if record.sequence == expected {
        try judgeInPlace(line, record, leaf)
      } else {
        try judgeOutOfPlace(line, record, leaf)
      }
    case .broken(_, let reason): try judgeBroken(line, reason)
    }
  }

  /// Whether the line is what a write that was cut short has left at the end of the log.
  private func isTorn(_ line: LogLine) -> Bool {
    guard !line.isEnded, line.isInLastSegment, !extent.isLive else { return false }
    return expected >= coveredSize || line.splitAtLostLineFeed(expected: expected) == nil
  }

  /// The line claims the place that comes next.
  private mutating func judgeInPlace(
    _ line: LogLine, _ record: Record, _ leaf: Digest
  ) throws(VerifierError) {
    let successor = view.indices.dropFirst().first { view[$0].sequence == expected + 1 }
    if view.count > 1, view[1].sequence == expected, let rival = view[1].leaf, rival != leaf,
      successor.map({ view[$0].previousHash == rival }) ?? (tree.confirms([rival]) == true)
    {
      setAside(line, record, leaf)
      return
    }
    if let lastLeaf, record.previousHash != lastLeaf {
      try replace(line, claim: claim ?? line.leaf(withPreviousHash: lastLeaf))
      return
    }
    if view.dropFirst().contains(where: { $0.previousHash == leaf }) {
      try accept(line, record, leaf)
    } else if let successor, !vouchesDespite(view[successor], at: successor, for: leaf) {
      try replace(line, claim: view[successor].previousHash)
    } else if let claimed = previousHashOfBrokenSuccessor, difference(claimed, leaf) > ChainAuditor.sameHashDifference {
      try replace(line, claim: claimed)
    } else {
      try accept(line, record, leaf)
    }
  }

  /// Whether `successor`, whose `previoushash` is another, would vouch for `leaf` if it had not been altered itself.
  private func vouchesDespite(_ successor: LogLine, at index: Int, for leaf: Digest) -> Bool {
    guard let claimed = successor.previousHash, let found = successor.leaf,
      let repaired = successor.leaf(withPreviousHash: leaf)
    else { return false }
    if let further = view[(index + 1)...].first(where: { $0.sequence == expected + 2 }) {
      if further.previousHash == found { return false }
      if further.previousHash == repaired { return true }
    } else {
      if tree.confirms([leaf, repaired]) == true { return true }
      if tree.confirms([claimed, found]) == true { return false }
    }
    return difference(claimed, leaf) <= ChainAuditor.sameHashDifference
  }

  /// The line is a record, but claims another place.
  private mutating func judgeOutOfPlace(
    _ line: LogLine, _ record: Record, _ leaf: Digest
  ) throws(VerifierError) {
    let reading = readingOfFollowers(record.sequence)
    if record.previousHash == lastLeaf, reading != .extra {
      // It hangs where it should; only its number is wrong.
      try replace(line, claim: claim ?? line.leaf(withSequence: expected))
      return
    }
    switch reading {
    case .inPlace:
      strays.add(record, leaf: leaf, place: line.place, slot: expected, fillsSlot: true)
      try settle(leaf: claim, place: line.place, lines: 1)
    case .gap: try openGap(before: line, record)
    case .extra: setAside(line, record, leaf)
    case nil:
      if isPlausible(record.sequence), view.count == 1,
        record.sequence < max(coveredSize, expected + UInt64(ChainAuditor.widestView))
      {
        try openGap(before: line, record)
      } else {
        setAside(line, record, leaf)
      }
    }
  }

  private enum Reading {
    /// The line stands where the expected record should stand.
    case inPlace
    /// Records are missing before the line, which is in its right place.
    case gap
    /// The line is one too many; the expected record comes later.
    case extra
  }

  /// What the sequences of the lines that follow say of the first line, which claims `sequence`.
  private func readingOfFollowers(_ sequence: UInt64) -> Reading? {
    for distance in view.indices.dropFirst() {
      guard let follower = view[distance].sequence else { continue }
      if follower == expected + UInt64(distance) { return .inPlace }
      if follower &+ 1 == expected + UInt64(distance) { return .extra }
      if isPlausible(sequence), follower == sequence + UInt64(distance) { return .gap }
    }
    return nil
  }

  /// Whether records can be missing up to a number. Half of all numbers are out of reach of any log, so that counting on
  /// from a forged one never overflows.
  private func isPlausible(_ sequence: UInt64) -> Bool {
    sequence > expected && sequence < 1 << 63
  }

  /// The line is no record.
  private mutating func judgeBroken(_ line: LogLine, _ reason: Phrase) throws(VerifierError) {
    if let (first, rest) = line.splitAtLostLineFeed(expected: expected) {
      report(
        .altered, at: line,
        Phrase(
          "der Zeilenumbruch hinter dem Datensatz ist überschrieben", "the line feed behind the record is overwritten"))
      view.insert(contentsOf: [rest].compactMap { $0 }, at: 1)
      if case .record(let record, let leaf) = first.content, record.sequence == expected {
        try check(record, at: first)
        try settle(leaf: leaf, place: line.place, lines: 1, isSeen: true)
      } else {
        try settle(leaf: rest?.previousHash, place: line.place, lines: 1)
      }
      return
    }
    let pieces = view.firstIndex { $0.sequence != nil } ?? view.count
    let places = placesOfBroken(pieces)
    if places == 0 {
      report(.inserted, at: line, reason)
      end = view[pieces - 1].end
      view.removeFirst(pieces)
      return
    }
    report(.malformed, at: line, reason)
    let isOneRecord = places == 1
    let successor = pieces < view.count ? view[pieces] : nil
    try settle(
      leaf: isOneRecord && successor?.sequence == expected + 1 ? successor?.previousHash : nil, place: line.place,
      lines: isOneRecord ? pieces : 1)
  }

  /// How many places in the log the broken lines at the front of the view stand for.
  private func placesOfBroken(_ pieces: Int) -> UInt64 {
    guard pieces < view.count, let next = view[pieces].sequence else {
      let covered = coveredSize > expected ? coveredSize - expected : 1
      return pieces < ChainAuditor.widestView ? covered : UInt64(pieces)
    }
    let count = UInt64(pieces)
    // The follower's own number may be the altered one; then the line behind it shows that nothing else is missing.
    if next < expected || next > expected + count,
      pieces + 1 < view.count, view[pieces + 1].sequence == expected + count + 1
    {
      return count
    }
    return next >= expected ? next - expected : count
  }

  // MARK: Outcomes

  /// The line is the record that belongs here.
  private mutating func accept(_ line: LogLine, _ record: Record, _ leaf: Digest) throws(VerifierError) {
    if line.opensSegment, line.place.segmentSequence != expected,
      !strays.isMissing(line.place.segmentSequence, before: expected)
    {
      report(
        .altered, at: line,
        Phrase(
          "das Segment müsste \(SegmentFile.name(of: expected)) heißen",
          "the segment should be named \(SegmentFile.name(of: expected))"))
    }
    if !line.isEnded {
      report(.altered, at: line, Phrase("der Zeilenumbruch am Ende fehlt", "the line feed at the end is missing"))
    }
    if expected == 0 { opening = record }
    try check(record, at: line)
    try settle(leaf: leaf, place: line.place, lines: 1, isSeen: true)
  }

  private mutating func check(_ record: Record, at line: LogLine) throws(VerifierError) {
    let offset = extent.offset(of: line.place)
    try rules.check(record, at: line, offset: offset) { findings.append($0, .rules) }
  }

  /// The line stands in the right place, but is not the record that was written there.
  private mutating func replace(_ line: LogLine, claim: Digest?) throws(VerifierError) {
    if case .record(let record, _) = line.content, expected == 0 { opening = record }
    report(
      .altered, at: line,
      Phrase(
        "der Datensatz ist nicht der, für den sein Nachfolger oder die Prüfsumme bürgt",
        "the record is not the one that its successor or the checkpoint vouches for"))
    strays.claims[expected] = claim
    try settle(leaf: claim, place: line.place, lines: 1)
  }

  /// The line is one too many.
  private mutating func setAside(_ line: LogLine, _ record: Record, _ leaf: Digest) {
    strays.add(record, leaf: leaf, place: line.place, slot: expected, fillsSlot: false)
    end = line.end
    view.removeFirst()
  }

  /// Records are missing before the line.
  private mutating func openGap(before line: LogLine, _ record: Record) throws(VerifierError) {
    let count = record.sequence - expected
    strays.addGap(expected..<record.sequence, place: line.place)
    strays.claims[record.sequence - 1] = record.previousHash
    if count == 1 {
      try tree.append(record.previousHash, place: line.place)
    } else {
      tree.skip(count)
    }
    rules.skip(count, at: extent.offset(of: line.place))
    expected = record.sequence
    lastLeaf = record.previousHash
  }

  /// The expected place is dealt with: takes the lines out of the view and goes on to the next.
  private mutating func settle(
    leaf: Digest?, place: LogPlace, lines: Int, isSeen: Bool = false
  ) throws(VerifierError) {
    if !isSeen {
      rules.skip(1, at: extent.offset(of: place))
      if let leaf { strays.claims[expected] = leaf }
    }
    try tree.append(leaf, place: place)
    lastLeaf = leaf
    expected += 1
    end = view[lines - 1].end
    view.removeFirst(lines)
  }

  private mutating func report(_ kind: Finding.Kind, at line: LogLine, _ detail: Phrase) {
    findings.append(Finding(kind, sequence: expected, place: line.place, detail), .chain)
  }

  // MARK: The end of the log

  /// Records that were found before their places, which would be behind the last line.
  private mutating func takeContinuation() throws(VerifierError) {
    while let record = strays.takeContinuation(of: expected, lastLeaf) {
      findings.append(StrayRecords.moved(expected, to: record.slot, place: record.place), .chain)
      rules.skip(1, at: extent.offset(of: record.place))
      try tree.append(record.leaf, place: record.place)
      lastLeaf = record.leaf
      expected += 1
    }
  }

  /// Deals with a batch whose end is missing; gives back the size of the log.
  private mutating func closeBatch() -> UInt64 {
    guard let batch = rules.batch, let end else { return expected }
    if !extent.isLive, coveredSize <= batch.start, end.segmentSequence == batch.place.segmentSequence {
      // Never acknowledged: the write was cut short in the middle of the batch.
      tornByteCount += end.offset - batch.place.offset
      self.end = batch.place
      return batch.start
    }
    // If the checkpoint does not bear the last record out, its `batchend` says nothing.
    if tree.isConfirmed(at: expected) == false { return expected }
    findings.append(
      Finding(
        .truncated, sequence: expected, place: end,
        Phrase(
          "der Stapel \(batch.start) bis \(batch.end) ist nicht vollständig",
          "the batch \(batch.start) to \(batch.end) is not complete")), .evidence)
    return expected
  }

  /// Only the last segment may be empty, and then it is named for the record that comes next.
  private mutating func checkEmptySegments() {
    for (index, segment) in extent.segments.enumerated() where segment.byteCount == 0 {
      let isLast = index == extent.segments.count - 1
      let place = LogPlace(segmentSequence: segment.firstSequence, offset: 0)
      if isLast, segment.firstSequence == expected {
        end = place
      } else if isLast, segment.firstSequence > expected {
        findings.append(
          Finding(
            .missing, sequence: expected, place: place,
            Phrase(
              "die Datensätze vor dem Segment \(place.segment) fehlen",
              "the records before the segment \(place.segment) are missing")), .evidence)
      } else {
        findings.append(
          Finding(
            .inserted, sequence: segment.firstSequence, place: place,
            Phrase("leeres Segment mitten im Protokoll", "empty segment in the middle of the log")), .evidence)
      }
    }
  }

  // MARK: Evidence

  /// The leaf hash that the next line, if it is the next record, claims for the first.
  private var claim: Digest? {
    view.count > 1 && view[1].sequence == expected + 1 ? view[1].previousHash : nil
  }

  /// The `previoushash` that can still be read in a broken line behind the first.
  private var previousHashOfBrokenSuccessor: Digest? {
    guard view.count > 1, case .broken(let bytes, _) = view[1].content,
      let start = bytes.firstIndex(behind: "\"previoushash\":\""), start + 64 <= bytes.count
    else { return nil }
    return bytes[start..<start + 64].withUnsafeBytes { Digest(hex: $0) }
  }

  /// In how many of their 64 hexadecimal digits two hashes differ.
  private func difference(_ left: Digest, _ right: Digest) -> Int {
    zip(left.hex.utf8, right.hex.utf8).count { $0 != $1 }
  }
}
