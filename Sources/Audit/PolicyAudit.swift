import TransparencyLog

/// Looks for the newest checkpoint that enough witnesses have cosigned.
struct PolicyAudit {
  let policy: WitnessPolicy
  let files: [CheckpointFile]
  let names: Names

  /// - Returns: how many records it covers; nil where there is none.
  func run(report: (Finding) -> Void) -> UInt64? {
    if let key = names.newestKey, !policy.logs.isEmpty, !policy.logs.contains(where: { $0.key == key }) {
      report(
        Finding(
          .signature,
          Phrase("die Zeugenregel nennt den Schlüssel \(key) nicht", "the witness policy does not name the key \(key)"))
      )
    }
    var newest: UInt64?
    for file in files {
      guard case .success(let (note, _)) = file.content,
        let checkpoint = try? names.open(note, as: file.role)
      else { continue }
      do throws(NoteError) {
        if try policy.isSatisfied(by: note) { newest = max(newest ?? 0, checkpoint.size) }
      } catch {
        report(Finding(.signature, Phrase("\(file.name): \(error)", "\(file.name): \(error)")))
      }
    }
    if newest == nil {
      report(
        Finding(
          .signature,
          Phrase(
            "keine Prüfsumme ist so gegengezeichnet, wie die Zeugenregel es verlangt",
            "no checkpoint is cosigned as the witness policy asks")))
    }
    return newest
  }
}
