import TransparencyLog

/// Checks the checkpoints of a selection: the newest is signed, and the log it speaks of continues that of every older one,
/// which only consistency proofs can show, for most of the log is not there.
struct BundleCheckpointAudit {
  let contents: BundleContents
  let files: [CheckpointFile]
  let names: Names

  /// - Returns: the newest checkpoint, if it is soundly signed.
  func run(report: (Finding) -> Void) throws(VerifierError) -> Checkpoint? {
    guard let newest = files.first(where: { $0.role == .newest }) else { return nil }
    let signed = check(newest, report: report)
    guard let claim = newest.claim else { return nil }
    for file in files where file.role != .newest {
      let isSigned = check(file, report: report) != nil
      // A checkpoint the auditor brings is believed, whoever has signed it. Of the bundle's own only what is signed.
      guard let older = file.claim, isSigned || file.role == .given else { continue }
      if let end = names.end(before: older) {
        report(names.lost(older, of: file.name, at: end))
      } else if let finding = try compare(older, file.name, with: claim) {
        report(finding)
      }
    }
    return signed
  }

  /// The checkpoint, if the log's key has signed it.
  private func check(_ file: CheckpointFile, report: (Finding) -> Void) -> Checkpoint? {
    do throws(NoteError) {
      let (note, _) = try file.content.get()
      guard !names.keys.isEmpty else { return nil }
      return try names.open(note, as: file.role)
    } catch {
      report(Finding(.signature, Phrase("\(file.name): \(error)", "\(file.name): \(error)")))
      return nil
    }
  }

  /// What is not shown is a finding like what is wrong: who brings a checkpoint wants to know that the log continues it.
  private func compare(
    _ older: Checkpoint, _ name: String, with newest: Checkpoint
  ) throws(VerifierError) -> Finding? {
    func inconsistent(_ german: String, _ english: String) -> Finding {
      Finding(.inconsistent, sequence: max(older.size, 1) - 1, Phrase(german, english))
    }
    guard older.size <= newest.size else {
      return inconsistent(
        "das Paket reicht bis \(newest.size) Datensätze, \(name) nennt \(older.size)",
        "the bundle is of \(newest.size) records, \(name) says \(older.size)")
    }
    var proof: [Digest]? = []
    if 0 < older.size && older.size < newest.size {
      let member = BundleMember.consistency(from: older.size, to: newest.size)
      guard let text = try contents.text(of: member) else {
        return inconsistent(
          "im Paket fehlt der Beweis, dass das Protokoll \(name) fortsetzt (\(member.name))",
          "the bundle has no proof that the log continues \(name) (\(member.name))")
      }
      proof = BundleCheckpointAudit.hashes(text)
    }
    let holds = proof.map {
      ConsistencyProof.verify(
        $0, oldSize: older.size, oldRoot: older.root, newSize: newest.size, newRoot: newest.root)
    }
    return holds == true
      ? nil : inconsistent("das Protokoll setzt \(name) nicht fort", "the log does not continue \(name)")
  }

  /// The hashes of a proof, each a line of base64.
  private static func hashes(_ text: [UInt8]) -> [Digest]? {
    guard text.isEmpty || text.last == UInt8(ascii: "\n") else { return nil }
    let lines = text.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let hashes = text.isEmpty ? [] : lines.map { Digest(base64: String(decoding: $0, as: UTF8.self)) }
    let known = hashes.compactMap { $0 }
    return known.count == hashes.count ? known : nil
  }
}
