import LogFormat
import TransparencyLog

/// Verifies the records of a selection: each is sound, and its proof leads to the checkpoint's root; of two neighbours the
/// second names the first's hash; what was selected is there without a gap.
///
/// Lines and proofs are in the order of their sequences, so that they are walked through side by side.
struct BundleSelectionAudit {
  let contents: BundleContents
  /// The folder with the checkpoints, records and documents.
  let unpacked: String
  let options: LedgerVerifier.Options

  func run(progress: (VerificationProgress) -> Void) throws(VerifierError) -> VerificationReport {
    let start = ContinuousClock.now
    var findings = FindingList()
    let files = try CheckpointFile.load(ledger: unpacked, given: options.checkpoints)
    let newest = files.first { $0.role == .newest }
    let path = "\(unpacked)/\(BundleMember.records.name)"
    let byteCount = contents.members[.records].map { $0.upperBound - $0.lowerBound } ?? 0
    let reader = LineReader([SegmentFile(firstSequence: 0, path: path, byteCount: byteCount)])

    var walk = BundleWalk(
      contents: contents, note: try contents.text(of: .checkpoint), checkpoint: newest?.claim,
      selection: try contents.description()?.selection)
    while let line = try reader.next() {
      try walk.take(line)
      progress(VerificationProgress(records: walk.count, bytes: reader.byteCount, totalBytes: byteCount))
    }
    for finding in walk.finish() { findings.append(finding) }

    let names = Names(walk.opening, walk.resumptions, key: options.key) { findings.append($0) }
    let signed = try BundleCheckpointAudit(contents: contents, files: files, names: names).run {
      findings.append($0)
    }
    // Most of the log is not there: whether the root is right, a kept checkpoint of that size shows.
    names.check(root: { _ in nil }, claims: []) { findings.append($0) }
    let covered = options.policy.map {
      PolicyAudit(policy: $0, files: files, names: names).run { findings.append($0) }
    }
    let cosignatures = CosignatureAudit(names: names, files: files)
    for anchor in walk.anchors { _ = cosignatures.check(anchor) { findings.append($0) } }
    cosignatures.checkLines(of: walk.anchors) { findings.append($0) }
    _ = try DocumentAudit(ledger: unpacked, named: walk.documents).run { findings.append($0) }
    return VerificationReport(
      origin: names.origin, signed: signed == nil ? 0 : walk.count, unsigned: signed == nil ? walk.count : 0,
      root: signed?.root, keys: names.keys.map { "\($0)" }, checkpoints: files.count, records: walk.count,
      bytes: byteCount, tornBytes: 0, findings: findings.sorted, omittedFindings: findings.omitted,
      witnessed: covered ?? nil, anchors: walk.anchors.count, names: names.statements,
      seconds: start.duration(to: .now).seconds)
  }
}
