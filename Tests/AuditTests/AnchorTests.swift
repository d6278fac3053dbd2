import Foundation
import LogFormat
import Testing
import TransparencyLog

@testable import Audit

/// What the log says that witnesses have confirmed.
@Suite struct AnchorTests {
  private static let size = 20
  /// The recorded time of record 19, in seconds since 1970: 2022-12-31T11:00:19Z.
  private static let lastCovered: UInt64 = 1_672_484_419

  let key: SigningKey
  let witness: CosigningKey

  init() throws {
    key = try SigningKey.generate(name: SampleLedger.origin)
    witness = try CosigningKey.generate(name: "witness.example/w")
  }

  /// The checkpoint of the first 20 records, which are the same in every ledger of this key.
  private func checkpoint() throws -> Checkpoint {
    let note = try SampleLedger(key: key).checkpoint(size: Self.size)
    return try Checkpoint(text: SignedNote(parsing: Array(note.utf8)).text)
  }

  private func data(
    at time: UInt64, size: Int = Self.size, root: Digest? = nil, line: String? = nil, zeit: String? = nil
  ) throws -> String {
    let checkpoint = try checkpoint()
    let cosigned = try witness.cosignature(of: checkpoint.text, at: time)
    let text = Timestamp(microseconds: Int64(time) * 1_000_000).text
    return #"{"art":"zeuge","size":\#(size),"root":"\#((root ?? checkpoint.root).base64)","#
      + #""zeuge":"\#(witness.verifierKey)","cosignatur":"\#(line ?? String(cosigned.line.dropLast()))","#
      + #""zeit":"\#(zeit ?? text)"}"#
  }

  /// A ledger whose record 25 is an anchor.
  private func ledger(_ data: String) throws -> SampleLedger {
    try SampleLedger(key: key) { entries in
      entries[25].type = "de.aktenspur.ledger.verankert"
      entries[25].data = data
    }
  }

  @Test("A cosignature that holds is no finding, whether its checkpoint is kept or not")
  func sound() throws {
    let ledger = try ledger(data(at: Self.lastCovered))
    var report = try ledger.verify()
    #expect(report.summary == [])
    #expect(report.anchors == 1)
    try ledger.seal(size: Self.size, as: "checkpoints/\(SampleLedger.pad(Self.size, 20))")
    report = try ledger.verify()
    #expect(report.summary == [])
    #expect(report.text(in: .german).contains("Verankerungen: 1"))
  }

  @Test("A cosignature that is another's, of another text, or has another time does not hold")
  func forged() throws {
    let other = try CosigningKey.generate(name: witness.name)
    let line = try other.cosignature(of: checkpoint().text, at: Self.lastCovered).line.dropLast()
    let elsewhere = try witness.cosignature(of: "x\n", at: Self.lastCovered).line.dropLast()
    // 2^58 seconds are a multiple of 2^64 microseconds.
    let farAway = try witness.cosignature(of: checkpoint().text, at: Self.lastCovered + (1 << 58)).line.dropLast()
    for data in [
      try data(at: Self.lastCovered, line: String(farAway)),
      try data(at: Self.lastCovered, line: String(line)),
      try data(at: Self.lastCovered, line: String(elsewhere)),
      try data(at: Self.lastCovered, line: "no line"),
      try data(at: Self.lastCovered, size: 19),
      try data(at: Self.lastCovered, zeit: "2022-12-31T11:00:20.000000Z"),
    ] {
      let ledger = try ledger(data)
      #expect(try ledger.verify().summary.filter { $0.hasPrefix("signature") } == [ledger.expectation(.signature, 25)])
    }
  }

  @Test("An anchor that cannot be read, or speaks of records that come after it, is found", arguments: [26, 41])
  func unreadable(size: Int) throws {
    for data in [#"{"art":"zeuge"}"#, #"{"art":"orakel","size":3}"#, try data(at: Self.lastCovered, size: size)] {
      let ledger = try ledger(data)
      #expect(try ledger.verify().summary == [ledger.expectation(.signature, 25)])
    }
  }

  @Test("A log rebuilt under an anchor is inconsistent with it, though the checkpoint that was anchored has gone")
  func rebuilt() throws {
    let ledger = try ledger(data(at: Self.lastCovered))
    let forged = try AttackTests.rebuild(ledger, altering: 12)
    try ledger.seal(size: 40, lines: forged)
    let report = try ledger.verify()
    #expect(report.findings.map(\.kind) == [.inconsistent])
    #expect(report.findings.map(\.sequence) == [19])
  }

  @Test("What was recorded later than it was anchored is found, and clocks may differ by ten minutes")
  func recordedLater() throws {
    var ledger = try ledger(data(at: Self.lastCovered - 600))
    #expect(try ledger.verify().summary == [])
    ledger = try self.ledger(data(at: Self.lastCovered - 601))
    #expect(try ledger.verify().summary == [ledger.expectation(.time, 19)])
  }

  @Test("An anchor that was recorded before it was made is found")
  func recordedBefore() throws {
    var ledger = try ledger(data(at: Self.lastCovered + 606))
    #expect(try ledger.verify().summary == [])
    ledger = try self.ledger(data(at: Self.lastCovered + 607))
    #expect(try ledger.verify().summary == [ledger.expectation(.time, 25)])
  }

  @Test("A forged cosignature line in a kept checkpoint, or in the newest, is found")
  func forgedLine() throws {
    let ledger = try ledger(data(at: Self.lastCovered))
    for (name, size) in [("checkpoints/00000000000000000020", 20), ("checkpoint", 40)] {
      let url = ledger.folder.appending(path: name)
      var note = try SignedNote(parsing: Array(ledger.checkpoint(size: size).utf8))
      try note.append(signatureLines: witness.cosignature(of: note.text, at: Self.lastCovered).line)
      try Data(note.encoded.utf8).write(to: url)
      #expect(try ledger.verify().summary == [])
      note = try SignedNote(parsing: Array(ledger.checkpoint(size: size).utf8))
      try note.append(signatureLines: witness.cosignature(of: "x\n", at: Self.lastCovered).line)
      try Data(note.encoded.utf8).write(to: url)
      #expect(try ledger.verify().summary == ["signature - -"])
      try Data(ledger.checkpoint(size: size).utf8).write(to: url)
    }
  }

  @Test("A policy asks for cosignatures; the newest checkpoint that has them says how far the witnesses have seen")
  func policy() throws {
    let ledger = try ledger(data(at: Self.lastCovered))
    let policy = try WitnessPolicy(
      parsing: "log \(key.verifierKey)\nwitness w \(witness.verifierKey)\nquorum w\n")
    var report = try ledger.verify(.init(policy: policy))
    #expect(report.summary == ["signature - -"])
    #expect(report.witnessed == nil)

    var note = try SignedNote(parsing: Array(ledger.checkpoint(size: Self.size).utf8))
    try note.append(signatureLines: witness.cosignature(of: note.text, at: Self.lastCovered).line)
    try Data(note.encoded.utf8).write(to: ledger.folder.appending(path: "checkpoints/20"))
    report = try ledger.verify(.init(policy: policy))
    #expect(report.summary == [])
    #expect(report.witnessed == 20 && report.signed == 40)

    let other = try SigningKey.generate(name: SampleLedger.origin).verifierKey
    let foreign = try WitnessPolicy(parsing: "log \(other)\nwitness w \(witness.verifierKey)\nquorum w\n")
    #expect(try ledger.verify(.init(policy: foreign)).summary == ["signature - -"])
    #expect(try ledger.verify(.init(policy: WitnessPolicy(parsing: "quorum none\n"))).witnessed == 40)
  }
}
