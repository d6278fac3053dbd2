import LogFormat
import TransparencyLog

/// One walk over the records of a selection and their proofs.
struct BundleWalk {
  private let contents: BundleContents
  /// The bundle's checkpoint as every proof repeats it.
  private let note: [UInt8]?
  /// What it claims, whoever has signed it; nil where it cannot be read.
  private let checkpoint: Checkpoint?
  private let selection: BundleSelection?

  /// The sequences of the proofs, ascending, and how many of them are behind.
  private let proofs: [UInt64]
  private var proofIndex = 0
  /// Proofs that no line has been found for so far.
  private var orphans: Set<UInt64> = []
  private var findings = FindingList()

  /// The record before, if nothing is wrong with it.
  private var last: (sequence: UInt64, leaf: Digest)?
  private var lastSequence: UInt64?
  private var lastVersion: UInt64 = 0

  private(set) var count: UInt64 = 0
  private(set) var opening: Record?
  private(set) var documents: [NamedDocument] = []
  private(set) var anchors: [Anchor] = []
  private(set) var resumptions: [ResumptionRecord] = []

  init(contents: BundleContents, note: [UInt8]?, checkpoint: Checkpoint?, selection: BundleSelection?) {
    self.contents = contents
    self.note = note
    self.checkpoint = checkpoint
    self.selection = selection
    proofs = contents.members.keys.compactMap { if case .proof(let sequence) = $0 { sequence } else { nil } }.sorted()
  }

  mutating func take(_ line: LogLine) throws(VerifierError) {
    count += 1
    guard case .record(let record, let leaf) = line.content, line.isEnded else {
      takeBroken(line)
      return
    }
    let sequence = record.sequence
    if let lastSequence, sequence <= lastSequence {
      orphans.remove(sequence)
      let kind: Finding.Kind = sequence == lastSequence ? .inserted : .reordered
      report(
        kind, sequence,
        Phrase("der Datensatz steht hinter \(lastSequence)", "the record stands behind \(lastSequence)"))
      return
    }
    guard contents.members[.proof(sequence)] != nil else {
      takeUnproved(record)
      return
    }
    while proofIndex < proofs.count, proofs[proofIndex] < sequence {
      orphans.insert(proofs[proofIndex])
      proofIndex += 1
    }
    proofIndex += 1
    if sequence == 0 { opening = record }
    documents += NamedDocument.named(by: record, at: line.place)
    if record.type == AuditedRecord.anchor { anchors.append(Anchor(record, at: line.place)) }
    if record.type == AuditedRecord.resumption {
      resumptions.append(ResumptionRecord(record: record, place: line.place))
    }
    if let finding = try check(record, leaf) {
      findings.append(finding)
      last = nil
    } else {
      last = (sequence, leaf)
    }
    checkCompleteness(record)
    lastSequence = sequence
  }

  /// What is behind the last line.
  mutating func finish() -> [Finding] {
    orphans.formUnion(proofs.dropFirst(proofIndex))
    for sequence in orphans.sorted() {
      report(
        .missing, sequence, Phrase("der Datensatz fehlt, sein Beweis ist da", "its proof is there, the record is not"))
    }
    if opening == nil, !findings.findings.contains(where: { $0.sequence == 0 }) {
      report(.missing, 0, Phrase("Datensatz 0 fehlt", "record 0 is missing"))
    }
    if case .range(_, let to) = selection { reportGap(before: min(to, checkpoint?.size ?? to).successor) }
    return findings.findings
  }

  // MARK: A record

  /// What is wrong with a record that stands in its place, and has a proof.
  private func check(_ record: Record, _ leaf: Digest) throws(VerifierError) -> Finding? {
    func altered(_ german: String, _ english: String) -> Finding {
      Finding(.altered, sequence: record.sequence, Phrase(german, english))
    }
    let bytes = try contents.text(of: .proof(record.sequence)) ?? []
    let proof: TlogProof
    do throws(TlogProofError) {
      proof = try TlogProof(parsing: bytes)
    } catch {
      return altered("der Beweis ist unlesbar: \(error)", "the proof is unreadable: \(error)")
    }
    guard let note, let checkpoint else { return nil }
    guard proof.index == record.sequence, proof.checkpoint == note else {
      return altered(
        "der Beweis ist der eines anderen Datensatzes oder zu einer anderen Prüfsumme",
        "the proof is that of another record, or for another checkpoint")
    }
    guard
      InclusionProof.verify(
        proof.hashes, leaf: leaf, index: record.sequence, size: checkpoint.size, root: checkpoint.root)
    else {
      return altered(
        "der Datensatz ist nicht der, für den die Prüfsumme bürgt",
        "the record is not the one that the checkpoint vouches for")
    }
    if let last, last.sequence.successor == record.sequence, record.previousHash != last.leaf {
      return altered(
        "previoushash ist nicht der Hashwert des Vorgängers", "previoushash is not the hash of the record before")
    }
    return nil
  }

  /// A line that is no record stands for the next proof that no other line has claimed.
  private mutating func takeBroken(_ line: LogLine) {
    let sequence = takeNextProof()
    let reason =
      if case .broken(_, let reason) = line.content { reason } else {
        Phrase("der Zeilenumbruch am Ende fehlt", "the line feed at the end is missing")
      }
    report(.malformed, sequence, reason)
  }

  /// A record without a proof: its number has been changed, if there is a proof that waits for a record, else its proof
  /// has been taken away.
  private mutating func takeUnproved(_ record: Record) {
    if proofIndex < proofs.count, proofs[proofIndex] < record.sequence {
      report(
        .altered, takeNextProof(),
        Phrase("der Datensatz trägt die Nummer \(record.sequence)", "the record bears the number \(record.sequence)"))
    } else {
      report(
        .missing, record.sequence,
        Phrase("der Beweis des Datensatzes fehlt", "the proof of the record is missing"))
      lastSequence = record.sequence
    }
    last = nil
  }

  private mutating func takeNextProof() -> UInt64 {
    last = nil
    guard proofIndex < proofs.count else { return lastSequence?.successor ?? 0 }
    defer { proofIndex += 1 }
    lastSequence = proofs[proofIndex]
    return proofs[proofIndex]
  }

  // MARK: What was asked for

  /// Records left out with their proofs show as gaps: in the sequences of a range, in the versions of a subject.
  private mutating func checkCompleteness(_ record: Record) {
    switch selection {
    case .range: reportGap(before: record.sequence)
    case .subject(let subject) where subject.utf8.elementsEqual(record.subject.utf8):
      if record.subjectVersion > lastVersion.successor, orphans.isEmpty {
        report(
          .version, record.sequence,
          Phrase(
            "Version \(record.subjectVersion), erwartet \(lastVersion.successor)",
            "version \(record.subjectVersion), expected \(lastVersion.successor)"))
      }
      lastVersion = record.subjectVersion
    case .subject, .all, nil: break
    }
  }

  /// Those of the range between the line before and `end` that have neither a line nor a proof.
  private mutating func reportGap(before end: UInt64) {
    guard case .range(let from, let to) = selection else { return }
    let first = max(from, lastSequence?.successor ?? 0)
    let behind = min(end, to.successor)
    guard first < behind else { return }
    for sequence in (first..<behind).prefix(FindingList.limit) where !orphans.contains(sequence) {
      report(.missing, sequence, Phrase("Datensatz und Beweis fehlen", "record and proof are missing"))
    }
  }

  private mutating func report(_ kind: Finding.Kind, _ sequence: UInt64, _ detail: Phrase) {
    findings.append(Finding(kind, sequence: sequence, detail))
  }
}

extension UInt64 {
  /// One more, as far as there is more: a forged number may be the largest there is.
  fileprivate var successor: UInt64 { self == .max ? self : self + 1 }
}
