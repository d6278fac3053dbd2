import Foundation
import Testing

/// `tools/verify.py` shares no code with the command, and says the same.
struct SecondVerifierTests {
  @Test func bothAgreeOverEveryFixture() throws {
    try AttackFixture.run { fixtures, folder in
      for fixture in fixtures {
        let verdicts = try Verifier.allCases.map { try $0.verify(fixture, in: folder) }
        #expect(verdicts[0].findings == verdicts[1].findings, "\(fixture.name)")
        #expect(verdicts[0].status == verdicts[1].status, "\(fixture.name)")
        #expect(verdicts[1].findings == fixture.findings, "\(fixture.name)")
      }
    }
  }

  @Test func bothSayTheSameOfASoundLedger() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      let kept = ledger.folder.file("kept")
      try ledger.get("/checkpoint").body.write(to: kept)
      try ledger.record(.project("A1", id: "later"))
      // Else a checkpoint is signed between the two verdicts.
      #expect(try ledger.curl.send("/checkpoint", method: "POST").status == 200)
      let bundle = ledger.folder.file("bundle").path
      let exported = try ledger.command("export", arguments: ["--bundle", bundle])
      try #require(exported.status == 0, "\(exported.errors)")
      // The daemon is running: what it has not declared durable is not looked at.
      for path in [ledger.path, bundle] {
        let arguments = ["--checkpoint", kept.path, "--key", ledger.verifierKey]
        let verdicts = try Verifier.allCases.map { try $0.verify(path, arguments) }
        for verdict in verdicts { #expect(verdict.status == 0 && verdict.findings.isEmpty) }
        let (command, script) = (verdicts[0].report, verdicts[1].report)
        #expect(script.origin == command.origin && script.root == command.root && script.keys == command.keys)
        #expect(script.records == command.records && script.bytes == command.bytes)
        #expect(script.signed == command.signed && script.unsigned == command.unsigned)
        #expect(script.checkpoints == command.checkpoints)
      }
    }
  }

  @Test func wrongUsageIsToldFromAFinding() throws {
    try LedgerUnderTest.run { ledger in
      let script = Repository.root.appending(path: "tools/verify.py")
      let wrong: [[String]] = [
        [], ["--nothing", ledger.path], [ledger.path, "--key", "no key"], [ledger.path, "--checkpoint", "/nowhere"],
        [ledger.folder.file("nowhere").path],
      ]
      for arguments in wrong {
        let result = try Program.run(script, arguments)
        #expect(result.status == 64, "\(arguments)")
      }
    }
  }
}
