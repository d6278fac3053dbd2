import Foundation
import Testing

/// A byte of the log that is changed.
struct ChangedByte: CustomTestStringConvertible, Sendable {
  var testDescription: String
  /// From the first record, or from the last one where it is negative.
  var record: Int
  /// The byte right behind this text is changed.
  var after: String

  static let all = [
    ChangedByte("first byte of the first record", 0, ""),
    ChangedByte("origin in the first record", 0, #""origin":""#),
    ChangedByte("data in the middle", 40, #""data":{""#),
    ChangedByte("time in the middle", 41, #""time":""#),
    ChangedByte("recordedtime in the middle", 42, #""recordedtime":"20"#),
    ChangedByte("previoushash in the middle", 43, #""previoushash":""#),
    ChangedByte("sequence in the middle", 44, #""sequence":"000000000000000000"#),
    ChangedByte("subjectversion in the middle", 45, #""subjectversion":"#),
    ChangedByte("subject in the middle", 46, #""subject":""#),
    ChangedByte("a brace in the middle", 47, #""data":"#),
    ChangedByte("data in the last record", -1, #""titel":"letzter "#),
    ChangedByte("previoushash in the last record", -1, #""previoushash":""#),
    ChangedByte("last byte of the last record", -1, #""kategorie":"A""#),
  ]

  init(_ description: String, _ record: Int, _ after: String) {
    testDescription = description
    self.record = record
    self.after = after
  }
}

/// `verify`: what is sound, and what is not, with its place.
struct VerifyTests {
  private func segment(_ ledger: LedgerUnderTest) throws -> URL { try #require(try ledger.segments().first) }

  /// Overwrites a segment, which the ledger keeps read-only where it is closed.
  private func overwrite(_ segment: URL, with bytes: Data) throws {
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: segment.path)
    try bytes.write(to: segment)
  }

  private func withSeedAndLast(_ scenario: (LedgerUnderTest) throws -> Void) throws {
    try LedgerUnderTest.damage(
      seeded: true,
      before: { ledger in
        try ledger.record(.project("A98", id: "last-but-one"))
        try ledger.record(.project("A99", id: "last", titel: "letzter Eintrag"))
      }, scenario)
  }

  @Test(arguments: ChangedByte.all)
  func changedByteIsFoundWithItsPlace(change: ChangedByte) throws {
    try withSeedAndLast { ledger in
      let segment = try segment(ledger)
      var bytes = try Data(contentsOf: segment)
      let lines = try ledger.logLines()
      let sequence = change.record < 0 ? lines.count + change.record : change.record
      let offset = lines[..<sequence].reduce(0) { $0 + $1.count + 1 }
      let text = try #require(
        lines[sequence].range(of: Data(change.after.utf8)).map(\.upperBound) ?? (change.after.isEmpty ? 0 : nil))
      bytes[offset + text] ^= 0x01
      try overwrite(segment, with: bytes)

      let (status, report) = try ledger.verify()
      #expect(status == 1)
      #expect(!report.ok)
      // Of the first record the checkpoint's signature fails, too: that finding has no place in the log.
      let finding = try #require(report.findings.first { $0.sequence != nil }, "\(report.findings)")
      #expect(["altered", "malformed"].contains(finding.kind), "\(finding)")
      #expect(finding.sequence == sequence, "\(report.findings)")
      #expect(finding.segment == segment.lastPathComponent)
      #expect(finding.offset == offset)
      #expect(!finding.detail.isEmpty)

      // People are told, too, in their language.
      let english = try ledger.command("verify")
      #expect(english.status == 1)
      #expect(english.text.contains("\(sequence)") && english.text.contains(segment.lastPathComponent))
      let german = try Program.run(
        Repository.program, ["verify", "--ledger", ledger.path], environment: ["LC_ALL": "de_DE.UTF-8"])
      #expect(german.status == 1)
      #expect(german.text.contains("NICHT in Ordnung"))
    }
  }

  @Test func recordTakenOutIsFound() throws {
    try withSeedAndLast { ledger in
      var lines = try ledger.logLines()
      lines.remove(at: 50)
      try overwrite(segment(ledger), with: Data(lines.map { $0 + [0x0A] }.joined()))
      let (status, report) = try ledger.verify()
      #expect(status == 1)
      #expect(report.findings.contains { $0.kind == "missing" && $0.sequence == 50 }, "\(report.findings)")
    }
  }

  @Test func recordsExchangedAreFound() throws {
    try withSeedAndLast { ledger in
      var lines = try ledger.logLines()
      lines.swapAt(50, 51)
      try overwrite(segment(ledger), with: Data(lines.map { $0 + [0x0A] }.joined()))
      let (status, report) = try ledger.verify()
      #expect(status == 1)
      #expect(report.findings.contains { $0.kind == "reordered" }, "\(report.findings)")
    }
  }

  @Test func endCutOffIsFound() throws {
    try withSeedAndLast { ledger in
      let lines = try ledger.logLines()
      try overwrite(segment(ledger), with: Data(lines.dropLast().map { $0 + [0x0A] }.joined()))
      let (status, report) = try ledger.verify()
      #expect(status == 1)
      #expect(
        report.findings.contains { $0.kind == "truncated" && $0.sequence == lines.count - 1 }, "\(report.findings)")
      // The ledger is not opened for writing either, and says why.
      let serve = try Program.run(Repository.program, ["serve", "--ledger", ledger.path, "--socket", ledger.socket])
      #expect(serve.status == 1)
      #expect(serve.errors.contains("\(lines.count)"))
    }
  }

  @Test func emptyLogIsNotSound() throws {
    try LedgerUnderTest.damage(seeded: false) { ledger in
      try overwrite(segment(ledger), with: Data())
      #expect(try ledger.verify().status == 1)
      try FileManager.default.removeItem(at: segment(ledger))
      #expect(try ledger.verify().status == 1)
    }
  }

  @Test func alteredCheckpointIsFound() throws {
    try LedgerUnderTest.damage(seeded: true) { ledger in
      let file = ledger.folder.file("ledger/checkpoint")
      let note = try String(contentsOf: file, encoding: .utf8)
      let lines = note.split(separator: "\n", omittingEmptySubsequences: false)
      let size = try #require(Int(lines[1]))
      try Data(note.replacing("\n\(size)\n", with: "\n\(size - 1)\n").utf8).write(to: file)
      let (status, report) = try ledger.verify()
      #expect(status == 1)
      #expect(report.findings.contains { $0.kind == "signature" }, "\(report.findings)")
    }
  }

  @Test func keyAndCheckpointKeptElsewhereAreCompared() throws {
    try LedgerUnderTest.run { ledger in
      let kept = ledger.folder.file("kept")
      try ledger.get("/checkpoint").body.write(to: kept)
      try ledger.record(.project("A1", id: "a1"))
      ledger.stop()
      #expect(try ledger.verify("--checkpoint", kept.path, "--key", ledger.verifierKey).status == 0)

      // Another ledger of the same name has another key and another history.
      try LedgerUnderTest.run { other in
        let wrongKey = try ledger.verify("--key", other.verifierKey)
        #expect(wrongKey.status == 1)
        #expect(wrongKey.report.findings.contains { $0.kind == "signature" })
        let foreign = other.folder.file("kept")
        try other.get("/checkpoint").body.write(to: foreign)
        #expect(try ledger.verify("--checkpoint", foreign.path).status == 1)
      }
    }
  }

  /// The files of the packs in use are documents of the ledger.
  private func packDocument(_ ledger: LedgerUnderTest) throws -> URL {
    let documents = ledger.folder.file("ledger/documents/sha256")
    let digest = try #require(
      try Program.run(URL(filePath: "/usr/bin/sha256sum"), ["\(Repository.packs)/projekte/pack.json"]).text
        .split(separator: " ").first)
    return documents.appending(path: "\(digest.prefix(2))/\(digest.dropFirst(2))")
  }

  @Test func alteredDocumentIsFound() throws {
    try LedgerUnderTest.damage(seeded: false) { ledger in
      let file = try packDocument(ledger)
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
      try Data(Data(contentsOf: file).map { $0 ^ 0x01 }).write(to: file)
      #expect(try ledger.verify().status == 0)
      let (status, report) = try ledger.verify("--documents")
      #expect(status == 1)
      #expect(report.findings.map(\.kind) == ["document-altered"])
    }
  }

  @Test func missingDocumentIsFound() throws {
    try LedgerUnderTest.damage(seeded: false) { ledger in
      try FileManager.default.removeItem(at: packDocument(ledger))
      #expect(try ledger.verify().status == 0)
      let (status, report) = try ledger.verify("--documents")
      #expect(status == 1)
      #expect(report.findings.map(\.kind) == ["document-missing"])
    }
  }

  @Test func liveLedgerIsSound() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      let lines = ledger.folder.file("lines")
      try SampleEvent.lines((0..<2000).map { .project("A\($0 % 9)", id: "a\($0)") }).write(to: lines)
      let client = try ledger.curl.stream("/v1/events", headers: ["Content-Type: \(ContentType.lines)"], body: lines)
      var records: [Int] = []
      repeat {
        let (status, report) = try ledger.verify()
        #expect(status == 0)
        #expect(report.findings.isEmpty)
        records.append(report.records)
      } while client.lines.lines.count < 2000
      #expect(client.waitForExit() == 0)
      #expect(records == records.sorted())
      #expect(try ledger.verify().report.records == 2100)
    }
  }
}
