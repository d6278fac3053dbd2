import EventLog
import Foundation
import LogFormat
import Testing
import TransparencyLog

@testable import Ledger

/// Cosignatures of witnesses: checked again by the ledger, kept with the checkpoint, and recorded once.
struct CosignatureAnchorTests {
  let witness: CosigningKey
  /// Seconds since 1970. Not that of the test's beginning: among many others it may go on much later.
  private var now: UInt64 { UInt64(Date().timeIntervalSince1970) }

  init() throws {
    witness = try CosigningKey.generate(name: "witness.example/w")
  }

  /// A checkpoint that has left the house, and the witness's line on it.
  private func cosigned(
    _ ledger: Ledger
  ) async throws -> (note: SignedNote, line: SignedNote.Signature, time: UInt64) {
    let text = try await ledger.checkpointToSend(by: TestLedger.clerk)
    var note = try SignedNote(parsing: Array(text.utf8))
    let time = now
    let line = try witness.cosignature(of: note.text, at: time)
    try note.append(signatureLines: line.line)
    return (note, line, time)
  }

  @Test("The cosignature stands in the kept checkpoint, and the log says who gave it and when")
  func recorded() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      try await ledger.append(event("1"))
      let (note, line, time) = try await cosigned(ledger.ledger)
      let size = try Checkpoint(text: note.text).size
      #expect(size == ledger.ledger.durableSize)
      let receipt = try await ledger.ledger.anchor(
        .note(note), by: witness.verifierKey, asked: TestLedger.clerk)
      #expect(receipt.sequence == size && !receipt.duplicate)
      let record = try #require(try ledger.records(of: "verankert").first)
      #expect(record.subject == "ledger" && record.recordedBy == "aktenspur" && record.authid == "aktenspur")
      let root = try Checkpoint(text: note.text).root
      let data = try #require(record.data)
      let expected = """
        {"art":"zeuge","size":\(size),"root":"\(root.base64)","zeuge":"\(witness.verifierKey)",\
        "cosignatur":"\(line.line.dropLast())","zeit":"\(Timestamp(microseconds: Int64(time) * 1_000_000).text)"}
        """
      #expect(String(decoding: data.text, as: UTF8.self) == expected)
      let kept = try #require(try KeptCheckpoints(ledger.directory).note(size: size))
      #expect(kept.encoded == note.encoded)
      #expect(try kept.verified(by: [ledger.ledger.log.verifierKey, witness.verifierKey]).count == 2)
    }
  }

  @Test("Lines alone find their checkpoint among those that left the house")
  func lines() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      var lines: [(size: UInt64, line: String)] = []
      for id in ["1", "2", "3"] {
        try await ledger.append(event(id, "geprueft"))
        let (note, line, _) = try await cosigned(ledger.ledger)
        lines.append((try Checkpoint(text: note.text).size, line.line))
      }
      for (size, line) in lines.reversed() {
        let foreign = try CosigningKey.generate(name: "someone").cosignature(of: "x\n", at: 1).line
        _ = try await ledger.ledger.anchor(
          .lines(foreign + line), by: witness.verifierKey, asked: TestLedger.clerk)
        let kept = try #require(try KeptCheckpoints(ledger.directory).note(size: size))
        #expect(kept.signatures.map(\.name) == ["ledger.example/test", "witness.example/w"])
      }
      let sizes = try ledger.records(of: "verankert").compactMap { $0.data?["size"]?.integer }
      #expect(sizes == lines.map { Int64($0.size) }.reversed())
    }
  }

  @Test("The same witness counts once for each checkpoint, over restarts too; others are added")
  func once() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      let (note, _, _) = try await cosigned(ledger.ledger)
      let first = try await ledger.ledger.anchor(.note(note), by: witness.verifierKey, asked: TestLedger.clerk)
      // Later, or earlier than it said before: the first statement stays.
      for time in [now + 50, now - 50] {
        try await ledger.reopen()
        var again = note.keeping { $0.name != witness.name }
        try again.append(signatureLines: witness.cosignature(of: note.text, at: time).line)
        let second = try await ledger.ledger.anchor(.note(again), by: witness.verifierKey, asked: TestLedger.clerk)
        #expect(second.duplicate && second.sequence == first.sequence)
      }
      let other = try CosigningKey.generate(name: "witness.example/v")
      var both = note
      try both.append(signatureLines: other.cosignature(of: note.text, at: now).line)
      #expect(try await !ledger.ledger.anchor(.note(both), by: other.verifierKey, asked: TestLedger.clerk).duplicate)
      #expect(try ledger.records(of: "verankert").count == 2)
      let size = try Checkpoint(text: note.text).size
      #expect(try KeptCheckpoints(ledger.directory).note(size: size)?.signatures.count == 3)
    }
  }

  @Test("What does not hold is refused, and changes nothing")
  func refused() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      let opened = ledger.ledger
      let (note, line, _) = try await cosigned(opened)
      let size = try Checkpoint(text: note.text).size
      let before = try ledger.records.count
      func refusal(
        _ answer: CosignatureAnswer, by key: VerifierKey? = nil, as principal: Principal = TestLedger.clerk
      ) async -> Refusal? {
        do {
          _ = try await opened.anchor(answer, by: key ?? witness.verifierKey, asked: principal)
          return nil
        } catch {
          return error
        }
      }
      // Nobody's line, another one's, and one with a byte changed.
      #expect(await refusal(.note(note.keeping { $0 != line }))?.kind == .unprocessable)
      let other = try CosigningKey.generate(name: "witness.example/w")
      #expect(await refusal(.note(note), by: other.verifierKey)?.kind == .unprocessable)
      var bytes = line.bytes
      bytes[30] ^= 1
      let damaged = Base64.encode(withUnsafeBytes(of: line.keyID.bigEndian) { Array($0) } + bytes)
      var forged = note.keeping { $0 != line }
      try forged.append(signatureLines: "— \(line.name) \(damaged)\n")
      #expect(await refusal(.note(forged))?.kind == .unprocessable)
      #expect(await refusal(.lines("— \(line.name) \(damaged)\n"))?.kind == .unprocessable)
      #expect(await refusal(.lines("no line\n"))?.pointer == "/cosignature")
      // A time to come, one from before the records were there, and none at all.
      for time in [0, now - 3600, now + 3600] {
        var early = note.keeping { $0 != line }
        try early.append(signatureLines: witness.cosignature(of: note.text, at: time).line)
        #expect(await refusal(.note(early))?.kind == .unprocessable)
      }
      // Not this log: another key, another root under the right key, more records than there are.
      let stranger = try SigningKey.generate(name: "ledger.example/test")
      let secret = try SigningKey(
        String(contentsOfFile: ledger.directory.signingKey, encoding: .utf8).trimmingCharacters(in: .newlines))
      let checkpoint = try Checkpoint(text: note.text)
      for (wrong, key) in [
        (checkpoint, stranger),
        (Checkpoint(origin: checkpoint.origin, size: size, root: .zero), secret),
        (Checkpoint(origin: checkpoint.origin, size: size + 1, root: checkpoint.root), secret),
      ] {
        var signed = try wrong.signed(by: key)
        try signed.append(signatureLines: witness.cosignature(of: signed.text, at: now).line)
        #expect(await refusal(.note(signed))?.pointer == "/checkpoint")
      }
      // A log's key is no witness, and who may not administer may not anchor.
      #expect(await refusal(.note(note), by: opened.log.verifierKey)?.pointer == "/witness")
      let reader = Principal(name: "pruefer", delegates: false, rights: [.read, .audit, .append])
      #expect(await refusal(.note(note), as: reader)?.kind == .forbidden)
      #expect(try ledger.records.count == before)
      #expect(try KeptCheckpoints(ledger.directory).note(size: size)?.signatures.count == 1)
    }
  }

  @Test("A cosignature that was kept before a crash, and not recorded, is recorded when it comes again")
  func crashBetween() async throws {
    try await withLedger { ledger in
      try await ledger.open()
      let (note, line, _) = try await cosigned(ledger.ledger)
      let size = try Checkpoint(text: note.text).size
      try KeptCheckpoints(ledger.directory).keep(note, size: size)
      var later = note.keeping { $0 != line }
      try later.append(signatureLines: witness.cosignature(of: note.text, at: now + 90).line)
      let receipt = try await ledger.ledger.anchor(.note(later), by: witness.verifierKey, asked: TestLedger.clerk)
      #expect(!receipt.duplicate)
      let data = try #require(try ledger.records(of: "verankert").first?.data)
      #expect(data["cosignatur"]?.string.map { $0 + "\n" } == line.line)
    }
  }
}
