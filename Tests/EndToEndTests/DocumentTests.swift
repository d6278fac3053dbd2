import Foundation
import Synchronization
import Testing

/// Contents go in and out over the socket; each way is on the record.
struct DocumentTests {
  private let text = Data("Bescheid über die Zulassung eines Dienstrades.\n".utf8)

  private func run(_ bytes: Data? = nil, _ scenario: (LedgerUnderTest, SampleContent) throws -> Void) throws {
    try LedgerUnderTest.run { ledger in
      try scenario(ledger, try SampleContent(bytes ?? text, in: ledger.folder))
    }
  }

  // MARK: Filing

  @Test func contentIsFiledWithItsSizeAndMediaTypeAndReadBackAsItWas() throws {
    try run { ledger, content in
      let filed = try ledger.put(content, mediaType: "text/plain; charset=utf-8", headers: ["Expect:"])
      #expect(filed.status == 201)
      let answer = try filed.decoded(LedgerUnderTest.FilingAnswer.self)
      #expect(answer.digest == content.name && answer.size == content.size && !answer.duplicate)
      let record = try #require(try ledger.ownRecords("dokument-abgelegt").first)
      #expect(record.data.inhalt == content.name && record.data.groesse == content.size)
      #expect(record.data.medientyp == "text/plain; charset=utf-8")
      let read = try ledger.read(content)
      #expect(read.status == 200 && read.body == text)
      #expect(read.contentType == "text/plain; charset=utf-8")
      #expect(read.headers["etag"] == "\"\(content.name)\"")
      #expect(read.headers["content-disposition"] == "attachment" && read.headers["cache-control"] == "no-store")
    }
  }

  @Test func sameContentIsStoredAndRecordedOnce() throws {
    try run { ledger, content in
      let first = try ledger.put(content, mediaType: "text/plain").decoded(LedgerUnderTest.FilingAnswer.self)
      for headers in [["Expect: 100-continue"], ["Expect:"]] {
        let again = try ledger.put(content, mediaType: "text/html", headers: headers)
        #expect(again.status == 200)
        let answer = try again.decoded(LedgerUnderTest.FilingAnswer.self)
        #expect(answer.sequence == first.sequence && answer.mediatype == "text/plain" && answer.duplicate)
      }
      #expect(try ledger.ownRecords("dokument-abgelegt").count == 1)
    }
  }

  @Test func bytesOfAnotherDigestAreRefusedAndNothingOfThemIsKept() throws {
    try run { ledger, content in
      let other = try SampleContent(Data("etwas anderes".utf8), in: ledger.folder)
      let before = try ledger.log()
      let refused = try ledger.put(other, path: content.path)
      #expect(refused.status == 422)
      let problem = try refused.decoded(ProblemDocument.self)
      #expect(problem.name == "other-content" && problem.pointer == "/digest" && problem.detail.contains(other.name))
      #expect(try ledger.log() == before)
      #expect(!FileManager.default.fileExists(atPath: content.place(in: ledger).path))
      #expect(try uploads(ledger) == [])
      // Nor are they taken for the content that is there.
      #expect(try ledger.put(content).status == 201)
      #expect(try ledger.put(other, path: content.path, headers: ["Expect:"]).status == 422)
      #expect(try ledger.read(content).body == text)
    }
  }

  @Test func interruptedContentIsGoneOnWithWhereItStopped() throws {
    try LedgerUnderTest.run { ledger in
      let content = try SampleContent(megabytes: 3, in: ledger.folder)
      let bytes = try Data(contentsOf: content.file)
      do {
        let client = try RawConnection(socket: ledger.socket)
        try client.send(Data("PUT \(content.path) HTTP/1.1\r\nHost: a\r\nContent-Length: \(content.size)\r\n\r\n".utf8))
        try client.send(bytes.prefix(2 << 20))
      }
      // The client is gone; until the daemon has noticed, nothing is there to go on with.
      var offset: Int?
      let clock = ContinuousClock()
      let end = clock.now + .seconds(30)
      while offset == nil, clock.now < end {
        let head = try ledger.curl.send(content.path, method: "HEAD")
        #expect(head.status == 404)
        offset = head.headers["upload-offset"].flatMap { Int($0) }
      }
      let there = try #require(offset)
      #expect(there > 0 && there <= 2 << 20)
      let wrong = try ledger.put(content, offset: there - 1)
      #expect(wrong.status == 409 && wrong.headers["upload-offset"] == "\(there)")
      let rest = try ledger.put(content, offset: there)
      #expect(rest.status == 201, "\(rest.text)")
      #expect(try ledger.read(content).body == bytes)
      #expect(try uploads(ledger) == [])
    }
  }

  @Test func partsAreTakenOneAfterTheOther() throws {
    try run { ledger, content in
      let half = text.count / 2
      let parts = [(0, text.prefix(half)), (half, text.suffix(from: half))]
      for (offset, part) in parts {
        let range = "Content-Range: bytes \(offset)-\(offset + part.count - 1)/\(text.count)"
        let answer = try ledger.curl.send(content.path, method: "PUT", headers: [range], body: Data(part))
        #expect(answer.status == (offset == 0 ? 202 : 201), "\(answer.text)")
        if offset == 0 { #expect(answer.headers["upload-offset"] == "\(half)") }
      }
      #expect(try ledger.read(content).body == text)
    }
  }

  @Test(arguments: [
    ("/v1/documents/sha256:ABCD", [String](), "/digest"), ("/v1/documents/md5:00", [], "/digest"),
    ("/v1/documents/sha256:..%2f..%2fledger.json", [], "/digest"),
    ("", ["Content-Range: bytes 5-1/10"], "/content-range"), ("", ["Content-Range: lines 1-2/3"], "/content-range"),
    ("", ["Content-Range: bytes 0-1/99"], "/content-range"), ("", ["Content-Type: text"], "/content-type"),
    ("", ["Content-Encoding: gzip"], "/content-encoding"), ("?size=1", [], "/size"),
  ])
  func malformedFilingChangesNothing(path: String, headers: [String], pointer: String) throws {
    try run { ledger, content in
      let before = try ledger.log()
      let answer = try ledger.put(
        content, path: path.hasPrefix("/") ? path : content.path + path, headers: headers)
      #expect(answer.status == 400)
      #expect(try answer.decoded(ProblemDocument.self).pointer == pointer)
      #expect(try ledger.log() == before)
      #expect(try uploads(ledger) == [])
    }
  }

  @Test func contentsOfNothingAtAllAreContents() throws {
    try run(Data()) { ledger, content in
      #expect(try ledger.curl.send(content.path, method: "PUT", headers: ["Content-Length: 0"]).status == 201)
      let read = try ledger.read(content)
      #expect(read.status == 200 && read.body.isEmpty)
      #expect(try ledger.read(content, headers: ["Range: bytes=0-0"]).status == 416)
    }
  }

  // MARK: Reading

  @Test func whoReadsForWhatAndWhyIsOnTheRecordBeforeTheFirstByte() throws {
    try run { ledger, content in
      _ = try ledger.put(content)
      let path = content.path + "?subject=dokument/2022-7&grund=Akteneinsicht%20nach%20%C2%A7%2029%20VwVfG&authid=anna"
      let answer = try ledger.get(path)
      #expect(answer.status == 200 && answer.body == text)
      let records = try ledger.ownRecords("dokument-gelesen")
      #expect(records.count == 1)
      #expect(records.first?.authid == "anna")
      #expect(records.first?.data.inhalt == content.name && records.first?.data.subject == "dokument/2022-7")
      #expect(records.first?.data.grund == "Akteneinsicht nach § 29 VwVfG")
    }
  }

  @Test(.enabled(if: SegmentFault.isAvailable, "strace is missing"))
  func nothingIsHandedOutWhereTheReadingCannotBeRecorded() throws {
    try run { ledger, content in
      _ = try ledger.put(content)
      ledger.stop()
      try ledger.start(with: SegmentFault(call: "pwrite64", error: "ENOSPC"))
      let refused = try ledger.read(content)
      #expect(refused.status == 507)
      #expect(refused.body.firstRange(of: text) == nil)
      #expect(try ledger.ownRecords("dokument-gelesen").isEmpty)
      #expect(try ledger.read(content).body == text)
    }
  }

  @Test(arguments: [
    "", "?subject=dokument/1", "?grund=x", "?subject=&grund=x", "?subject=a&grund=%20", "?subject=a&grund=b&x=1",
  ])
  func readingNeedsASubjectAndAReason(query: String) throws {
    try run { ledger, content in
      _ = try ledger.put(content)
      let before = try ledger.log()
      #expect(try ledger.get(content.path + query).status == 400)
      #expect(try ledger.log() == before)
    }
  }

  @Test func contentThatIsNotThereIsNotFoundAndNothingIsRecorded() throws {
    try run { ledger, content in
      let before = try ledger.log()
      #expect(try ledger.read(content).status == 404)
      #expect(try ledger.curl.send(content.path, method: "HEAD").status == 404)
      #expect(try ledger.log() == before)
    }
  }

  @Test func headSaysWhatItIsAndIsNoReading() throws {
    try run { ledger, content in
      _ = try ledger.put(content, mediaType: "text/plain")
      let head = try ledger.curl.send(content.path, method: "HEAD")
      #expect(head.status == 200 && head.contentType == "text/plain")
      #expect(head.headers["content-length"] == "\(content.size)" && head.headers["accept-ranges"] == "bytes")
      #expect(try ledger.ownRecords("dokument-gelesen").isEmpty)
    }
  }

  @Test func partsAreReadAsRangesAskForThem() throws {
    try run { ledger, content in
      _ = try ledger.put(content)
      let size = content.size
      let cases: [(String, Range<Int>)] = [
        ("bytes=0-7", 0..<8), ("bytes=8-", 8..<size), ("bytes=-5", size - 5..<size), ("bytes=3-9999", 3..<size),
        ("bytes=-9999", 0..<size),
      ]
      for (range, expected) in cases {
        let answer = try ledger.read(content, headers: ["Range: \(range)"])
        #expect(answer.status == 206, "\(range)")
        #expect(answer.body == text.subdata(in: expected), "\(range)")
        #expect(
          answer.headers["content-range"] == "bytes \(expected.lowerBound)-\(expected.upperBound - 1)/\(size)",
          "\(range)")
        let record = try ledger.ownRecords("dokument-gelesen").last
        #expect(record?.data.von == expected.lowerBound && record?.data.bis == expected.upperBound - 1, "\(range)")
      }
      let before = try ledger.log()
      for range in ["bytes=\(size)-", "bytes=-0"] {
        let answer = try ledger.read(content, headers: ["Range: \(range)"])
        #expect(answer.status == 416, "\(range)")
        #expect(answer.headers["content-range"] == "bytes */\(size)", "\(range)")
      }
      #expect(try ledger.log() == before)
      for range in ["bytes=5-1", "lines=1-2", "bytes=0-1,3-4", "bytes=x-1"] {
        #expect(try ledger.read(content, headers: ["Range: \(range)"]).body == text, "\(range)")
      }
      let sent = ["Range: bytes=0-0", "If-Range: \"sha256:of-another\""]
      #expect(try ledger.read(content, headers: sent).status == 200)
    }
  }

  // MARK: Damage

  @Test func damagedContentIsCutOffBeforeItsEndAndFound() throws {
    try LedgerUnderTest.damage(seeded: false) { ledger in
      try ledger.start()
      let content = try SampleContent(megabytes: 2, in: ledger.folder)
      let answer = try ledger.put(content)
      #expect(answer.status == 201)
      let filed = try answer.decoded(LedgerUnderTest.FilingAnswer.self).sequence
      let place = content.place(in: ledger)
      var bytes = try Data(contentsOf: place)
      bytes[1 << 20] ^= 1
      try FileManager.default.removeItem(at: place)
      try bytes.write(to: place)
      let whole = try ledger.read(content)
      #expect(!whole.isWhole && whole.body.count < content.size)
      let part = try ledger.read(content, headers: ["Range: bytes=0-9"])
      #expect(part.status == 500 && part.text.contains("urn:aktenspur:problem:damaged"))
      #expect(try ledger.put(content).status == 500)
      ledger.end()
      let (status, report) = try ledger.verify("--documents")
      #expect(status == 1 && report.findings.map(\.kind) == ["document-altered"])
      // It says which record filed it.
      #expect(report.findings[0].sequence == filed, "\(report.findings)")
      let check = try ledger.command("documents", "check", "--json")
      #expect(check.status == 1 && check.text.contains(content.name))
      #expect(try ledger.command("doctor").text.contains(content.digest.dropFirst(2)))
    }
  }

  @Test func missingContentIsFoundWithTheRecordOfItsFiling() throws {
    try LedgerUnderTest.damage(seeded: false) { ledger in
      try ledger.start()
      for number in 0..<3 { _ = try ledger.put(try SampleContent(Data("\(number)".utf8), in: ledger.folder)) }
      let content = try SampleContent(text, in: ledger.folder)
      let filed = try ledger.put(content).decoded(LedgerUnderTest.FilingAnswer.self)
      ledger.stop()
      try FileManager.default.removeItem(at: content.place(in: ledger))
      let (status, report) = try ledger.verify("--documents")
      #expect(status == 1 && report.findings.count == 1)
      #expect(report.findings.first?.kind == "document-missing")
      #expect(report.findings.first?.sequence == filed.sequence)
      #expect(report.findings.first?.detail.contains(content.name) == true)
      let second = try Program.run(
        Repository.root.appending(path: "tools/verify.py"), [ledger.path, "--documents", "--json"])
      #expect(second.status == 1 && second.text.contains("document-missing"))
    }
  }

  private struct Surplus: Decodable {
    struct Documents: Decodable, Equatable {
      var surplus: [String]
    }

    var ok: Bool
    var documents: Documents
  }

  @Test func contentThatNoRecordNamesIsNamedAndNoFinding() throws {
    try LedgerUnderTest.damage(seeded: false) { ledger in
      let content = try SampleContent(text, in: ledger.folder)
      let place = content.place(in: ledger)
      try FileManager.default.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
      try text.write(to: place)
      for result in [
        try ledger.command("verify", arguments: ["--documents", "--json"]),
        try Program.run(Repository.root.appending(path: "tools/verify.py"), [ledger.path, "--documents", "--json"]),
      ] {
        #expect(result.status == 0)
        let report = try result.output.decoded(Surplus.self)
        #expect(report.ok && report.documents.surplus == [content.name])
      }
    }
  }

  // MARK: Destroying

  private func destroy(_ ledger: LedgerUnderTest, _ content: SampleContent, by authid: String = "anna") throws -> Answer
  {
    try ledger.curl.send(
      content.path + "?reason=Aussonderung&legalbasis=%C2%A7%207%20ArchivG&authid=\(authid)", method: "DELETE")
  }

  @Test func destroyedContentIsGoneItsRecordsStayAndNothingIsMissing() throws {
    try run { ledger, content in
      #expect(try destroy(ledger, content).status == 404)
      _ = try ledger.put(content, mediaType: "text/plain")
      #expect(try ledger.curl.send(content.path, method: "DELETE").status == 400)
      #expect(try ledger.read(content).headers["content-type"] == "text/plain")
      #expect(try destroy(ledger, content).status == 200)
      #expect(!FileManager.default.fileExists(atPath: content.place(in: ledger).path))
      #expect(try ledger.read(content).status == 404)
      let record = try #require(try ledger.ownRecords("dokument-vernichtet").first)
      #expect(record.authid == "anna" && record.data.inhalt == content.name && record.data.grund == "Aussonderung")
      #expect(try ledger.verify("--documents").status == 0)
      let second = try Program.run(Repository.root.appending(path: "tools/verify.py"), [ledger.path, "--documents"])
      #expect(second.status == 0, "\(second.errors)")
      // It may be filed again, as something else, and destroyed again.
      let again = try ledger.put(content, mediaType: "text/markdown", headers: ["Expect:"])
      #expect(again.status == 201)
      let read = try ledger.read(content)
      #expect(read.body == text && read.headers["content-type"] == "text/markdown")
      #expect(try ledger.verify("--documents").status == 0)
      #expect(try destroy(ledger, content).status == 200)
      #expect(try uploads(ledger) == [])
    }
  }

  @Test func contentThatAPackHoldsIsNotDestroyed() throws {
    let folder = try ScratchFolder()
    try ServiceBikes.write(to: folder.url)
    try Data(
      """
      -- hold raeder.papiere: Papiere eines Rades
      SELECT subject || ' nennt ' || :content AS text, sequence AS sequences FROM rad WHERE marke = :content;
      """.utf8
    ).write(to: folder.url.appending(path: "dienstraeder/holds.sql"))
    try LedgerUnderTest.run(packs: folder.url.path) { ledger in
      let content = try SampleContent(text, in: ledger.folder)
      _ = try ledger.put(content)
      try ledger.record(
        SampleEvent(
          id: "a", type: "de.aktenspur.rad.angeschafft", subject: "rad/7", data: #"{"marke":"\#(content.name)"}"#))
      let before = try ledger.log()
      let refused = try destroy(ledger, content)
      #expect(refused.status == 409)
      #expect(refused.text.contains("Papiere eines Rades: rad/7 nennt"))
      #expect(try ledger.log() == before && ledger.read(content).body == text)
    }
  }

  @Test func versionRecordedAtTheSameTimeKeepsItsContentOrComesLater() throws {
    try LedgerUnderTest.run { ledger in
      for round in 0..<12 {
        let content = try SampleContent(Data("Inhalt \(round)".utf8), in: ledger.folder)
        #expect(try ledger.put(content).status == 201)
        let subject = "dokument/\(round)"
        try ledger.record(.akten("dokument.angelegt", subject, on: "2026-01-05"))
        let version = SampleEvent.akten(
          "dokument.version-erstellt", subject, #"{"inhalt":"\#(content.name)"}"#, on: "2026-01-06"
        ).json
        let (curl, path) = (ledger.curl, content.path + "?reason=r&legalbasis=b&authid=anna")
        let answers = Mutex<[Int: Answer]>([:])
        DispatchQueue.concurrentPerform(iterations: 2) { place in
          let answer =
            try? place == 0
            ? curl.send(path, method: "DELETE")
            : curl.send("/v1/events", headers: ["Content-Type: application/cloudevents+json"], body: version)
          answers.withLock { $0[place] = answer }
        }
        let (destruction, filing) = answers.withLock { ($0[0], $0[1]) }
        let (gone, named) = (try #require(destruction), try #require(filing))
        #expect(named.status == 201)
        #expect(gone.status == 200 || gone.status == 409, "\(gone.text)")
        #expect(try ledger.read(content).status == (gone.status == 200 ? 404 : 200))
        if gone.status == 200 {
          #expect(try gone.decoded(Receipt.self).sequence < named.decoded(Receipt.self).sequence)
        }
      }
    }
  }

  @Test func signatureIsKeptAsLongAsWhatItSignsAndIsMissedWhenThatGoesFirst() throws {
    try LedgerUnderTest.run { ledger in
      let content = try SampleContent(Data("Bescheid".utf8), in: ledger.folder)
      let signature = try SampleContent(Data("keine gültige Signatur".utf8), in: ledger.folder)
      #expect(try ledger.put(content).status == 201)
      #expect(try ledger.put(signature, path: signature.path + "?signs=" + content.name).status == 201)
      try ledger.record(.akten("dokument.angelegt", "dokument/1", on: "2026-01-05"))
      try ledger.record(
        .akten("dokument.version-erstellt", "dokument/1", #"{"inhalt":"\#(content.name)"}"#, on: "2026-01-06"))
      for held in [content, signature] {
        let refused = try destroy(ledger, held)
        #expect(refused.status == 409 && refused.text.contains("dokument/1"), "\(refused.text)")
      }
      try ledger.record(.akten("dokument.vernichtet", "dokument/1", #"{"grund":"g"}"#, on: "2026-01-07"))
      #expect(try destroy(ledger, signature).status == 200)
      #expect(try destroy(ledger, content).status == 200)
      // Whoever names a content that is gone is a finding.
      try ledger.record(
        .akten("dokument.version-erstellt", "dokument/2", #"{"inhalt":"\#(content.name)"}"#, on: "2026-01-08"))
      let report = try ledger.command(
        "report", arguments: ["statusbericht", "--period", "2026-H1", "--format", "json"])
      #expect(report.text.contains("dokument/2: \(content.name)"), "\(report.errors)")
    }
  }

  @Test func destructionCutOffBehindItsRecordIsFinishedAtTheNextOpening() throws {
    try run { ledger, content in
      _ = try ledger.put(content)
      let place = content.place(in: ledger)
      let kept = ledger.folder.file("kept")
      try FileManager.default.copyItem(at: place, to: kept)
      #expect(try destroy(ledger, content).status == 200)
      ledger.kill()
      // As after a crash between the record and the file.
      let uploads = ledger.folder.file("ledger/documents/uploads")
      try FileManager.default.copyItem(at: kept, to: place)
      try Data().write(to: uploads.appending(path: content.digest + ".gone"))
      // And one that was announced and not recorded.
      let other = try SampleContent(Data("bleibt".utf8), in: ledger.folder)
      try Data().write(to: uploads.appending(path: other.digest + ".gone"))
      try ledger.start()
      #expect(!FileManager.default.fileExists(atPath: place.path))
      #expect(try self.uploads(ledger) == [])
    }
  }

  // MARK: The command

  @Test func commandFilesAndReadsOnTheRecord() throws {
    try run { ledger, content in
      let socket = ["--socket", ledger.socket]
      let put = try Program.run(Repository.program, ["documents", "put", content.file.path] + socket)
      #expect(put.status == 0 && put.text == content.name + "\n")
      let again = try Program.run(Repository.program, ["documents", "put", content.file.path, "--json"] + socket)
      #expect(try again.output.decoded(LedgerUnderTest.FilingAnswer.self).duplicate)
      let target = ledger.folder.file("target")
      let get = ["documents", "get", content.name, "--subject", "dokument/1", "--grund", "Prüfung", "-o", target.path]
      let read = try Program.run(Repository.program, get + socket)
      #expect(read.status == 0, "\(read.errors)")
      #expect(try Data(contentsOf: target) == text)
      #expect(try ledger.ownRecords("dokument-gelesen").first?.data.grund == "Prüfung")
      let missing = try SampleContent(Data("fehlt".utf8), in: ledger.folder)
      let none = try Program.run(
        Repository.program, ["documents", "get", missing.name, "--subject", "a", "--grund", "b"] + socket)
      #expect(none.status == 65)
      let check = try ledger.command("documents", "check")
      #expect(check.status == 0, "\(check.errors)")
    }
  }

  // MARK: Signatures

  private struct SignedAnswer: Decodable {
    struct Signature: Decodable {
      var form: String
      var gueltig: Bool
      var zertifikat: String?
      var vertrauen: String
    }

    var unterschriften: [Signature]?
  }

  /// Makes a key and a certificate, and signs a file with them, detached.
  private func sign(_ content: SampleContent, in folder: ScratchFolder) throws -> Data {
    let (key, certificate, signature) = (folder.file("key"), folder.file("ca.pem"), folder.file("signature"))
    let openssl = URL(filePath: "/usr/bin/openssl")
    let request = [
      "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key.path, "-out", certificate.path, "-subj",
      "/CN=Anna",
    ]
    try #require(try Program.run(openssl, request).status == 0)
    let sign = [
      "cms", "-sign", "-binary", "-in", content.file.path, "-signer", certificate.path, "-inkey", key.path, "-outform",
      "DER", "-out", signature.path,
    ]
    try #require(try Program.run(openssl, sign).status == 0)
    return try Data(contentsOf: signature)
  }

  @Test func signatureIsCheckedWhenItIsFiledAndTheResultIsOnTheRecord() throws {
    try run { ledger, content in
      let signature = try SampleContent(try sign(content, in: ledger.folder), in: ledger.folder)
      let early = try ledger.put(signature, path: signature.path + "?signs=\(content.name)")
      #expect(early.status == 422)
      #expect(try early.decoded(ProblemDocument.self).pointer == "/signs")
      _ = try ledger.put(content)
      ledger.stop()
      try ledger.configure(
        """
        principals: {betrieb: {users: [\(geteuid())], append: {types: ["*"]}, rights: [read]}}
        documents: {signature-anchors: ["\(ledger.folder.file("ca.pem").path)"]}
        """)
      try ledger.start()
      let filed = try ledger.put(signature, path: signature.path + "?signs=\(content.name)")
      #expect(filed.status == 201, "\(filed.text)")
      let result = try #require(try filed.decoded(SignedAnswer.self).unterschriften?.first)
      #expect(
        result.form == "cms" && result.gueltig && result.zertifikat?.hasPrefix("sha256:") == true
          && result.vertrauen == "vertraut")
      let record = try #require(
        try ledger.logLines().last { String(decoding: $0, as: UTF8.self).contains(signature.name) })
      let text = String(decoding: record, as: UTF8.self)
      #expect(text.contains(#""unterzeichnet":"\#(content.name)""#) && text.contains(#""gueltig":true"#))
      // The name goes with the content; the log would keep it for ever.
      #expect(!text.contains("Anna"))

      // What signs a signature would be kept with nothing that a Dokument names.
      let second = try SampleContent(try sign(signature, in: ledger.folder), in: ledger.folder)
      for signed in [signature, second] {
        let refused = try ledger.put(second, path: second.path + "?signs=\(signed.name)")
        #expect(refused.status == 422, "\(refused.text)")
        #expect(try refused.decoded(ProblemDocument.self).pointer == "/signs")
      }
      // It is known now as what it is, and not taken for the signature of anything else.
      #expect(try ledger.put(signature, path: signature.path + "?signs=\(content.name)").status == 200)
      let other = try ledger.put(signature, path: signature.path + "?signs=\(signature.name)")
      #expect(other.status == 409, "\(other.text)")
      #expect(try other.decoded(ProblemDocument.self).pointer == "/signs")
    }
  }

  @Test func whatWasFiledAsNoSignatureIsNotPassedOffAsACheckedOne() throws {
    try run { ledger, content in
      let signature = try SampleContent(try sign(content, in: ledger.folder), in: ledger.folder)
      for each in [content, signature] { #expect(try ledger.put(each).status == 201) }
      let late = try ledger.put(signature, path: signature.path + "?signs=\(content.name)")
      #expect(late.status == 409 && late.text.contains("as no signature"), "\(late.text)")
    }
  }

  // MARK: Rights and bounds

  @Test(.enabled(if: Curl.User.canBe, "needs root, to call as other users"))
  func onlyWhoMayFilesAndReads() throws {
    try run { ledger, content in
      ledger.stop()
      try ledger.configure(
        """
        principals:
          betrieb: {users: [0], append: {types: ["*"]}, rights: [read], delegates: true}
          dms: {users: [4001], append: {types: ["de.aktenspur.dokument.*"]}}
          leser: {users: [4002], rights: [read]}
        """)
      try ledger.start()
      let (dms, reader) = (ledger.curl(as: 4001), ledger.curl(as: 4002))
      #expect(try reader.send(content.path, method: "PUT", body: text).status == 403)
      #expect(try dms.send(content.path, method: "PUT", body: text).status == 201)
      #expect(try dms.send(content.path + "?subject=a&grund=b").status == 403)
      #expect(try dms.send(content.path, method: "HEAD").status == 200)
      #expect(try ledger.ownRecords("dokument-gelesen").isEmpty)
      // Who acts for nobody but itself cannot put somebody else's name there.
      #expect(try reader.send(content.path + "?subject=a&grund=b&authid=anna").status == 200)
      #expect(try ledger.ownRecords("dokument-gelesen").map(\.authid) == ["leser"])
    }
  }

  @Test(.enabled(if: SmallDisk.canBe, "needs root and tmpfs, to have a small disk"))
  func contentThatDoesNotFitIsRefusedAndLeavesNothing() throws {
    let disk = try SmallDisk(megabytes: 128)
    let ledger = try LedgerUnderTest.new(in: disk.path)
    try ledger.start()
    let elsewhere = try ScratchFolder()
    let content = try SampleContent(megabytes: 80, in: elsewhere)
    let announced = try ledger.put(content)
    #expect(announced.status == 507)
    #expect(announced.text.contains("urn:aktenspur:problem:disk-full"))
    // Where the length is not announced, the disk says so.
    try disk.fill()
    let small = try SampleContent(megabytes: 1, in: elsewhere)
    #expect(try ledger.put(small, headers: ["Transfer-Encoding: chunked"]).status == 507)
    #expect(try uploads(ledger) == [])
    try disk.empty()
    #expect(try ledger.put(small).status == 201)
    ledger.stop()
    try ledger.expectSound()
  }

  private func uploads(_ ledger: LedgerUnderTest) throws -> [String] {
    let folder = ledger.folder.file("ledger/documents/uploads").path
    return FileManager.default.fileExists(atPath: folder)
      ? try FileManager.default.contentsOfDirectory(atPath: folder) : []
  }
}
