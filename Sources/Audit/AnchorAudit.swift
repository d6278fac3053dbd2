import LogFormat
import TransparencyLog

/// Checks what the log's own records say that others have confirmed: the roots they have seen, their signatures, and
/// whether the times fit.
struct AnchorAudit {
  /// How much later than an anchor's time the records it covers may claim to be: clocks of two houses differ, and a
  /// witness gives whole seconds. Ten minutes, as much as the ledger grants when it takes an anchor.
  static let tolerance: Int64 = 600_000_000

  let log: ChainAuditor.Result
  let extent: LogExtent
  let names: Names
  let files: [CheckpointFile]
  let timeStamps: TimeStampAudit

  func run(report: (Finding) -> Void) throws(VerifierError) {
    let cosignatures = CosignatureAudit(names: names, files: files)
    for anchor in log.anchors {
      guard let content = anchor.content, let covered = anchor.covered, covered.size <= anchor.sequence else {
        report(
          finding(.signature, anchor, "die Verankerung ist unlesbar", "the anchor cannot be read"))
        continue
      }
      checkRoot(covered, of: anchor, report: report)
      let time: Timestamp?
      switch content {
      case .cosignature: time = cosignatures.check(anchor, report: report)
      case .timeStamp(_, let stamp):
        time = try timeStamps.check(stamp, covered, of: anchor, among: log.anchors, in: log, report: report)
      }
      if let time { try checkTimes(time, covered, of: anchor, report: report) }
    }
    cosignatures.checkLines(of: log.anchors, report: report)
  }

  /// The log must have had this root. Where a checkpoint file claims the same, it is compared there.
  private func checkRoot(_ covered: Anchor.Covered, of anchor: Anchor, report: (Finding) -> Void) {
    guard let found = log.tree.roots[covered.size], found != covered.root, covered.size > 0,
      !files.contains(where: { $0.claim?.size == covered.size && $0.claim?.root == covered.root })
    else { return }
    report(
      Finding(
        .inconsistent, sequence: covered.size - 1, place: log.tree.places[covered.size],
        Phrase(
          "die ersten \(covered.size) Datensätze haben nicht die Wurzel, die Datensatz \(anchor.sequence) verankert nennt",
          "the first \(covered.size) records do not have the root that record \(anchor.sequence) says was anchored")))
  }

  /// What was confirmed at a time was recorded before, and the record that says so after it.
  private func checkTimes(
    _ time: Timestamp, _ covered: Anchor.Covered, of anchor: Anchor, report: (Finding) -> Void
  ) throws(VerifierError) {
    let latest = Timestamp(microseconds: time.microseconds + AnchorAudit.tolerance)
    // No time runs backwards, or there is a finding: so the last record covered is the latest.
    if let place = log.tree.places[covered.size],
      let line = try LineReader.line(at: extent.offset(of: place), of: extent),
      case .record(let record, _) = line.content, let recorded = Timestamp(record.recordedTime), recorded > latest
    {
      report(
        Finding(
          .time, sequence: record.sequence, place: place,
          Phrase(
            "recordedtime \(record.recordedTime) liegt nach der Verankerung um \(time.text)",
            "recordedtime \(record.recordedTime) is after the anchoring at \(time.text)")))
    }
    let earliest = Timestamp(microseconds: time.microseconds - AnchorAudit.tolerance)
    if let recorded = Timestamp(anchor.recordedTime), recorded < earliest {
      report(
        finding(
          .time, anchor, "recordedtime \(anchor.recordedTime) liegt vor der Verankerung um \(time.text)",
          "recordedtime \(anchor.recordedTime) is before the anchoring at \(time.text)"))
    }
  }

  private func finding(_ kind: Finding.Kind, _ anchor: Anchor, _ german: String, _ english: String) -> Finding {
    Finding(kind, sequence: anchor.sequence, place: anchor.place, Phrase(german, english))
  }
}
