import Foundation
import Testing

/// Personal data are erased by destroying their key: two people ask for it, the log stays as it is.
struct ErasureTests {
  private static let name = "Wilhelmine Unverwechselbar"
  private let basis = ["--reason", "Antrag vom 3. Mai", "--legal-basis", "Art. 17 Abs. 1 Buchst. a DSGVO"]

  /// One answer of `erase --json`.
  private struct Answer: Decodable {
    struct Erasure: Decodable, Equatable {
      var person: String
      var state: String
      var key: String
      var request: Int
      var sequence: Int
      var remains: Int?
      var files: Int?
      var values: Int?
    }

    var erasures: [Erasure]
  }

  private struct OwnRecord: Decodable {
    struct Content: Decodable {
      var person: String?
      var schluessel: String?
      var grund: String?
      var rechtsgrundlage: String?
      var antrag: Int?
      var sequence: Int?
      var felder: [String]?
    }

    var type: String
    var authid: String
    var recordedby: String
    var data: Content
  }

  private func withBike(_ scenario: (LedgerUnderTest, Receipt) throws -> Void) throws {
    let folder = try ScratchFolder()
    try ServiceBikes.write(to: folder.url)
    try LedgerUnderTest.run(packs: folder.url.path) { ledger in
      try scenario(ledger, ledger.record(ServiceBikes.bought("7", id: "a", nutzer: Self.name)))
    }
  }

  private func erase(_ ledger: LedgerUnderTest, _ persons: String..., by authid: String) throws -> Program.Result {
    try Program.run(
      Repository.program, ["erase", "--socket", ledger.socket, "--json", "--authid", authid] + basis + persons)
  }

  private func erased(_ ledger: LedgerUnderTest, _ person: String, by authid: String) throws -> Answer.Erasure {
    let result = try erase(ledger, person, by: authid)
    try #require(result.status == 0, "\(result.errors)")
    return try #require(try JSONDecoder().decode(Answer.self, from: result.output).erasures.first)
  }

  private func own(_ ledger: LedgerUnderTest, _ sequence: Int) throws -> OwnRecord {
    try JSONDecoder().decode(OwnRecord.self, from: try ledger.logLines()[sequence])
  }

  private func keyFiles(_ ledger: LedgerUnderTest) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: ledger.folder.file("ledger/keys/personen").path)
      .filter { $0.hasSuffix(".key") }
  }

  @Test func theFirstCallIsRecordedAndErasesNothing() throws {
    try withBike { ledger, bike in
      let request = try erased(ledger, "rad/7", by: "anna")
      #expect(request.state == "requested" && request.request == request.sequence)
      let record = try own(ledger, request.sequence)
      #expect(record.type == "de.aktenspur.ledger.loeschung-beantragt")
      #expect(record.authid == "anna")
      #expect(record.data.person == "rad/7" && record.data.schluessel == request.key)
      #expect(record.data.grund == basis[1] && record.data.rechtsgrundlage == basis[3])
      #expect(try keyFiles(ledger) == ["\(request.key).key"])
      #expect(try ledger.get("/v1/events/\(bike.sequence)?unseal=1").text.contains(Self.name))
    }
  }

  @Test func theSameCallBySomeoneElseDestroysTheKey() throws {
    try withBike { ledger, bike in
      let before = try ledger.logLines()[bike.sequence]
      let request = try erased(ledger, "rad/7", by: "anna")
      let erasure = try erased(ledger, "rad/7", by: "bernd")
      #expect(erasure.state == "erased" && erasure.request == request.sequence && erasure.key == request.key)
      let record = try own(ledger, erasure.sequence)
      #expect(record.type == "de.aktenspur.ledger.geloescht")
      #expect(record.authid == "bernd" && record.data.antrag == request.sequence)
      #expect(try keyFiles(ledger).isEmpty)
      let answer = try ledger.get("/v1/events/\(bike.sequence)?unseal=1")
      #expect(answer.body == before)
      #expect(try ledger.logLines()[bike.sequence] == before)
    }
  }

  @Test func nothingIsLeftOfTheKeyAndTheValuesInAnyFile() throws {
    try withBike { ledger, bike in
      _ = try ledger.get("/v1/events/\(bike.sequence)?unseal=1")
      _ = try ledger.get("/v1/figures")
      #expect(try ledger.command("query", arguments: ["--as-of", "2", "SELECT * FROM rad"]).status == 0)
      let file = try #require(try keyFiles(ledger).first)
      let text = try String(
        contentsOf: ledger.folder.file("ledger/keys/personen/\(file)"), encoding: .utf8)
      let key = try #require(text.split(separator: "\n").first { $0.hasPrefix("key ") }?.dropFirst(4))
      _ = try erased(ledger, "rad/7", by: "anna")
      let erasure = try erased(ledger, "rad/7", by: "bernd")
      #expect(erasure.remains == 0 && erasure.values == 1)
      #expect(try ledger.ownRecords("loeschung-geprueft").map(\.data.reste) == [0])
      // And by our own eyes.
      let root = ledger.folder.file("ledger")
      var files = 0
      for name in try FileManager.default.subpathsOfDirectory(atPath: root.path) {
        guard let bytes = try? Data(contentsOf: root.appending(path: name)) else { continue }
        files += 1
        #expect(bytes.firstRange(of: Data(Self.name.utf8)) == nil, "\(name)")
        #expect(bytes.firstRange(of: Data(key.utf8)) == nil, "\(name)")
      }
      #expect(try #require(erasure.files) >= files - 2)
    }
  }

  @Test func whatIsLeftIsCountedAndNamed() throws {
    try withBike { ledger, _ in
      // Somebody has written the name where it is not sealed, and somebody has put a copy of the key aside.
      try ledger.record(
        SampleEvent(
          id: "b", type: "de.aktenspur.rad.angeschafft", subject: "rad/8", data: #"{"marke":"\#(Self.name)"}"#,
          members: [("authid", #""a""#)]))
      let file = try #require(try keyFiles(ledger).first)
      try FileManager.default.copyItem(
        at: ledger.folder.file("ledger/keys/personen/\(file)"), to: ledger.folder.file("ledger/cache/forgotten"))
      _ = try erased(ledger, "rad/7", by: "anna")
      let result = try erase(ledger, "rad/7", by: "bernd")
      #expect(result.status == 1)
      #expect(result.errors.contains("log/00000000000000000000.ndjson") && result.errors.contains("cache/forgotten"))
      let answer = try result.output.decoded(Answer.self)
      #expect(try #require(answer.erasures.first?.remains) >= 2)
      try FileManager.default.removeItem(at: ledger.folder.file("ledger/cache/forgotten"))
    }
  }

  @Test func retentionDutyKeepsTheDataAndSaysUntilWhen() throws {
    let folder = try ScratchFolder()
    try ServiceBikes.write(to: folder.url)
    try Data(
      """
      -- hold raeder.in-gebrauch: Rad in Gebrauch
      SELECT subject || ' ist nicht verkauft' AS text, sequence AS sequences
      FROM rad
      WHERE bis IS NULL AND subject IN (SELECT value FROM json_each(:subjects)) AND seit <= :effective;
      """.utf8
    ).write(to: folder.url.appending(path: "dienstraeder/holds.sql"))
    try LedgerUnderTest.run(packs: folder.url.path) { ledger in
      let bike = try ledger.record(ServiceBikes.bought("7", id: "a", nutzer: Self.name))
      let before = try ledger.log()
      let refused = try erase(ledger, "rad/7", by: "anna")
      #expect(refused.status == 65)
      for text in ["Rad in Gebrauch", "rad/7 ist nicht verkauft", "records \(bike.sequence)", "Art. 17 Abs. 3"] {
        #expect(refused.errors.contains(text), "\(text)")
      }
      #expect(try ledger.log() == before)
      try ledger.record(ServiceBikes.sold("7", id: "b", authid: "person-2"))
      _ = try erased(ledger, "rad/7", by: "anna")
      #expect(try erased(ledger, "rad/7", by: "bernd").remains == 0)
    }
  }

  @Test func theSamePersonCannotBeTheSecond() throws {
    try withBike { ledger, _ in
      _ = try erased(ledger, "rad/7", by: "anna")
      let before = try ledger.log()
      let again = try erase(ledger, "rad/7", by: "anna")
      #expect(again.status == 65)
      #expect(again.errors.contains("four eyes"))
      #expect(try ledger.log() == before)
      #expect(try keyFiles(ledger).count == 1)
    }
  }

  @Test func nothingIsDoneWhereOnePersonOfTheCallIsUnknown() throws {
    try withBike { ledger, _ in
      let before = try ledger.log()
      let result = try erase(ledger, "rad/7", "rad/8", by: "anna")
      #expect(result.status == 65)
      #expect(result.errors.contains("/persons/1") && result.errors.contains("rad/8"))
      #expect(try ledger.log() == before)
    }
  }

  @Test func whatIsErasedCannotBeErasedAgain() throws {
    try withBike { ledger, _ in
      _ = try erased(ledger, "rad/7", by: "anna")
      let erasure = try erased(ledger, "rad/7", by: "bernd")
      let again = try erase(ledger, "rad/7", by: "anna")
      #expect(again.status == 65)
      #expect(again.errors.contains("record \(erasure.sequence)"))
    }
  }

  @Test(.enabled(if: SegmentFault.isAvailable, "strace is missing"))
  func keyStaysWhereTheErasureCannotBeRecorded() throws {
    try withBike { ledger, bike in
      let request = try erased(ledger, "rad/7", by: "anna")
      let keys = try keyFiles(ledger)
      ledger.stop()
      try ledger.start(with: SegmentFault(call: "pwrite64", error: "ENOSPC"))
      let refused = try erase(ledger, "rad/7", by: "berta")
      #expect(refused.status == 74)
      #expect(try keyFiles(ledger) == keys)
      #expect(try ledger.get("/v1/events/\(bike.sequence)?unseal=1").text.contains(Self.name))

      let erasure = try erased(ledger, "rad/7", by: "berta")
      #expect(erasure.state == "erased" && erasure.key == request.key)
      #expect(try keyFiles(ledger).isEmpty)
    }
  }

  @Test(.enabled(if: SegmentFault.isAvailable, "strace is missing"))
  func searchThatACrashBrokeOffIsMadeUpForAtTheNextOpening() throws {
    try withBike { ledger, bike in
      _ = try erased(ledger, "rad/7", by: "anna")
      let file = try #require(try keyFiles(ledger).first)
      ledger.stop()
      // In the middle of the search, which alone looks into this file.
      let probe = ledger.folder.file("ledger/probe")
      try Data("x".utf8).write(to: probe)
      try ledger.start(killedAt: DeadlyCall(call: "openat", path: probe.path))
      #expect(try erase(ledger, "rad/7", by: "berta").status != 0)
      #expect(try keyFiles(ledger) == [file])
      try ledger.start()
      #expect(try keyFiles(ledger).isEmpty)
      #expect(try ledger.ownRecords("loeschung-geprueft").map(\.data.reste) == [0])
      #expect(try !ledger.get("/v1/events/\(bike.sequence)?unseal=1").text.contains(Self.name))
    }
  }

  @Test func keyPutBackIsDestroyedAtTheNextOpening() throws {
    try withBike { ledger, bike in
      let keys = ledger.folder.file("ledger/keys/personen")
      let backup = ledger.folder.file("keys")
      try FileManager.default.copyItem(at: keys, to: backup)
      _ = try erased(ledger, "rad/7", by: "anna")
      _ = try erased(ledger, "rad/7", by: "bernd")
      ledger.kill()
      // As after a crash between record and key, and as after restoring a backup of the keys.
      try FileManager.default.removeItem(at: keys)
      try FileManager.default.copyItem(at: backup, to: keys)
      #expect(try keyFiles(ledger).count == 1)
      try ledger.start()
      #expect(try keyFiles(ledger).isEmpty)
      #expect(try !ledger.get("/v1/events/\(bike.sequence)?unseal=1").text.contains(Self.name))
    }
  }

  @Test func laterEventsAreSealedWithANewKey() throws {
    try withBike { ledger, bike in
      _ = try erased(ledger, "rad/7", by: "anna")
      let erasure = try erased(ledger, "rad/7", by: "bernd")
      // The repeated event gets its first receipt, and no key is made for it.
      let again = try ledger.post(ServiceBikes.bought("7", id: "a", nutzer: Self.name))
      #expect(again.status == 200)
      #expect(try keyFiles(ledger).isEmpty)
      let next = try ledger.record(
        SampleEvent(
          id: "b", type: "de.aktenspur.rad.uebergeben", subject: "rad/7", data: #"{"nutzer":"Neue Person"}"#))
      #expect(try keyFiles(ledger).count == 1)
      #expect(try keyFiles(ledger) != ["\(erasure.key).key"])
      #expect(try ledger.get("/v1/events/\(next.sequence)?unseal=1").text.contains("Neue Person"))
      #expect(try !ledger.get("/v1/events/\(bike.sequence)?unseal=1").text.contains(Self.name))
    }
  }

  @Test func readingInTheClearIsRecordedFirst() throws {
    try withBike { ledger, bike in
      let answer = try ledger.get("/v1/events/\(bike.sequence)?unseal=1&grund=Auskunft&authid=anna")
      #expect(answer.status == 200)
      #expect(answer.text.contains(#""nutzer":"\#(Self.name)""#))
      #expect(answer.headers["cache-control"] == "no-store")
      let record = try own(ledger, try ledger.logLines().count - 1)
      #expect(record.type == "de.aktenspur.ledger.personendaten-gelesen")
      #expect(record.authid == "anna")
      #expect(record.data.sequence == bike.sequence && record.data.felder == ["/data/nutzer"])
      #expect(record.data.grund == "Auskunft")
    }
  }

  @Test(.enabled(if: Curl.User.canBe, "needs root, to call as other users"))
  func onlyWhoMayUnsealsAndErases() throws {
    try withBike { ledger, bike in
      ledger.stop()
      try ledger.configure(
        """
        principals:
          betrieb: {users: [0], append: {types: ["*"]}, rights: [read, administer, unseal], delegates: true}
          leser: {users: [4001], rights: [read]}
          verwalter: {users: [4002], rights: [read, administer]}
        """)
      try ledger.start()
      let before = try ledger.log()
      let reader = ledger.curl(as: 4001)
      #expect(try reader.send("/v1/events/\(bike.sequence)?unseal=1").status == 403)
      let body = Data(#"{"persons":["rad/7"],"reason":"r","legalbasis":"l","authid":"bernd"}"#.utf8)
      #expect(try reader.send("/v1/erasures", body: body).status == 403)
      #expect(try ledger.log() == before)
      // Who acts for nobody but itself cannot be two people.
      let administrator = ledger.curl(as: 4002)
      #expect(try administrator.send("/v1/erasures", body: body).status == 201)
      #expect(try own(ledger, ledger.logLines().count - 1).authid == "verwalter")
      let other = Data(#"{"persons":["rad/7"],"reason":"r","legalbasis":"l","authid":"carla"}"#.utf8)
      #expect(try administrator.send("/v1/erasures", body: other).status == 409)
      #expect(try keyFiles(ledger).count == 1)
    }
  }
}
