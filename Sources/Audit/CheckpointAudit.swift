import TransparencyLog

/// Compares the log with every checkpoint at hand.
struct CheckpointAudit {
  let files: [CheckpointFile]
  let names: Names
  let log: ChainAuditor.Result

  /// - Returns: the newest checkpoint, if it is soundly signed.
  func run(report: (Finding) -> Void) -> Checkpoint? {
    if !files.contains(where: { $0.role == .newest }) {
      report(Finding(.signature, Phrase("es gibt keine Prüfsumme (checkpoint)", "there is no checkpoint")))
    }
    var newest: Checkpoint?
    // The newest comes first, and each of the others only adds what it alone shows.
    for file in files {
      guard let (checkpoint, isSigned) = open(file, report: report) else { continue }
      if file.role == .newest, isSigned { newest = checkpoint }
      // A checkpoint the auditor brings is believed, whoever has signed it. Of the ledger's own only what is signed.
      guard isSigned || file.role == .given else { continue }
      if let end = names.end(before: checkpoint) {
        report(names.lost(checkpoint, of: file.name, at: end))
      } else if checkpoint.size > log.size {
        report(LedgerVerifier.truncated(log, promised: checkpoint.size, by: file.name))
      } else if let found = log.tree.roots[checkpoint.size], found != checkpoint.root,
        file.role != .newest || !log.findings.concernBytes(ofFirst: checkpoint.size)
      {
        report(otherRoot(checkpoint, file))
      }
    }
    return newest
  }

  /// The checkpoint in the file and whether the ledger's key has signed it; nil where it cannot be read.
  private func open(_ file: CheckpointFile, report: (Finding) -> Void) -> (Checkpoint, isSigned: Bool)? {
    switch file.content {
    case .failure(let error):
      report(Finding(.signature, Phrase("\(file.name): \(error)", "\(file.name): \(error)")))
      return nil
    case .success(let (note, checkpoint)):
      guard !names.keys.isEmpty else { return (checkpoint, false) }
      do {
        return (try names.open(note, as: file.role), true)
      } catch {
        report(Finding(.signature, Phrase("\(file.name): \(error)", "\(file.name): \(error)")))
        return (checkpoint, false)
      }
    }
  }

  /// Another root than the checkpoint's. If the chain is whole, the last record covered is certainly not the one that was
  /// signed, since it pins down all before it; how far the change reaches back, only older checkpoints show.
  private func otherRoot(_ checkpoint: Checkpoint, _ file: CheckpointFile) -> Finding {
    let soundSize =
      files.compactMap(\.claim).filter { $0.size < checkpoint.size && log.tree.roots[$0.size] == $0.root }
      .map(\.size).max() ?? 0
    let detail = Phrase(
      "die ersten \(checkpoint.size) Datensätze haben nicht die Wurzel von \(file.name); bis \(soundSize) stimmen sie",
      "the first \(checkpoint.size) records do not have the root of \(file.name); up to \(soundSize) they agree")
    guard checkpoint.size > 0 else { return Finding(.inconsistent, detail) }
    return Finding(
      file.role == .newest ? .altered : .inconsistent, sequence: checkpoint.size - 1,
      place: log.tree.places[checkpoint.size], detail)
  }
}
