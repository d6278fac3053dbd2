import Foundation
import Testing

/// A backup becomes a ledger again under a new name, and nobody can mistake it for the old one.
struct RestoreTests {
  private static let origin = "ledger.example/akten-2"

  private struct Resumption: Decodable {
    struct Content: Decodable {
      var origin: String
      var size: Int
      var root: String
      var neuerorigin: String
      var verifierkey: String
    }

    var type: String
    var sequence: String
    var data: Content
  }

  private func backup(_ ledger: LedgerUnderTest, as name: String = "backup") throws -> URL {
    let folder = ledger.folder.file(name)
    let result = try ledger.command("backup", arguments: [folder.path])
    try #require(result.status == 0, "\(result.errors)")
    return folder
  }

  private func restore(
    _ backup: URL, as origin: String = Self.origin, to target: URL, _ options: [String] = []
  ) throws -> Program.Result {
    try Program.run(
      Repository.program, ["restore", backup.path, "--new-origin", origin, "--ledger", target.path] + options)
  }

  private func restored(
    _ ledger: LedgerUnderTest, as origin: String = Self.origin, _ options: [String] = []
  ) throws -> LedgerUnderTest {
    let target = ledger.folder.file("restored")
    let result = try restore(backup(ledger), as: origin, to: target, options)
    try #require(result.status == 0, "\(result.errors)")
    return try LedgerUnderTest.adopting(
      target, verifierKey: result.text.trimmingCharacters(in: .newlines), packs: ledger.packs)
  }

  /// Both verifiers find nothing, whichever key is named.
  private func expectSound(
    _ path: String, keys: [String], _ arguments: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for verifier in Verifier.allCases {
      for key in keys {
        let verdict = try verifier.verify(path, ["--documents", "--key", key] + arguments)
        #expect(verdict.status == 0 && verdict.findings.isEmpty, "\(verdict)", sourceLocation: sourceLocation)
        #expect(verdict.report.keys == keys, sourceLocation: sourceLocation)
      }
    }
  }

  @Test func recordsOfTheBackupGoOnUnderANewName() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      ledger.stop()
      let before = try ledger.log()
      let new = try restored(ledger)
      let copied = try new.log()
      #expect(copied.starts(with: before))
      try new.start()
      let known = try new.appendSeed()
      #expect(known.count { !$0.duplicate } == 0)
      try new.record(.project("B1", id: "after"))
      new.stop()
      let keys = [ledger.verifierKey, new.verifierKey]
      #expect(keys[1].hasPrefix(Self.origin + "+"))
      try expectSound(new.path, keys: keys, ["--checkpoint", ledger.path + "/checkpoint"])
      let report = try new.verify().report
      #expect(report.origin == Self.origin && report.unsigned == 0)
    }
  }

  @Test func nextRecordSaysWhatTheOldNameHadSigned() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      ledger.stop()
      let checkpoint = try String(contentsOf: URL(filePath: ledger.path + "/checkpoint"), encoding: .utf8)
      let old = checkpoint.split(separator: "\n").map(String.init)
      let new = try restored(ledger)
      let line = try #require(try new.logLines().last)
      let record: Resumption = try line.decoded()
      #expect(record.type == "de.aktenspur.ledger.wiederaufgenommen")
      #expect(Int(record.sequence) == record.data.size)
      #expect([record.data.origin, "\(record.data.size)", record.data.root] == Array(old[..<3]))
      #expect(record.data.neuerorigin == Self.origin && record.data.verifierkey == new.verifierKey)
      let kept = new.path + "/checkpoints/" + record.sequence
      #expect(try String(contentsOf: URL(filePath: kept), encoding: .utf8) == checkpoint)
    }
  }

  @Test func itCanBeBackedUpAndRestoredAgain() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      ledger.stop()
      let second = try restored(ledger)
      try second.start()
      try second.record(.project("B1", id: "after"))
      second.stop()
      let third = try restored(second, as: "ledger.example/akten-3")
      let keys = [ledger, second, third].map(\.verifierKey)
      try expectSound(third.path, keys: keys)
      // No name comes back.
      for name in [LedgerUnderTest.origin, Self.origin, "ledger.example/akten-3"] {
        let again = try restore(
          try backup(third, as: "backup-\(name.count)-\(name.last!)"), as: name, to: third.folder.file("no"))
        #expect(again.status == 64 && again.errors.contains("before"), "\(again.errors)")
        #expect(!FileManager.default.fileExists(atPath: third.folder.file("no").path))
      }
    }
  }

  @Test func proofsAndBundlesOfItHold() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      ledger.stop()
      let new = try restored(ledger)
      try new.start()
      try new.record(.project("A7", id: "after"))
      new.stop()
      let (proof, record) = (new.folder.file("proof"), new.folder.file("record"))
      #expect(try new.command("prove", arguments: ["7", "-o", proof.path]).status == 0)
      try new.command("events", arguments: ["--from", "7", "--to", "7"]).output.write(to: record)
      let check = ["check", proof.path, "--record", record.path, "--key"]
      #expect(try Program.run(Repository.program, check + [new.verifierKey]).status == 0)
      #expect(try Program.run(Repository.program, check + [ledger.verifierKey]).status == 1)
      for (name, selection) in [
        ("whole", []), ("range", ["--from", "5", "--to", "9"]), ("part", ["--subject", "projekt/A7"]),
      ] {
        let bundle = new.folder.file(name).path
        let exported = try new.command("export", arguments: ["--bundle", bundle] + selection)
        try #require(exported.status == 0, "\(exported.errors)")
        try expectSound(bundle, keys: [ledger.verifierKey, new.verifierKey])
      }
    }
  }

  @Test func aNewerCheckpointHeldAnywhereShowsTheRollback() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      ledger.stop()
      let old = try backup(ledger)
      try ledger.start()
      try ledger.record(.project("B1", id: "lost"))
      ledger.stop()
      let newer = ["--checkpoint", ledger.path + "/checkpoint"]
      let target = ledger.folder.file("restored")
      let refused = try restore(old, to: target, newer)
      #expect(refused.status == 1 && refused.errors.contains("truncated"), "\(refused.errors)")
      #expect(!FileManager.default.fileExists(atPath: target.path))
      // Who does not name it makes a ledger that others find out, also when it has grown beyond.
      let result = try restore(old, to: target)
      let new = try LedgerUnderTest.adopting(
        target, verifierKey: result.text.trimmingCharacters(in: .newlines), packs: ledger.packs)
      try new.start()
      for number in 0..<4 { try new.record(.project("B2", id: "other-\(number)")) }
      new.stop()
      let restored = try ledger.verify().report.records - 1
      for verifier in Verifier.allCases {
        let verdict = try verifier.verify(new.path, newer)
        #expect(verdict.findings == [AttackFixture.Finding(kind: "truncated", sequence: restored)])
      }
      // A backup of the old ledger does not take the restored one.
      #expect(try new.command("backup", arguments: [old.path]).status == 73)
    }
  }

  @Test func unsignedRecordsBehindTheCheckpointAreLeftOut() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      let checkpoint = try ledger.curl.send("/checkpoint", method: "POST").body
      try ledger.record(.project("B1", id: "unsigned"))
      ledger.stop()
      let folder = try backup(ledger)
      try checkpoint.write(to: folder.appending(path: "checkpoint"))
      let target = ledger.folder.file("restored")
      let result = try restore(folder, to: target)
      #expect(result.status == 0 && result.errors.contains("1 records behind"), "\(result.errors)")
      let new = try LedgerUnderTest.adopting(
        target, verifierKey: result.text.trimmingCharacters(in: .newlines), packs: ledger.packs)
      let (old, copied) = (try ledger.logLines(), try new.logLines())
      #expect(copied.dropLast() == old.dropLast())
      try new.start()
      try new.record(.project("B1", id: "unsigned"))
      new.stop()
      try expectSound(new.path, keys: [ledger.verifierKey, new.verifierKey])
    }
  }

  @Test func whatCannotBeRestoredLeavesNothingBehind() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      ledger.stop()
      let folder = try backup(ledger)
      let target = ledger.folder.file("restored")
      func expectRefusal(
        _ backup: URL, as origin: String = Self.origin, _ status: Int32, _ options: [String] = [],
        sourceLocation: SourceLocation = #_sourceLocation
      ) throws {
        let result = try restore(backup, as: origin, to: target, options)
        #expect(result.status == status, "\(result.errors)", sourceLocation: sourceLocation)
        #expect(result.output.isEmpty, sourceLocation: sourceLocation)
        #expect(!FileManager.default.fileExists(atPath: target.path), sourceLocation: sourceLocation)
      }
      try expectRefusal(folder, as: LedgerUnderTest.origin, 64)
      try expectRefusal(folder, as: "with space", 64)
      try expectRefusal(ledger.folder.file("nowhere"), 74)
      try expectRefusal(folder, 1, ["--key", try LedgerUnderTest.new().verifierKey])
      try expectRefusal(folder, 74, ["--keys", ledger.folder.file("nowhere").path])
      let altered = ledger.folder.file("altered")
      try FileManager.default.copyItem(at: folder, to: altered)
      let segment = altered.appending(path: "log/00000000000000000000.ndjson")
      var bytes = try Data(contentsOf: segment)
      bytes[bytes.count / 2] ^= 1
      try bytes.write(to: segment)
      try expectRefusal(altered, 1)
      // A folder with something in it stays as it is.
      let there = try restore(folder, to: folder)
      #expect(there.status == 73)
      try expectSound(folder.path, keys: [ledger.verifierKey])
    }
  }

  /// Whatever stops it, a folder that something lies in is not touched.
  @Test func aFolderThatIsNotEmptyStaysAsItIs() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      let folder = try backup(ledger)
      let target = ledger.folder.file("precious")
      try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
      try Data("mine".utf8).write(to: target.appending(path: "file"))
      let live = URL(filePath: ledger.path)
      for (source, origin) in [
        (folder, Self.origin), (folder, "a b"), (folder, LedgerUnderTest.origin), (live, Self.origin),
      ] {
        #expect(try restore(source, as: origin, to: target).status != 0)
        #expect(try Data(contentsOf: target.appending(path: "file")) == Data("mine".utf8), "\(source), \(origin)")
      }
    }
  }

  @Test func erasedPersonStaysErasedWhateverKeysComeBack() throws {
    let packs = try ScratchFolder()
    try ServiceBikes.write(to: packs.url)
    try LedgerUnderTest.run(packs: packs.url.path) { ledger in
      let kept = try ledger.record(ServiceBikes.bought("7", id: "a", nutzer: "Wilhelmine"))
      let gone = try ledger.record(ServiceBikes.bought("8", id: "b", nutzer: "Friederike"))
      let keys = ledger.folder.file("keys")
      try FileManager.default.copyItem(at: ledger.folder.file("ledger/keys/personen"), to: keys)
      for name in ["anna", "bernd"] {
        let erased = try Program.run(
          Repository.program,
          ["erase", "--socket", ledger.socket, "--authid", name, "--reason", "x", "--legal-basis", "y", "rad/8"])
        #expect(erased.status == 0, "\(erased.errors)")
      }
      ledger.stop()
      let new = try restored(ledger, ["--keys", keys.path])
      try new.start()
      #expect(try new.get("/v1/events/\(kept.sequence)?unseal=1").text.contains("Wilhelmine"))
      #expect(try !new.get("/v1/events/\(gone.sequence)?unseal=1").text.contains("Friederike"))
      let files = try FileManager.default.contentsOfDirectory(atPath: new.folder.file("ledger/keys/personen").path)
      #expect(files.count { $0.hasSuffix(".key") } == 1)
      new.stop()
    }
  }

  @Test(.enabled(if: SegmentFault.isAvailable, "strace is missing"))
  func killedAnywhereItLeavesNoLedgerOrAWholeOne() throws {
    try LedgerUnderTest.damage(seeded: true) { ledger in
      let folder = try backup(ledger)
      let calls = "write,pwrite64,fsync,rename,mkdir,chmod,unlink"
      var kills = 0
      // Most of the calls copy documents, which are all alike.
      for point in stride(from: 1, through: 2000, by: 13) {
        let target = ledger.folder.file("restored-\(point)")
        let killed = try Program.run(
          SegmentFault.tracer,
          [
            "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(calls)", "-e", "inject=\(calls):signal=KILL:when=\(point)",
            Repository.program.path, "restore", "--new-origin", Self.origin, folder.path, "--ledger", target.path,
          ])
        if killed.status == 0 { break }
        kills += 1
        if FileManager.default.fileExists(atPath: target.appending(path: "ledger.json").path) {
          let whole = try Program.run(
            Repository.program, ["verify", "--documents", "--ledger", target.path])
          #expect(whole.status == 0, "after \(point): \(whole.text)")
        } else {
          let serve = try Program.run(
            Repository.program, ["serve", "--ledger", target.path, "--socket", ledger.socket])
          #expect(serve.status == 74, "after \(point): \(serve.errors)")
        }
      }
      #expect(kills >= 10)
      try expectSound(folder.path, keys: [ledger.verifierKey])
    }
  }
}
