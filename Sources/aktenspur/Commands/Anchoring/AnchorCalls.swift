import Foundation
import LogFormat
import TransparencyLog

/// What `anchor` asks of the daemon.
struct AnchorCalls {
  let client: DaemonClient

  /// A signed checkpoint over everything durable, which the daemon has kept.
  func newCheckpoint() async throws -> (note: SignedNote, checkpoint: Checkpoint) {
    let answer = try await post(#"{"kind":"checkpoint"}"#)
    guard let text = try JSONDocument(answer).root["checkpoint"]?.string else {
      throw Failure(.inputOutput, "the daemon's answer holds no checkpoint")
    }
    let note = try SignedNote(parsing: Array(text.utf8))
    return (note, try Checkpoint(text: note.text))
  }

  /// The proof that the log of `new` records continues that of `old`.
  func consistencyProof(from old: UInt64, to new: UInt64) async throws -> [Digest] {
    guard old > 0, old < new else { return [] }
    let answer = try await client.send(
      .get("/v1/consistency", query: [("from", String(old)), ("to", String(new))]))
    guard answer.isSuccess else { throw answer.failure }
    return try String(decoding: answer.body, as: UTF8.self).split(separator: "\n").map { line in
      guard let hash = Digest(base64: line) else {
        throw Failure(.inputOutput, "the daemon's proof has a line that is no hash: \(line)")
      }
      return hash
    }
  }

  /// The data of the anchors recorded so far, oldest first.
  func recorded() async throws -> [Record] {
    let answer = try await client.send(
      .get("/v1/events", query: [("subject", "ledger"), ("type", "de.aktenspur.ledger.verankert")]))
    guard answer.isSuccess else { throw answer.failure }
    return try answer.body.split(separator: 0x0A).map { try Record(line: Array($0)) }
  }

  /// Has a cosignature recorded and returns the receipt, as JSON. Either the whole note is given or its line alone.
  func record(note: SignedNote, by witness: VerifierKey) async throws -> [UInt8] {
    try await record("checkpoint", note.encoded, by: witness)
  }

  func record(line: SignedNote.Signature, by witness: VerifierKey) async throws -> [UInt8] {
    try await record("cosignature", line.line, by: witness)
  }

  private func record(_ member: String, _ text: String, by witness: VerifierKey) async throws -> [UInt8] {
    try await post(
      #"{"kind":"cosignature","\#(member)":\#(JSONText.string(text)),"witness":\#(JSONText.string("\(witness)"))}"#)
  }

  func post(_ body: String) async throws -> [UInt8] {
    let answer = try await client.send(.post("/v1/anchors", contentType: "application/json", .bytes(Array(body.utf8))))
    guard answer.isSuccess else {
      var failure = answer.failure
      // What the daemon finds wrong with evidence is wrong evidence.
      if answer.status == 422 { failure.status = .checkFailed }
      throw failure
    }
    return answer.body
  }
}
