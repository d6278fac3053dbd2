import Foundation
import LogFormat
import Synchronization
import Testing
import TransparencyLog

/// `anchor --witness` and `witness`: two offices, two processes, and files carried from one to the other.
struct WitnessAnchorTests {
  private func anchor(_ ledger: LedgerUnderTest, _ arguments: String...) throws -> Program.Result {
    try Program.run(Repository.program, ["anchor", "--socket", ledger.socket] + arguments)
  }

  private func anchors(_ ledger: LedgerUnderTest) throws -> [JSONValue] {
    try ledger.logLines().map { try Record(line: Array($0)) }.filter { $0.type == "de.aktenspur.ledger.verankert" }
      .compactMap(\.data)
  }

  @Test func witnessOverHTTPCosignsAsTheLogGrows() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      let witness = try WitnessUnderTest(for: ledger.verifierKey)
      try witness.start()
      // Nobody knows its key yet, so its word counts for nothing.
      #expect(try anchor(ledger, "--witness", witness.url).status == 1)
      #expect(try anchors(ledger).isEmpty)
      let first = try anchor(ledger, "--witness", witness.url + "/", "--witness-key", witness.verifierKey)
      #expect(first.status == 0, "\(first.errors)")
      let receipt = try first.output.decoded(Receipt.self)
      #expect(!receipt.duplicate)
      for number in 1...3 {
        try ledger.record(.project("A9\(number)", id: "p\(number)"))
        // The key is known from the log now.
        let next = try anchor(ledger, "--witness", witness.url)
        #expect(next.status == 0, "\(next.errors)")
      }
      let data = try anchors(ledger)
      #expect(data.count == 4)
      let key = try VerifierKey(witness.verifierKey)
      for anchor in data {
        #expect(anchor["art"]?.string == "zeuge" && anchor["zeuge"]?.string == witness.verifierKey)
        let size = try #require(anchor["size"]?.integer)
        let name = String(repeating: "0", count: 20 - String(size).count) + String(size)
        let kept = try SignedNote(
          parsing: Array(Data(contentsOf: ledger.folder.file("ledger/checkpoints/\(name)"))))
        #expect(try kept.verified(by: [key, VerifierKey(ledger.verifierKey)]).count == 2)
        #expect(try kept.cosignature(by: key)?.line == anchor["cosignatur"]?.string.map { $0 + "\n" })
        // An older checkpoint with its cosignature is one that verify takes.
        let file = ledger.folder.file("kept")
        try Data(kept.encoded.utf8).write(to: file)
        #expect(try ledger.verify("--checkpoint", file.path).status == 0)
      }
      // Those who watch the log get the newest one from the witness itself.
      let newest = try witness.checkpoint(of: LedgerUnderTest.origin)
      #expect(newest.status == 200)
      let seen = try SignedNote(parsing: Array(newest.body))
      #expect(try Checkpoint(text: seen.text).size == UInt64(#require(data.last?["size"]?.integer)))
      #expect(try witness.checkpoint(of: "ledger.example/andere").status == 404)
      witness.stop()
      #expect(try anchor(ledger, "--witness", witness.url).status == 69)
    }
  }

  @Test func witnessRemembersOverACrash() throws {
    try LedgerUnderTest.run { ledger in
      let witness = try WitnessUnderTest(for: ledger.verifierKey)
      try witness.start()
      #expect(try anchor(ledger, "--witness", witness.url, "--witness-key", witness.verifierKey).status == 0)
      try ledger.record(.project("A1", id: "a"))
      let request = ledger.folder.file("request")
      #expect(try anchor(ledger, "--witness", request.path, "--old", "0").status == 0)
      witness.kill()
      try witness.start()
      let answer = try witness.add(Data(contentsOf: request))
      #expect(answer.status == 409)
      #expect(answer.contentType == "text/x.tlog.size")
      let size = try #require(try anchors(ledger).first?["size"]?.integer)
      #expect(answer.text == "\(size)\n")
      #expect(try anchor(ledger, "--witness", witness.url).status == 0)
    }
  }

  @Test func filesGoFromOfficeToOffice() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      let witness = try WitnessUnderTest(for: ledger.verifierKey)
      let request = ledger.folder.file("anfrage")
      let answer = witness.folder.file("antwort")
      #expect(try anchor(ledger, "--witness", request.path).status == 0)
      // The log goes on while the stick is on its way.
      try ledger.record(.project("A1", id: "a"))
      let cosigned = try witness.answer(request, to: answer)
      #expect(cosigned.status == 0, "\(cosigned.errors)")
      #expect(try String(contentsOf: answer, encoding: .utf8).hasPrefix("— \(WitnessUnderTest.name) "))
      #expect(try anchor(ledger, "--import", answer.path).status == 1)
      let imported = try anchor(ledger, "--import", answer.path, "--witness-key", witness.verifierKey)
      #expect(imported.status == 0, "\(imported.errors)")
      let again = try anchor(ledger, "--import", answer.path)
      #expect(try again.status == 0 && again.output.decoded(Receipt.self).duplicate)
      // The second time the proof begins where the witness stands.
      #expect(try anchor(ledger, "--witness", request.path).status == 0)
      #expect(try witness.answer(request, to: answer).status == 0)
      #expect(try anchor(ledger, "--import", answer.path).status == 0)
      #expect(try anchors(ledger).count == 2)
      // One that begins elsewhere is answered with the size at which it must.
      #expect(try anchor(ledger, "--witness", request.path, "--old", "5").status == 0)
      #expect(try witness.answer(request, to: answer).status == 65)
      let told = try anchor(ledger, "--import", answer.path)
      #expect(told.status == 65)
      let size = try #require(try anchors(ledger).last?["size"]?.integer)
      #expect(told.errors.contains("--old \(size)"))
      #expect(try anchor(ledger, "--import", "/nowhere").status == 74)
      try Data("Guten Tag".utf8).write(to: answer)
      #expect(try anchor(ledger, "--import", answer.path, "--witness-key", witness.verifierKey).status == 65)
    }
  }

  @Test func shortenedLogIsFoundByTheWitness() throws {
    let ledger = try LedgerUnderTest.new()
    let witness = try WitnessUnderTest(for: ledger.verifierKey)
    try ledger.start()
    try witness.start()
    ledger.stop()
    let backup = ledger.folder.file("backup")
    try FileManager.default.copyItem(at: ledger.folder.file("ledger"), to: backup)
    try ledger.start()
    for number in 1...5 { try ledger.record(.project("A\(number)", id: "p\(number)")) }
    #expect(try anchor(ledger, "--witness", witness.url, "--witness-key", witness.verifierKey).status == 0)
    ledger.stop()
    // The old state is put back, and goes on as if nothing had been.
    try FileManager.default.removeItem(at: ledger.folder.file("ledger"))
    try FileManager.default.moveItem(at: backup, to: ledger.folder.file("ledger"))
    try ledger.start()
    let shorter = try anchor(ledger, "--witness", witness.url, "--witness-key", witness.verifierKey)
    #expect(shorter.status == 1, "\(shorter.errors)")
    for number in 1...9 { try ledger.record(.project("B\(number)", id: "q\(number)")) }
    let forked = try anchor(ledger, "--witness", witness.url, "--witness-key", witness.verifierKey)
    #expect(forked.status == 1, "\(forked.errors)")
    #expect(forked.errors.contains("422"))
    ledger.stop()
    try ledger.expectSound()
  }

  @Test func witnessAnswersWhatItMustNotCosign() throws {
    try LedgerUnderTest.run { ledger in
      let witness = try WitnessUnderTest(for: ledger.verifierKey)
      try witness.start()
      let file = ledger.folder.file("request")
      #expect(try anchor(ledger, "--witness", file.path).status == 0)
      let request = try String(contentsOf: file, encoding: .utf8)
      func status(_ text: String) throws -> Int { try witness.add(Data(text.utf8)).status }
      #expect(try status("") == 400)
      #expect(try status(request.replacing("old 0", with: "old 99")) == 400)
      let origin = "\n\(LedgerUnderTest.origin)"
      #expect(try status(request.replacing(origin + "\n", with: origin + "x\n")) == 404)
      let lines = request.split(separator: "\n", omittingEmptySubsequences: false)
      let other = try SigningKey.generate(name: LedgerUnderTest.origin)
      let text = lines[2...4].map { $0 + "\n" }.joined()
      #expect(try status("old 0\n\n\(text)\n\(other.signatureLine(for: text))") == 403)
      #expect(try status(request.replacing("old 0\n", with: "old 0\n\(RFC6962.emptyRoot.base64)\n")) == 422)
      #expect(try status(String(repeating: "a", count: 300 << 10)) == 413)
      #expect(try Curl(server: witness.url).send("/add-checkpoint").status == 405)
      #expect(try Curl(server: witness.url).send("/").status == 404)
      let cosigned = try Curl(socket: witness.socket).send("/add-checkpoint", body: Data(request.utf8))
      #expect(cosigned.status == 200)
      #expect(cosigned.text.hasPrefix("— \(WitnessUnderTest.name) ") && cosigned.text.hasSuffix("\n"))
      #expect(try status(request) == 409)
    }
  }

  @Test func answerThatWasLostIsAskedForAgain() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      let witness = try WitnessUnderTest(for: ledger.verifierKey)
      try witness.start()
      let request = ledger.folder.file("request")
      #expect(try anchor(ledger, "--witness", request.path).status == 0)
      // The witness has cosigned, and is killed before the ledger hears of it.
      #expect(try witness.add(Data(contentsOf: request)).status == 200)
      witness.kill()
      try witness.start()
      let anchored = try anchor(ledger, "--witness", witness.url, "--witness-key", witness.verifierKey)
      #expect(anchored.status == 0, "\(anchored.errors)")
      #expect(try anchors(ledger).count == 1)
    }
  }

  @Test func oneOfManyRequestsAtOnceIsCosigned() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      let witness = try WitnessUnderTest(for: ledger.verifierKey)
      try witness.start()
      let file = ledger.folder.file("request")
      #expect(try anchor(ledger, "--witness", file.path).status == 0)
      let request = try Data(contentsOf: file)
      let size = try Checkpoint(text: AddCheckpointRequest(parsing: Array(request)).checkpoint.text).size
      let answers = Mutex<[Answer]>([])
      let curl = Curl(server: witness.url)
      DispatchQueue.concurrentPerform(iterations: 8) { _ in
        do {
          let answer = try curl.send("/add-checkpoint", body: request)
          answers.withLock { $0.append(answer) }
        } catch {
          Issue.record(error)
        }
      }
      let all = answers.withLock { $0 }
      #expect(all.count == 8)
      #expect(all.count { $0.status == 200 } == 1)
      let refused = all.filter { $0.status == 409 }
      #expect(refused.count == 7)
      #expect(refused.allSatisfy { $0.text == "\(size)\n" && $0.contentType == "text/x.tlog.size" })
    }
  }

  @Test func witnessSpeaksHTTPAsItsSpecificationHasIt() throws {
    try LedgerUnderTest.run { ledger in
      let witness = try WitnessUnderTest(for: ledger.verifierKey)
      try witness.start()
      let file = ledger.folder.file("request")
      #expect(try anchor(ledger, "--witness", file.path).status == 0)
      let request = try Data(contentsOf: file)
      let curl = Curl(server: witness.url)
      for method in ["PUT", "DELETE", "HEAD"] {
        let answer = try curl.send("/add-checkpoint", method: method)
        #expect(answer.status == 405 && answer.headers["allow"] == "POST", "\(method)")
      }
      let path = "/\(SHA256.hash(LedgerUnderTest.origin).hex)/checkpoint"
      #expect(try curl.send(path).status == 404)
      let cosigned = try curl.send("/add-checkpoint", headers: ["Expect: 100-continue"], body: request)
      #expect(cosigned.status == 200 && cosigned.contentType == "text/plain; charset=utf-8")
      let checkpoint = try curl.send(path)
      #expect(checkpoint.status == 200 && checkpoint.contentType == "text/plain; charset=utf-8")
      #expect(checkpoint.text.hasSuffix(cosigned.text))
      let head = try curl.send(path, method: "HEAD")
      #expect(head.status == 200 && head.headers["content-length"] == "\(checkpoint.body.count)")
      let posted = try curl.send(path, body: request)
      #expect(posted.status == 405 && posted.headers["allow"] == "GET, HEAD")
      let elsewhere = path.replacing("checkpoint", with: "log")
      for wrong in [path.uppercased(), path + "/", "/" + path, elsewhere, "/add-checkpoint/"] {
        #expect(try curl.send(wrong).status == 404, "\(wrong)")
      }
      // The largest body that is read, and one more byte; by its stated length, and in chunks.
      let largest = Data(repeating: UInt8(ascii: "a"), count: AddCheckpointRequest.maximumByteCount)
      for headers in [[], ["Transfer-Encoding: chunked"]] {
        #expect(try curl.send("/add-checkpoint", headers: headers, body: largest).status == 400)
        #expect(try curl.send("/add-checkpoint", headers: headers, body: largest + largest.prefix(1)).status == 413)
      }
      // One connection takes one request after the other, refused or not.
      let connection = try RawConnection(socket: witness.socket)
      for body in [request, Data("old\n".utf8), request] {
        let lines = ["POST /add-checkpoint HTTP/1.1", "Host: zeuge", "Content-Length: \(body.count)", "", ""]
        try connection.send(Data(lines.joined(separator: "\r\n").utf8) + body)
        #expect(try connection.answer()?.status == (body == request ? 409 : 400))
      }
    }
  }

  @Test func daemonRefusesWhatIsNoAnchor() throws {
    try LedgerUnderTest.run { ledger in
      func problem(_ body: String) throws -> ProblemDocument {
        let answer = try ledger.curl.send(
          "/v1/anchors", headers: ["Content-Type: application/json"], body: Data(body.utf8))
        #expect(answer.contentType == ContentType.problem)
        return try answer.decoded()
      }
      for (body, status, pointer) in [
        ("nonsense", 400, ""), ("[]", 400, "/kind"), (#"{"kind":"other"}"#, 400, "/kind"),
        (#"{"kind":"checkpoint","size":1}"#, 400, "/size"), (#"{"kind":"cosignature"}"#, 400, "/checkpoint"),
        (#"{"kind":"cosignature","cosignature":"— a AAAAAAA=\n"}"#, 400, "/witness"),
        (#"{"kind":"cosignature","cosignature":"— a AAAAAAA=\n","witness":"\#(ledger.verifierKey)"}"#, 422, "/witness"),
        (#"{"kind":"cosignature","checkpoint":"x","witness":"a"}"#, 400, "/checkpoint"),
      ] {
        let found = try problem(body)
        #expect(found.status == status && found.pointer == pointer, "\(body): \(found)")
      }
      #expect(try ledger.get("/v1/anchors").status == 405)
      #expect(try anchors(ledger).isEmpty)
    }
  }
}
