import LogFormat
import TransparencyLog

/// Checks the signatures of witnesses: those that records say they have given, and the lines in checkpoints that claim to be
/// by one of these witnesses.
struct CosignatureAudit {
  let names: Names
  let files: [CheckpointFile]

  /// - Returns: the time that the witness has signed; nil where it has not, or where the anchor is none by a witness.
  func check(_ anchor: Anchor, report: (Finding) -> Void) -> Timestamp? {
    guard case .cosignature(let covered, let cosignature) = anchor.content else { return nil }
    let text = Checkpoint(origin: names.origin(ofSize: covered.size), size: covered.size, root: covered.root).text
    let witness = cosignature.witness
    guard witness.isWitness, let lines = try? SignedNote.Signature.parse(cosignature.line + "\n"),
      lines.count == 1, witness.claims(lines[0]), witness.verifies(signature: lines[0].bytes, of: Array(text.utf8)),
      let seconds = try? TransparencyLog.Cosignature(lines[0]).timestamp,
      case let (microseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000), !overflow,
      Int64(exactly: microseconds) == cosignature.time.microseconds
    else {
      report(
        Finding(
          .signature, sequence: anchor.sequence, place: anchor.place,
          Phrase(
            "die Gegenzeichnung von \(witness.name) gilt nicht", "the cosignature of \(witness.name) does not hold")))
      return nil
    }
    return cosignature.time
  }

  /// A line in one of the checkpoints that claims to be by a witness of the ledger must be.
  func checkLines(of anchors: [Anchor], report: (Finding) -> Void) {
    var witnesses: Set<VerifierKey> = []
    for case .cosignature(_, let cosignature) in anchors.compactMap(\.content) where cosignature.witness.canVerify {
      witnesses.insert(cosignature.witness)
    }
    for file in files {
      guard case .success(let (note, _)) = file.content else { continue }
      for witness in witnesses.sorted(by: { $0.name < $1.name }) {
        do throws(NoteError) {
          _ = try note.cosignature(by: witness)
        } catch {
          report(Finding(.signature, Phrase("\(file.name): \(error)", "\(file.name): \(error)")))
        }
      }
    }
  }
}
