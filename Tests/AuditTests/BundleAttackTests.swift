import Foundation
import Testing
import TransparencyLog

@testable import Audit

/// What somebody may do to a bundle on its way.
@Suite struct BundleAttackTests {
  struct Attack: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var expected: [String]
    var change: @Sendable (BundleUnderTest) throws -> Void

    init(_ description: String, _ expected: [String], _ change: @escaping @Sendable (BundleUnderTest) throws -> Void) {
      testDescription = description
      self.expected = expected
      self.change = change
    }
  }

  private static func proof(_ sequence: Int) -> String { "proofs/\(SampleLedger.pad(sequence, 20)).tlog-proof" }
  private static let older = "checkpoints/\(SampleLedger.pad(17, 20))"
  private static let consistency = "consistency/\(SampleLedger.pad(17, 20))-\(SampleLedger.pad(40, 20))"

  private static func document(_ text: String) -> String {
    let digest = SampleLedger.digest(text).hex
    return "documents/sha256/\(digest.prefix(2))/\(digest.dropFirst(2))"
  }

  /// On the records 0, 10 and 12 to 20.
  static let onSelection = [
    Attack("byte altered in data", ["altered 14 -"]) { bundle in
      try bundle.set(
        records: bundle.records().enumerated().map { $0 == 4 ? $1.replacing("bersicht", with: "bersieht") : $1 })
    },
    Attack("record removed", ["missing 14 -"]) { bundle in
      var records = try bundle.records()
      records.remove(at: 4)
      try bundle.set(records: records)
    },
    Attack("record removed with its proof", ["missing 14 -"]) { bundle in
      var records = try bundle.records()
      records.remove(at: 4)
      try bundle.set(records: records)
      try bundle.remove(proof(14))
    },
    Attack("last records removed with their proofs", ["missing 19 -", "missing 20 -"]) { bundle in
      try bundle.set(records: bundle.records().dropLast(2))
      try bundle.remove(proof(19))
      try bundle.remove(proof(20))
    },
    Attack("first record removed with its proof", ["signature - -", "missing 0 -"]) { bundle in
      try bundle.set(records: Array(bundle.records().dropFirst()))
      try bundle.remove(proof(0))
    },
    Attack("two records swapped", ["reordered 14 -"]) { bundle in
      var records = try bundle.records()
      records.swapAt(4, 5)
      try bundle.set(records: records)
    },
    Attack("record twice", ["inserted 14 -"]) { bundle in
      var records = try bundle.records()
      records.insert(records[4], at: 5)
      try bundle.set(records: records)
    },
    Attack("number of a record altered", ["altered 14 -"]) { bundle in
      let (old, new) = (SampleLedger.pad(14, 20), SampleLedger.pad(94, 20))
      try bundle.set(
        records: bundle.records().map { $0.replacing("\"sequence\":\"\(old)\"", with: "\"sequence\":\"\(new)\"") })
    },
    Attack("line that is no record", ["malformed 14 -"]) { bundle in
      try bundle.set(records: bundle.records().enumerated().map { $0 == 4 ? "{}" : $1 })
    },
    Attack("last line feed removed", ["malformed 20 -"]) { bundle in
      try bundle.set("records.ndjson", String(bundle.text("records.ndjson").dropLast()))
    },
    Attack("record of another log with a proof of that", ["altered 14 -"]) { bundle in
      let other = try BundleUnderTest(SampleLedger(), .range(from: 14, to: 14))
      var records = try bundle.records()
      records[4] = try other.records()[1]
      try bundle.set(records: records)
      try bundle.set(proof(14), other.text(proof(14)))
    },
    Attack("proof removed", ["missing 14 -"]) { try $0.remove(proof(14)) },
    Attack("proof emptied", ["altered 14 -"]) { try $0.set(proof(14), "") },
    Attack("hash in a proof altered", ["altered 14 -"]) { bundle in
      var lines = try bundle.text(proof(14)).split(separator: "\n", omittingEmptySubsequences: false)
      lines[3] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
      try bundle.set(proof(14), lines.joined(separator: "\n"))
    },
    Attack("proof of another record", ["altered 14 -"]) { try $0.set(proof(14), $0.text(proof(15))) },
    Attack("checkpoint removed", ["missing - -"]) { try $0.remove("checkpoint") },
    Attack("signature stripped", ["signature - -"]) { bundle in
      try bundle.set("checkpoint", bundle.text("checkpoint").components(separatedBy: "\n\n")[0] + "\n\n")
    },
    Attack("consistency proof removed", ["inconsistent 16 -"]) { try $0.remove(consistency) },
    Attack("consistency proof altered", ["inconsistent 16 -"]) { bundle in
      var lines = try bundle.text(consistency).split(separator: "\n", omittingEmptySubsequences: false)
      lines.swapAt(0, 1)
      try bundle.set(consistency, lines.joined(separator: "\n"))
    },
    Attack("consistency proof unreadable", ["inconsistent 16 -"]) { try $0.set(consistency, "x\n") },
    Attack("older checkpoint of another history", ["inconsistent 16 -"]) { bundle in
      let lines = try SampleLedger { $0[5].data = "{}" }.lines
      try bundle.set(older, bundle.ledger.checkpoint(size: 17, lines: lines))
    },
    Attack("older checkpoint with a foreign key", ["signature - -"]) { bundle in
      try bundle.set(older, bundle.ledger.checkpoint(size: 17, key: .generate(name: SampleLedger.origin)))
    },
    Attack("segment beside a selection", ["malformed - -"]) { bundle in
      try bundle.set("log/" + SampleLedger.segmentName(0), "")
    },
  ]

  static let onBoth = [
    Attack("unknown member", ["malformed - -"]) { try $0.set("hinweis.txt", "x") },
    Attack("misnamed checkpoint", ["malformed - -"]) { try $0.set("checkpoints/99", "x") },
    Attack("verifier key of another log", ["signature - -"]) { bundle in
      try bundle.set("verifier.key", "\(SigningKey.generate(name: SampleLedger.origin).verifierKey)\n")
    },
    Attack("verifier key removed", ["missing - -"]) { try $0.remove("verifier.key") },
    Attack("page removed", ["missing - -"]) { try $0.remove("LIESMICH.html") },
    Attack("description of another size", ["inconsistent 39 -"]) { bundle in
      try bundle.set("bundle.json", bundle.text("bundle.json").replacing("\"size\":40", with: "\"size\":41"))
    },
    Attack("description unreadable", ["malformed - -"]) { try $0.set("bundle.json", "{}") },
    Attack("document altered", ["document-altered - -"]) { try $0.set(document(SampleLedger.packFile), "{}") },
  ]

  @Test("What is done to a selection is found", arguments: onSelection + onBoth)
  func selection(attack: Attack) throws {
    let bundle = try BundleUnderTest(.aged(), .range(from: 12, to: 20))
    try attack.change(bundle)
    try bundle.pack()
    #expect(try Set(bundle.verify().summary) == Set(attack.expected))
  }

  @Test("What is done to a bundle of the whole log is found", arguments: onBoth)
  func whole(attack: Attack) throws {
    let bundle = try BundleUnderTest(.aged(), .all)
    try attack.change(bundle)
    try bundle.pack()
    #expect(try Set(bundle.verify().summary) == Set(attack.expected))
  }

  @Test("A removed document is missing where it is named")
  func removedDocument() throws {
    for selection in [BundleSelection.all, .range(from: 12, to: 20)] {
      for content in [SampleLedger.packFile, SampleLedger.manifest] {
        let bundle = try BundleUnderTest(.aged(), selection)
        let digest = SampleLedger.digest(content).hex
        try bundle.remove("documents/sha256/\(digest.prefix(2))/\(digest.dropFirst(2))")
        try bundle.pack()
        let report = try bundle.verify()
        #expect(report.findings.map(\.kind) == [.documentMissing])
        #expect(report.findings.map(\.sequence) == [10])
      }
    }
  }

  @Test("In a bundle of the whole log every byte of the log counts")
  func alteredLog() throws {
    let bundle = try BundleUnderTest(.aged(), .all)
    let name = "log/" + SampleLedger.segmentName(14)
    try bundle.set(name, bundle.text(name).replacing("\"e-17\"", with: "\"e-71\""))
    try bundle.pack()
    #expect(try bundle.verify().summary == [bundle.ledger.expectation(.altered, 17)])
  }

  @Test("A subject's record left out between others shows in the versions")
  func leftOut() throws {
    let bundle = try BundleUnderTest(.aged(), .subject("anfrage/2022-3"))
    var records = try bundle.records()
    records.remove(at: 4)
    try bundle.set(records: records)
    try bundle.remove(BundleAttackTests.proof(24))
    try bundle.pack()
    #expect(try bundle.verify().summary == ["version 31 -"])
  }

  @Test(
    "Checkpoints kept elsewhere are compared, and one that cannot be is not passed over",
    arguments: BundleTests.selections)
  func keptElsewhere(selection: BundleSelection) throws {
    let bundle = try BundleUnderTest(.aged(), selection)
    let ledger = bundle.ledger
    let changed = try SampleLedger { $0[5].data = "{}" }.lines
    func verify(_ note: String) throws -> [String] {
      let url = ledger.folder.appending(path: "kept")
      try Data(note.utf8).write(to: url)
      return try bundle.verify(.init(checkpoints: [url.path()])).findings.map {
        "\($0.kind.rawValue) \($0.sequence.map { "\($0)" } ?? "-")"
      }
    }
    #expect(try verify(ledger.checkpoint(size: 17)) == [])
    #expect(try verify(ledger.checkpoint(size: 40)) == [])
    #expect(try verify(ledger.checkpoint(size: 17, lines: changed)) == ["inconsistent 16"])
    #expect(try verify(ledger.checkpoint(size: 40, lines: changed)) == ["inconsistent 39"])
    // No proof in the bundle leads to this size, unless all records are there.
    #expect(try verify(ledger.checkpoint(size: 18)) == (selection == .all ? [] : ["inconsistent 17"]))
    let longer = try Checkpoint(origin: SampleLedger.origin, size: 41, root: .zero).signed(by: ledger.key).encoded
    #expect(try verify(longer) == [selection == .all ? "truncated 40" : "inconsistent 40"])
  }

  @Test("Bytes that are no archive, and an archive cut short, are malformed")
  func noArchive() throws {
    let bundle = try BundleUnderTest(.aged(), .all)
    let sound = try Data(contentsOf: URL(filePath: bundle.path))
    for bytes in [Data(), Data("x".utf8), sound.prefix(sound.count - 600), sound + Data([1])] {
      try bytes.write(to: URL(filePath: bundle.path))
      let report = try bundle.verify()
      #expect(!report.isSound)
      #expect(report.findings.contains { $0.kind == .malformed && $0.sequence == nil }, "\(report.summary)")
    }
  }
}
