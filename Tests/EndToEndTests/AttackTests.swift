import Foundation
import Testing

/// What somebody with access to the files, or even to the signing key, may do to a ledger.
struct AttackTests {
  /// Every way that must be found, by the name of its fixture.
  private static let attacks: Set = [
    "byte-altered-in-data", "byte-altered-in-previoushash", "byte-altered-in-time", "record-removed", "record-inserted",
    "two-records-swapped", "tail-cut", "tail-cut-resealed-with-older-checkpoint",
    "tail-rewritten-resealed-with-older-checkpoint", "log-rebuilt-and-signed-with-older-checkpoint",
    "log-rebuilt-with-another-key-but-key-kept", "two-contents-for-one-sequence", "checkpoint-of-another-log",
    "checkpoint-with-foreign-key", "checkpoint-signature-stripped", "cosignature-forged-on-kept-checkpoint",
    "cosignature-forged-on-newest-checkpoint", "tile-altered", "segment-renamed", "segment-duplicated",
    "segment-emptied", "document-altered", "log-emptied", "restored-from-an-older-backup-with-newer-checkpoint",
    "restored-and-signed-with-the-old-key-again", "restored-and-sealed-with-the-old-key",
    "restored-naming-another-origin", "restored-naming-another-size", "restored-naming-another-root",
    "restored-signed-by-a-stranger", "restored-with-another-history", "new-key-without-a-record",
  ]

  @Test func eachIsFoundWhereItIsAndNothingElse() throws {
    try AttackFixture.run { fixtures, folder in
      let missing = AttackTests.attacks.subtracting(fixtures.map(\.name))
      #expect(missing.isEmpty)
      for fixture in fixtures {
        let verdict = try Verifier.command.verify(fixture, in: folder)
        #expect(verdict.findings == fixture.findings, "\(fixture.name)")
        #expect(verdict.status == (fixture.findings.isEmpty ? 0 : 1), "\(fixture.name)")
        #expect(verdict.report.ok == fixture.findings.isEmpty, "\(fixture.name)")
        // Only what the files themselves cannot show may be passed over, and then another fixture shows that it is found
        // with what was kept elsewhere.
        let isHidden = fixtures.contains { $0.name.hasPrefix(fixture.name + "-") && !$0.findings.isEmpty }
        #expect(
          !fixture.findings.isEmpty || fixture.name.contains("sound") || isHidden || isUnharmed(fixture),
          "\(fixture.name)")
      }
    }
  }

  /// Copies that are sound although their names do not say so.
  private func isUnharmed(_ fixture: AttackFixture) -> Bool {
    ["-as-written", "-with-older-checkpoint-of-all", "-checkpoint-too-old"].contains { fixture.name.hasSuffix($0) }
  }

  /// What was altered stays altered when the daemon opens the ledger: it refuses, or the verifier still finds it.
  @Test func openingRepairsNothing() throws {
    try LedgerUnderTest.damage(seeded: true) { ledger in
      let file = try #require(try ledger.segments().first)
      var bytes = try Data(contentsOf: file)
      let place = try #require(bytes.range(of: Data(#""titel":""#.utf8))?.upperBound)
      bytes[place] ^= 1
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
      try bytes.write(to: file)
      let before = try Verifier.command.verify(ledger.path)
      #expect(before.status == 1 && before.findings.map(\.kind) == ["altered"])
      try ledger.start()
      try ledger.record(.project("A1", id: "later"))
      ledger.stop()
      #expect(try Verifier.command.verify(ledger.path).findings == before.findings)
    }
  }
}
