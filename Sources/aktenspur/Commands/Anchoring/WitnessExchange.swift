import Foundation
import TransparencyLog

/// Asks a witness for its cosignature (C2SP tlog-witness), over HTTP or by a file that somebody carries.
struct WitnessExchange {
  let calls: AnchorCalls
  let witnesses: KnownWitnesses
  /// Where the proof begins, if the user says so.
  let old: UInt64?

  /// Sends the newest checkpoint to a witness and has its cosignatures recorded.
  ///
  /// - Parameter prefix: the submission prefix of the witness.
  /// - Returns: the receipts.
  func ask(_ prefix: String) async throws -> [[UInt8]] {
    var (note, checkpoint) = try await calls.newCheckpoint()
    var old = old ?? witnesses.old
    // A second office may be asking the same witness about this log: then its size moves once more.
    for _ in 1...3 {
      let answer = try await WebClient.post(
        Array(try await request(note, checkpoint, from: old).encoded.utf8), as: "text/plain; charset=utf-8",
        to: (prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix) + "/add-checkpoint")
      switch answer.status {
      case 200: return try await record(answer.body, of: note)
      case 409:
        guard let size = UInt64(answer.text) else {
          throw Failure(.inputOutput, "\(prefix): expected the size of the tree, found \(answer.text)")
        }
        try WitnessExchange.expect(size, notAbove: checkpoint.size)
        old = size
        (note, checkpoint) = try await calls.newCheckpoint()
      case let status: throw WitnessExchange.failure(prefix, status, answer.text)
      }
    }
    throw Failure(.busy, "\(prefix): the size it has cosigned changes from one request to the next")
  }

  /// Writes the request for a witness to a file.
  func write(to file: String) async throws {
    let (note, checkpoint) = try await calls.newCheckpoint()
    try OutputFile.write(Array(try await request(note, checkpoint, from: old ?? witnesses.old).encoded.utf8), to: file)
  }

  /// Has the cosignatures of a witness's answer recorded.
  ///
  /// - Parameter body: signature lines, a whole cosigned checkpoint, or the size at which the proof must begin.
  func record(answer body: [UInt8]) async throws -> [[UInt8]] {
    if let note = try? SignedNote(parsing: body) {
      return try await record(witnesses.lines(of: note.signatures).map(\.key)) { key in
        try await calls.record(note: note, by: key)
      }
    }
    let text = String(decoding: body, as: UTF8.self)
    if let size = UInt64(text.trimmingCharacters(in: .newlines)) {
      try WitnessExchange.expect(size, notAbove: try await calls.newCheckpoint().checkpoint.size)
      throw Failure(
        .badInput,
        Language.text(
          en: "the witness has cosigned size \(size) last: write the request again with --witness FILE --old \(size)",
          de: "der Zeuge hat zuletzt die Größe \(size) bezeugt: Anfrage mit --witness DATEI --old \(size) neu schreiben"
        ))
    }
    let lines: [SignedNote.Signature]
    do {
      lines = try SignedNote.Signature.parse(text)
    } catch {
      throw Failure(.badInput, "not the answer of a witness: \(error)")
    }
    var receipts: [[UInt8]] = []
    for (key, line) in try witnesses.lines(of: lines) {
      receipts.append(try await calls.record(line: line, by: key))
    }
    return receipts
  }

  private func record(_ body: [UInt8], of note: SignedNote) async throws -> [[UInt8]] {
    var cosigned = note
    let lines: [SignedNote.Signature]
    do {
      let text = String(decoding: body, as: UTF8.self)
      lines = try SignedNote.Signature.parse(text)
      try cosigned.append(signatureLines: text)
    } catch {
      throw Failure(.checkFailed, "not the answer of a witness: \(error)")
    }
    return try await record(witnesses.lines(of: lines).map(\.key)) { key in
      try await calls.record(note: cosigned, by: key)
    }
  }

  private func record(
    _ keys: [VerifierKey], _ call: (VerifierKey) async throws -> [UInt8]
  ) async throws -> [[UInt8]] {
    var receipts: [[UInt8]] = []
    for (place, key) in keys.enumerated() where !keys[..<place].contains(key) { receipts.append(try await call(key)) }
    return receipts
  }

  private func request(
    _ note: SignedNote, _ checkpoint: Checkpoint, from old: UInt64
  ) async throws -> AddCheckpointRequest {
    guard old <= checkpoint.size else {
      throw Failure(.badInput, "--old: the log has \(checkpoint.size) records, asked for a proof from \(old)")
    }
    return AddCheckpointRequest(
      old: old, proof: try await calls.consistencyProof(from: old, to: checkpoint.size), checkpoint: note)
  }

  /// A witness that has seen more of the log than there is has seen another log, or one that was cut.
  private static func expect(_ size: UInt64, notAbove own: UInt64) throws {
    guard size > own else { return }
    throw Failure(
      .checkFailed,
      Language.text(
        en: "the witness has cosigned \(size) records of this log, which has only \(own): it was cut off or replaced",
        de: "der Zeuge hat \(size) Sätze dieses Protokolls bezeugt, es hat nur \(own): es wurde gekürzt oder ersetzt"))
  }

  private static func failure(_ prefix: String, _ status: Int, _ text: String) -> Failure {
    let kind: Failure.Status =
      switch status {
      // What the witness refuses to believe is a finding about this log.
      case 403, 422: .checkFailed
      case 429, 503: .busy
      case 500..<600: .unavailable
      default: .badInput
      }
    return Failure(kind, "\(prefix): \(status) \(text)")
  }
}
