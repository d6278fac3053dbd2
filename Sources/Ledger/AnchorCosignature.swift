public import EventLog
import LogFormat
public import TransparencyLog

/// What a witness has answered.
public enum CosignatureAnswer: Sendable {
  /// A checkpoint of the ledger with the witness's cosignature among its lines.
  case note(SignedNote)
  /// The lines alone: whose checkpoint they belong to is found among those that left the house.
  case lines(String)
}

extension Ledger {
  /// A checkpoint over every record that is durable now. It is kept, for it is about to leave the house.
  public func checkpointToSend(by principal: Principal) async throws(Refusal) -> String {
    try mayAnchor(principal)
    return try await anchoring.run { anchoring, tree in
      let note = try SignedNote(parsing: Array(tree.note.utf8))
      return try anchoring.keep(note, Checkpoint(text: note.text)).encoded
    }
  }

  /// Checks a witness's cosignature, adds it to the checkpoint that is kept, and records it. The same witness counts once
  /// for each checkpoint: a second answer gets the receipt of the first.
  public func anchor(
    _ answer: CosignatureAnswer, by witness: VerifierKey, asked principal: Principal
  ) async throws(Refusal) -> Receipt {
    try mayAnchor(principal)
    guard witness.canVerify, witness.isWitness else {
      throw Refusal(.unprocessable, pointer: "/witness", "expected the key of a cosigner (signature type 0x04)")
    }
    let record = try await anchoring.run { anchoring, tree in
      try anchoring.keep(answer, by: witness, in: tree)
    }
    return try await recordAnchor(id: record.id, record.json)
  }

  func mayAnchor(_ principal: Principal) throws(Refusal) {
    guard principal.rights.contains(.administer) else {
      throw Refusal(.forbidden, "\(principal.name) may not anchor the ledger")
    }
  }

  /// Records an anchor; one with the same id keeps its first receipt.
  func recordAnchor(id: String, _ json: String) async throws(Refusal) -> Receipt {
    do {
      return try await Ledger.record(AnchorRecord.name, id: id, json, log)
    } catch let refusal as Refusal {
      throw refusal
    } catch {
      throw Refusal(.unavailable, "\(error)")
    }
  }
}

extension Anchoring {
  /// Keeps what a witness has answered, and says what is to be recorded of it.
  fileprivate func keep(
    _ answer: CosignatureAnswer, by witness: VerifierKey, in tree: SignedTree
  ) throws -> AnchorRecord.Cosignature {
    let (note, pointer) =
      switch answer {
      case .note(let note): (note, "/checkpoint")
      case .lines(let block): (try cosigned(block, by: witness), "/cosignature")
      }
    let checkpoint = try ownCheckpoint(note, in: tree, pointer: pointer)
    let line = try newLine(in: note, checkpoint, by: witness, pointer: pointer)
    // Of what was sent only this line and our own signature are kept. Where the witness has cosigned this checkpoint
    // before, its first statement stays, which is the strongest.
    let known = try kept.note(size: checkpoint.size)?.cosignature(by: witness)
    let key = try log.origins().origin(ofSize: checkpoint.size).key
    let ours = note.keeping { key?.claims($0) == true || $0 == known ?? line }
    guard let first = try keep(ours, checkpoint).cosignature(by: witness) else {
      throw NoteError.noKnownSignature(expected: [witness.name])
    }
    return try AnchorRecord.Cosignature(checkpoint, by: witness, first)
  }

  /// The kept checkpoint that a line alone belongs to, with that line.
  private func cosigned(_ block: String, by witness: VerifierKey) throws -> SignedNote {
    let lines: [SignedNote.Signature]
    do {
      lines = try SignedNote.Signature.parse(block).filter(witness.claims)
    } catch {
      throw Refusal(.unprocessable, pointer: "/cosignature", "\(error)")
    }
    guard !lines.isEmpty else {
      throw Refusal(.unprocessable, pointer: "/cosignature", "no line is by \(witness.name)")
    }
    for size in try kept.sizes().reversed() {
      guard var note = try kept.note(size: size) else { continue }
      let text = Array(note.text.utf8)
      guard let line = lines.first(where: { witness.verifies(signature: $0.bytes, of: text) }) else { continue }
      try note.append(signatureLines: line.line)
      return note
    }
    throw Refusal(
      .unprocessable, pointer: "/cosignature",
      "the cosignature of \(witness.name) fits none of the checkpoints that left the house")
  }

  /// The witness's line. One from the future, or from before the records were there, is refused: clocks differ, but a
  /// witness whose clock is wrong proves nothing, and what it says would stand against the records for ever.
  private func newLine(
    in note: SignedNote, _ checkpoint: Checkpoint, by witness: VerifierKey, pointer: String
  ) throws -> SignedNote.Signature {
    let line: SignedNote.Signature?
    do {
      line = try note.cosignature(by: witness)
    } catch {
      throw Refusal(.unprocessable, pointer: pointer, "\(error)")
    }
    guard let line else { throw Refusal(.unprocessable, pointer: pointer, "no cosignature by \(witness.name)") }
    let time = Timestamp(seconds: try Cosignature(line).timestamp)
    guard time.microseconds > 0, time.microseconds <= Timestamp.now.microseconds + Anchoring.clockTolerance else {
      throw Refusal(.unprocessable, pointer: pointer, "the cosignature gives \(time.text) as its time")
    }
    if let reason = try reasonAgainst(time.microseconds, ofSize: checkpoint.size) {
      throw Refusal(.unprocessable, pointer: pointer, "the cosignature gives \(time.text) as its time, \(reason)")
    }
    return line
  }
}
