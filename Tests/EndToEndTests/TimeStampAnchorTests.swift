import Foundation
import LogFormat
import Testing
import TimeStamps
import TransparencyLog

/// `anchor --tsa`: an authority that the house does not run, over HTTP and by files, and the evidence drawn from it.
struct TimeStampAnchorTests {
  private func anchor(_ ledger: LedgerUnderTest, _ arguments: String...) throws -> Program.Result {
    try Program.run(Repository.program, ["anchor", "--socket", ledger.socket] + arguments)
  }

  private func stamp(
    _ ledger: LedgerUnderTest, _ authority: AuthorityUnderTest, _ arguments: String...
  ) throws -> Receipt {
    let (request, answer) = (authority.file("\(UUID()).tsq"), authority.file("\(UUID()).tsr"))
    let written = try Program.run(
      Repository.program, ["anchor", "--socket", ledger.socket, "--tsa", request.path] + arguments)
    try #require(written.status == 0, "\(written.errors)")
    try authority.answer(request, to: answer)
    let imported = try anchor(ledger, "--import", answer.path, "--ca", authority.certificates)
    try #require(imported.status == 0, "\(imported.errors)")
    return try imported.output.decoded()
  }

  private func records(_ ledger: LedgerUnderTest) throws -> [Record] {
    try ledger.logLines().map { try Record(line: Array($0)) }
  }

  private func anchors(_ ledger: LedgerUnderTest) throws -> [JSONValue] {
    try records(ledger).filter { $0.type == "de.aktenspur.ledger.verankert" }.compactMap(\.data)
  }

  private func document(_ ledger: LedgerUnderTest, _ name: String?) throws -> URL {
    let hex = try #require(name?.trimmingPrefix("sha256:"))
    return ledger.folder.file("ledger/documents/sha256/\(hex.prefix(2))/\(hex.dropFirst(2))")
  }

  /// The root of the tree over what was recorded, made here once more from the files alone.
  private func root(_ ledger: LedgerUnderTest, of anchor: JSONValue) throws -> Digest {
    let size = try #require(anchor["size"]?.integer)
    let from = try #require(anchor["von"]?.integer)
    let root = try #require(anchor["root"]?.string)
    var leaves: Set<Digest> = [SHA256.hash("\(LedgerUnderTest.origin)\n\(size)\n\(root)\n")]
    for line in try ledger.logLines()[Int(from)..<Int(size)] {
      leaves.insert(SHA256.hash(Array(line)))
      let text = String(decoding: line, as: UTF8.self)
      guard text.contains(#""type":"de.aktenspur.ledger."#) else { continue }
      for match in text.matches(of: /"sha256:([0-9a-f]{64})"/) { leaves.insert(try #require(Digest(hex: match.1))) }
    }
    var level = leaves.sorted()
    while level.count > 1 {
      level = stride(from: 0, to: level.count, by: 2).map { place in
        guard place + 1 < level.count else { return level[place] }
        let pair = [level[place], level[place + 1]].sorted()
        return SHA256.hash(pair[0].bytes + pair[1].bytes)
      }
    }
    return level[0]
  }

  @Test func authorityStampsWhatWasRecordedSinceTheLastTime() throws {
    let authority = try AuthorityUnderTest()
    let url = try authority.listen()
    try LedgerUnderTest.run(seeded: true) { ledger in
      for number in 1...3 {
        try ledger.record(.project("A9\(number)", id: "p\(number)"))
        let stamped = try anchor(ledger, "--tsa", url, "--ca", authority.certificates)
        #expect(stamped.status == 0, "\(stamped.errors)")
        #expect(try !stamped.output.decoded(Receipt.self).duplicate)
      }
      let data = try anchors(ledger)
      #expect(data.count == 3)
      var before: Int64 = 0
      for anchor in data {
        #expect(anchor["art"]?.string == "zeitstempel" && anchor["algorithmus"]?.string == "sha256")
        #expect(anchor["von"]?.integer == before)
        #expect(anchor["richtlinie"]?.string == "1.3.6.1.4.1.99999.1")
        #expect(anchor["aussteller"]?.string == "CN=Wurzel,O=Pruefstelle,C=DE")
        #expect(try #require(anchor["zeit"]?.string).hasSuffix("Z"))
        before = try #require(anchor["size"]?.integer)
        let hash = try #require(anchor["baumwurzel"]?.string)
        #expect(try root(ledger, of: anchor).hex == hash)
        // Kept as the authority sent it: its own tool believes it.
        #expect(try authority.verifies(document(ledger, anchor["antwort"]?.string), hash: hash))
        #expect(
          try Data(contentsOf: document(ledger, anchor["vertrauensanker"]?.string))
            == Data(contentsOf: authority.file("ca.pem")))
        let name = String(repeating: "0", count: 20 - String(before).count) + String(before)
        let kept = ledger.folder.file("ledger/checkpoints/\(name)")
        #expect(try ledger.verify("--checkpoint", kept.path).status == 0)
      }
    }
  }

  @Test func filesGoToTheAuthorityAndBack() throws {
    let authority = try AuthorityUnderTest()
    let (request, answer) = (authority.file("anfrage.tsq"), authority.file("antwort.tsr"))
    try LedgerUnderTest.run(seeded: true) { ledger in
      #expect(try anchor(ledger, "--tsa", request.path, "--tsa-policy", "1.3.6.1.4.1.99999.2").status == 0)
      try authority.answer(request, to: answer)
      let later = authority.file("spaeter.tsq")
      try ledger.record(.project("A1", id: "a"))
      #expect(try anchor(ledger, "--tsa", later.path).status == 0)
      // Certificates of somebody else, and the answer to another request, say nothing.
      let stranger = try AuthorityUnderTest()
      #expect(try anchor(ledger, "--import", answer.path, "--ca", stranger.certificates).status == 1)
      let wrong = try anchor(
        ledger, "--import", answer.path, "--ca", authority.certificates, "--request", later.path)
      #expect(wrong.status == 1)
      #expect(try anchor(ledger, "--import", answer.path).status == 64)
      #expect(try anchors(ledger).isEmpty)
      let imported = try anchor(
        ledger, "--import", answer.path, "--ca", authority.certificates, "--request", request.path)
      #expect(imported.status == 0, "\(imported.errors)")
      let again = try anchor(ledger, "--import", answer.path, "--ca", authority.certificates)
      #expect(try again.status == 0 && again.output.decoded(Receipt.self).duplicate)
      // The second request was written before the first answer was there: it begins where that one does.
      let second = authority.file("spaeter.tsr")
      try authority.answer(later, to: second)
      #expect(try anchor(ledger, "--import", second.path, "--ca", authority.certificates).status == 0)
      let data = try anchors(ledger)
      #expect(data.map { $0["von"]?.integer } == [0, 0])
      #expect(data.first?["richtlinie"]?.string == "1.3.6.1.4.1.99999.2")
      // A stamp over something else, and a refusal, are no anchors.
      let other = try TimeStampRequest(Imprint(of: Array("x".utf8)))
      try Data(other.der).write(to: request)
      try authority.answer(request, to: answer)
      #expect(try anchor(ledger, "--import", answer.path, "--ca", authority.certificates).status == 1)
      try Data(TimeStampRequest(Imprint(of: Array("x".utf8)), policy: "1.2.3").der).write(to: request)
      try authority.answer(request, to: answer)
      #expect(try anchor(ledger, "--import", answer.path, "--ca", authority.certificates).status == 65)
      #expect(try anchors(ledger).count == 2)
    }
  }

  @Test func answerFindsItsPlaceWithoutTheNote() throws {
    let authority = try AuthorityUnderTest()
    let (request, answer) = (authority.file("anfrage.tsq"), authority.file("antwort.tsr"))
    try LedgerUnderTest.run(seeded: true) { ledger in
      #expect(try anchor(ledger, "--tsa", request.path).status == 0)
      try authority.answer(request, to: answer)
      try ledger.record(.project("A1", id: "a"))
      ledger.stop()
      try ledger.deleteCache()
      try ledger.start()
      let imported = try anchor(ledger, "--import", answer.path, "--ca", authority.certificates)
      #expect(imported.status == 0, "\(imported.errors)")
      #expect(try anchors(ledger).count == 1)
    }
  }

  @Test func renewalThatComesTooLateIsRefused() throws {
    let authority = try AuthorityUnderTest()
    try LedgerUnderTest.run(seeded: true) { ledger in
      let end = Date(timeIntervalSinceNow: 6)
      try authority.certify(until: end)
      let first = try stamp(ledger, authority)
      Thread.sleep(until: end + 1)
      try authority.certify(until: Date(timeIntervalSinceNow: 86_400))
      let (request, answer) = (authority.file("anfrage.tsq"), authority.file("antwort.tsr"))
      #expect(try anchor(ledger, "--tsa", request.path, "--renew", "\(first.sequence)").status == 0)
      try authority.answer(request, to: answer)
      let late = try anchor(ledger, "--import", answer.path, "--ca", authority.certificates)
      #expect(late.status == 1)
      #expect(late.errors.contains("does not hold any more"), "\(late.errors)")
      #expect(try anchors(ledger).count == 1)
    }
  }

  @Test func noTimeStampIsOverNothing() throws {
    let authority = try AuthorityUnderTest()
    let (request, answer) = (authority.file("anfrage.tsq"), authority.file("antwort.tsr"))
    try LedgerUnderTest.run { ledger in
      let empty = Checkpoint(origin: LedgerUnderTest.origin, size: 0, root: RFC6962.emptyRoot)
      try Data(TimeStampRequest(Imprint(of: Array(empty.text.utf8))).der).write(to: request)
      try authority.answer(request, to: answer)
      let certificates = try String(contentsOf: authority.file("ca.pem"), encoding: .utf8)
      let members = [
        #""kind":"time-stamp""#, #""size":0"#, #""response":"\#(try Data(contentsOf: answer).base64EncodedString())""#,
        #""certificates":\#(JSONText.string(certificates))"#,
      ]
      let body = Data("{\(members.joined(separator: ","))}".utf8)
      let refused = try ledger.curl.send("/v1/anchors", headers: ["Content-Type: application/json"], body: body)
      #expect(refused.status == 422)
      #expect(try anchors(ledger).isEmpty)
    }
  }

  @Test func evidenceRecordHoldsOverRenewals() throws {
    let authority = try AuthorityUnderTest()
    let trust = try TrustAnchors(Array(Data(contentsOf: authority.file("ca.pem"))))
    try LedgerUnderTest.run(seeded: true) { ledger in
      let sequence = 41
      let file = ledger.folder.file("beleg.ers")
      func export(_ sequence: Int) throws -> Program.Result {
        try ledger.command("export", arguments: ["--evidence-record", "\(sequence)", "-o", file.path])
      }
      func evidence(_ sequence: Int) throws -> VerifiedEvidence {
        let exported = try export(sequence)
        try #require(exported.status == 0, "\(exported.errors)")
        let line = try ledger.logLines()[sequence]
        return try EvidenceRecord(der: Array(Data(contentsOf: file))).verify(Array(line), trust: trust)
      }
      #expect(try export(sequence).status == 65)
      let first = try stamp(ledger, authority)
      #expect(try evidence(sequence).chains.map(\.count) == [1])
      #expect(throws: EvidenceError.self) {
        try EvidenceRecord(der: Array(Data(contentsOf: file)))
          .verify(Array(ledger.logLines()[sequence + 1]), trust: trust)
      }
      // A later stamp covers what came later, and leaves the first as it is.
      try ledger.record(.project("A1", id: "a"))
      let later = try stamp(ledger, authority)
      #expect(try evidence(first.sequence).chains.map(\.count) == [1])
      #expect(try evidence(sequence).chains.map(\.count) == [1])
      // A new time stamp over the old one, then a new tree with a longer hash, then a time stamp over that one.
      let renewed = try stamp(ledger, authority, "--renew", "\(first.sequence)")
      #expect(try evidence(sequence).chains.map(\.count) == [2])
      let anew = try stamp(ledger, authority, "--renew", "\(renewed.sequence)", "--hash", "sha512")
      #expect(try evidence(sequence).chains.map(\.count) == [2, 1])
      _ = try stamp(ledger, authority, "--renew", "\(anew.sequence)")
      #expect(try evidence(sequence).chains.map(\.count) == [2, 2])
      #expect(try evidence(0).chains.map(\.count) == [2, 2])
      #expect(try evidence(first.sequence).chains.map(\.count) == [1])
      let data = try anchors(ledger)
      #expect(data.map { $0["erneuert"]?.integer } == [nil, nil] + [first, renewed, anew].map { Int64($0.sequence) })
      #expect(data.map { $0["algorithmus"]?.string } == ["sha256", "sha256", "sha256", "sha512", "sha512"])
      // What is renewed already is not renewed again, and not everything is a time stamp.
      let request = authority.file("noch-einmal.tsq").path
      for wrong in [first.sequence, 7, later.sequence + 1000] {
        #expect(try anchor(ledger, "--tsa", request, "--renew", "\(wrong)").status == 1)
      }
      #expect(try export(100_000).status == 65)
    }
  }
}
