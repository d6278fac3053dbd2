import Foundation
import Testing
import TransparencyLog

/// Proofs, tiles and static trees, as those use them who do not trust the ledger.
struct EvidenceTests {
  private static let python = URL(filePath: "/usr/bin/env")
  private static let client = Repository.root.appending(path: "Tests/Clients/tlog_client.py")

  /// A client of the log, written from the specifications, that shares no code with the program.
  private func client(
    _ command: String, _ root: String, _ key: String, socket: String? = nil, input: Data = Data()
  ) throws -> Program.Result {
    try Program.run(
      Self.python, ["python3", Self.client.path, command, root, key] + (socket.map { [$0] } ?? []), input: input)
  }

  private func checkpoint(_ ledger: LedgerUnderTest, new: Bool = false) throws -> Checkpoint {
    let answer = try ledger.curl.send("/checkpoint", method: new ? "POST" : nil)
    return try Checkpoint.open(Array(answer.body), by: VerifierKey(ledger.verifierKey))
  }

  private func fill(_ ledger: LedgerUnderTest, _ count: Int, prefix: String = "p") throws {
    let events = (0..<count).map { SampleEvent.project("\(prefix)\($0)", id: "\(prefix)-\($0)") }
    let answer = try ledger.post(SampleEvent.lines(events), as: ContentType.lines)
    try #require(answer.status == 200)
  }

  // MARK: Tiles

  @Test func anIndependentClientReadsTheWholeLog() throws {
    try LedgerUnderTest.run { ledger in
      try fill(ledger, 600)
      _ = try checkpoint(ledger, new: true)
      let read = try client("fetch", "", ledger.verifierKey, socket: ledger.socket)
      try #require(read.status == 0, "\(read.errors)")
      let entries = try read.lines.map { try JSONDecoder().decode(String.self, from: $0) }
      #expect(try entries == ledger.logLines().map { String(decoding: $0, as: UTF8.self) })
      let proof = try ledger.get("/v1/events/300/proof")
      let checked = try client("proof", "", ledger.verifierKey, socket: ledger.socket, input: proof.body)
      #expect(checked.status == 0, "\(checked.errors)")
    }
  }

  @Test func tilesAreServedAsTheSpecificationSays() throws {
    try LedgerUnderTest.run { ledger in
      try fill(ledger, 300)
      let size = try checkpoint(ledger, new: true).size
      let leaves = try ledger.logLines().map { RFC6962.leafHash(Array($0)) }
      let partial = Int(size) - 256
      let full = try ledger.get("/tile/0/000")
      #expect(full.status == 200)
      #expect(full.contentType == "application/octet-stream")
      #expect(full.headers["cache-control"] == "max-age=31536000, immutable")
      #expect(Array(full.body) == leaves.prefix(256).flatMap(\.bytes))
      #expect(try Array(ledger.get("/tile/0/001.p/\(partial)").body) == leaves[256..<Int(size)].flatMap(\.bytes))
      #expect(try Array(ledger.get("/tile/0/001.p/1").body) == leaves[256].bytes)
      #expect(try ledger.get("/tile/1/000.p/1").body.count == 32)
      #expect(try ledger.get("/tile/entries/000").contentType == "application/octet-stream")
      let head = try ledger.curl.send("/tile/0/000", method: "HEAD")
      #expect(head.status == 200 && head.headers["content-length"] == "8192")
      #expect(try ledger.get("/checkpoint").contentType == "text/plain; charset=utf-8")
      #expect(try ledger.get("/checkpoint").headers["cache-control"] == "no-cache")
      for path in [
        "/tile/0/001", "/tile/0/001.p/\(partial + 1)", "/tile/0/002.p/1", "/tile/1/000", "/tile/2/000.p/1",
        "/tile/64/000",
        "/tile/0/0", "/tile/0/x000/000", "/tile/0/000.p/0", "/tile/0/000.p/256", "/tile/entries/001",
        "/tile/entries/001.p/\(partial + 1)", "/tile/data/000", "/tile/", "/tile/0", "/tile/63/x999/000",
      ] {
        let answer = try ledger.get(path)
        #expect(answer.status == 404, "\(path): \(answer.text)")
        #expect(answer.contentType == ContentType.problem)
      }
      #expect(try ledger.curl.send("/tile/0/000", method: "POST", body: Data()).status == 405)
      #expect(try ledger.get("/tile/0/000?x=1").status == 400)
    }
  }

  @Test func tilesComeBackAfterTheyWereDeletedOrAltered() throws {
    try LedgerUnderTest.run { ledger in
      try fill(ledger, 600)
      _ = try checkpoint(ledger, new: true)
      let paths = ["/tile/0/000", "/tile/0/001", "/tile/1/000.p/2"]
      let before = try paths.map { try ledger.get($0).body }
      let tiles = ledger.folder.file("ledger/tile")
      // Beside the daemon, and before its start.
      try Data(before[0].map { $0 ^ 1 }).write(to: tiles.appending(path: "0/000"))
      #expect(try paths.map { try ledger.get($0).body } == before)
      try FileManager.default.removeItem(at: tiles)
      #expect(try paths.map { try ledger.get($0).body } == before)
      ledger.stop()
      try? FileManager.default.removeItem(at: tiles)
      try ledger.start()
      #expect(try paths.map { try ledger.get($0).body } == before)
      ledger.kill()
      try Data(before[1].map { $0 ^ 1 }).write(to: tiles.appending(path: "0/001"))
      try ledger.start()
      #expect(try paths.map { try ledger.get($0).body } == before)
    }
  }

  // MARK: Proofs

  @Test func aProofOfEachRecordHoldsOffline() throws {
    try LedgerUnderTest.run { ledger in
      try fill(ledger, 5)
      let lines = try ledger.logLines()
      for sequence in lines.indices {
        let answer = try ledger.get("/v1/events/\(sequence)/proof")
        #expect(answer.status == 200)
        #expect(answer.contentType == "text/plain; charset=utf-8")
        let proof = try TlogProof(parsing: Array(answer.body))
        #expect(proof.index == UInt64(sequence))
        try proof.verify(leaf: RFC6962.leafHash(Array(lines[sequence])), by: VerifierKey(ledger.verifierKey))
      }
      #expect(try ledger.get("/v1/events/\(lines.count)/proof").status == 404)
      #expect(try ledger.get("/v1/events/x/proof").status == 400)
      #expect(try ledger.get("/v1/events/1/proof?x").status == 400)
    }
  }

  @Test func proveAndCheckAgree() throws {
    try LedgerUnderTest.run { ledger in
      try fill(ledger, 20)
      let line = try #require(ledger.logLines().dropFirst(7).first)
      let (record, proof) = (ledger.folder.file("record"), ledger.folder.file("7.tlog-proof"))
      try (line + [0x0A]).write(to: record)
      func check(_ arguments: String...) throws -> Program.Result {
        try Program.run(Repository.program, ["check"] + arguments)
      }
      func check(_ key: String? = nil) throws -> Int32 {
        try check(proof.path, "--record", record.path, "--key", key ?? ledger.verifierKey).status
      }
      let made = try ledger.command("prove", "7", "-o", proof.path, arguments: ["--socket", ledger.socket])
      try #require(made.status == 0, "\(made.errors)")
      #expect(made.output.isEmpty)
      #expect(try check() == 0)
      // With and without its line feed; one only is dropped.
      try line.write(to: record)
      #expect(try check() == 0)
      try (line + [0x0A, 0x0A]).write(to: record)
      #expect(try check() == 1)
      try Data(line.map { $0 == UInt8(ascii: "7") ? UInt8(ascii: "8") : $0 }).write(to: record)
      #expect(try check() == 1)
      try line.write(to: record)
      let other = try SigningKey.generate(name: LedgerUnderTest.origin).verifierKey
      #expect(try check("\(other)") == 1)
      #expect(try check("x") == 64)
      #expect(try check(proof.path, "--key", ledger.verifierKey).status == 64)

      let policy = ledger.folder.file("policy")
      func checkPolicy(_ text: String) throws -> Int32 {
        try Data(text.utf8).write(to: policy)
        return try check(
          proof.path, "--record", record.path, "--key", ledger.verifierKey, "--policy", policy.path
        ).status
      }
      #expect(try checkPolicy("log \(ledger.verifierKey)\nquorum none\n") == 0)
      #expect(try checkPolicy("witness w \(try SigningKey.generate(name: "w.example").verifierKey)\nquorum w\n") == 1)
      #expect(try checkPolicy("quorum\n") == 65)

      try Data("no proof\n".utf8).write(to: proof)
      #expect(try check() == 65)
    }
  }

  /// The same proof whether the directory is read, with a daemon or without, or the daemon is asked.
  @Test func proveReadsTheDirectoryOrAsksTheDaemon() throws {
    try LedgerUnderTest.run { ledger in
      try fill(ledger, 300)
      _ = try checkpoint(ledger, new: true)
      let beside = try ledger.command("prove", "100")
      #expect(beside.status == 0, "\(beside.errors)")
      let asked = try Program.run(Repository.program, ["prove", "100", "--socket", ledger.socket])
      #expect(asked.output == beside.output)
      ledger.stop()
      #expect(try ledger.command("prove", "100").output == beside.output)
      try FileManager.default.removeItem(at: ledger.folder.file("ledger/tile"))
      #expect(try ledger.command("prove", "100").output == beside.output)
      let none = try ledger.command("prove", "100000")
      #expect(none.status == 65)
      #expect(none.errors.contains("100000"))
    }
  }

  @Test func aRecordWithoutACheckpointIsSaidInWords() throws {
    try LedgerUnderTest.damage(seeded: false) {
      try fill($0, 3)
    } _: { ledger in
      // The checkpoint of an earlier state, as after a crash: the last record is not covered.
      let lines = try ledger.logLines()
      let key = try SigningKey(
        String(contentsOf: ledger.folder.file("ledger/keys/signing.key"), encoding: .utf8)
          .trimmingCharacters(in: .newlines))
      var frontier = Frontier()
      for line in lines.dropLast() { frontier.append(RFC6962.leafHash(Array(line))) }
      let note = try Checkpoint(origin: LedgerUnderTest.origin, size: frontier.size, root: frontier.root)
        .signed(by: key)
      try Data(note.encoded.utf8).write(to: ledger.folder.file("ledger/checkpoint"))
      let refused = try ledger.command("prove", "\(lines.count - 1)")
      #expect(refused.status == 75)
      #expect(refused.output.isEmpty)
      #expect(refused.errors.contains("\(lines.count - 1)") && refused.errors.contains("--socket"))
      #expect(try ledger.command("prove", "0").status == 0)
    }
  }

  @Test func consistencyIsProvedBetweenAnyTwoSizes() throws {
    try LedgerUnderTest.run { ledger in
      try fill(ledger, 20)
      let size = Int(try checkpoint(ledger, new: true).size)
      var roots = [RFC6962.emptyRoot]
      var frontier = Frontier()
      for line in try ledger.logLines() {
        frontier.append(RFC6962.leafHash(Array(line)))
        roots.append(frontier.root)
      }
      func hashes(_ text: String) throws -> [Digest] {
        try text.split(separator: "\n").map { try #require(Digest(base64: $0)) }
      }
      for (old, new) in [(0, size), (1, 2), (3, 17), (8, 16), (size - 1, size), (size, size)] {
        let answer = try ledger.get("/v1/consistency?from=\(old)&to=\(new)")
        #expect(answer.status == 200 && answer.contentType == "text/plain; charset=utf-8")
        let proof = try hashes(answer.text)
        #expect(
          ConsistencyProof.verify(
            proof, oldSize: UInt64(old), oldRoot: roots[old], newSize: UInt64(new), newRoot: roots[new]))
        let printed = try ledger.command("consistency", arguments: ["--from", "\(old)", "--to", "\(new)"])
        #expect(printed.status == 0 && printed.text == answer.text)
      }
      #expect(
        try ledger.get("/v1/consistency?from=3").text == ledger.get("/v1/consistency?from=3&to=\(size)").text)
      for query in ["", "?to=3", "?from=5&to=4", "?from=0&to=\(size + 1)", "?from=a", "?from=1&to=2&x=3"] {
        let answer = try ledger.get("/v1/consistency\(query)")
        #expect(answer.status == 400, "\(query)")
        #expect(answer.contentType == ContentType.problem)
      }
      #expect(try ledger.command("consistency", arguments: ["--from", "5", "--to", "4"]).status == 64)
    }
  }

  /// A checkpoint with the cosignatures asked for is taken, though there are newer ones.
  @Test func aPolicyChoosesTheCheckpoint() throws {
    try LedgerUnderTest.run { ledger in
      try fill(ledger, 5)
      let witness = try CosigningKey.generate(name: "witness.example")
      let answer = try ledger.curl.send("/checkpoint", method: "POST")
      var note = try SignedNote(parsing: Array(answer.body))
      let cosigned = try Checkpoint(text: note.text).size
      try note.append(signatureLines: witness.cosignature(of: note.text, at: 1_700_000_000).line)
      let digits = String(cosigned)
      let name = String(repeating: "0", count: 20 - digits.count) + digits
      try Data(note.encoded.utf8).write(to: ledger.folder.file("ledger/checkpoints/\(name)"))
      try fill(ledger, 5, prefix: "q")
      _ = try checkpoint(ledger, new: true)

      let (policy, record, proof) = (
        ledger.folder.file("policy"), ledger.folder.file("record"), ledger.folder.file("proof")
      )
      try Data("witness w \(witness.verifierKey)\nquorum w\n".utf8).write(to: policy)
      try ledger.logLines()[3].write(to: record)
      let made = try ledger.command("prove", "3", arguments: ["--policy", policy.path])
      try #require(made.status == 0, "\(made.errors)")
      #expect(try TlogProof(parsing: Array(made.output)).checkpoint == Array(note.encoded.utf8))
      func check(_ output: Data) throws -> Int32 {
        try output.write(to: proof)
        return try Program.run(
          Repository.program,
          ["check", proof.path, "--record", record.path, "--key", ledger.verifierKey, "--policy", policy.path]
        ).status
      }
      #expect(try check(made.output) == 0)
      #expect(try check(ledger.command("prove", "3").output) == 1)
      let newer = try ledger.command("prove", "\(cosigned)", arguments: ["--policy", policy.path])
      #expect(newer.status == 1 && newer.output.isEmpty)
    }
  }

  @Test func doctorWritesTilesAgain() throws {
    try LedgerUnderTest.damage(seeded: false) {
      try fill($0, 300)
    } _: { ledger in
      let tile = ledger.folder.file("ledger/tile/0/000")
      let right = try Data(contentsOf: tile)
      try Data(right.map { $0 ^ 1 }).write(to: tile)
      let found = try ledger.command("doctor", arguments: ["--packs", Repository.packs])
      #expect(found.status == 1 && found.text.contains("tiles"), "\(found.text)")
      #expect(try Data(contentsOf: tile) == right)
      try FileManager.default.removeItem(at: ledger.folder.file("ledger/tile"))
      #expect(try ledger.command("doctor", arguments: ["--packs", Repository.packs]).status == 0)
      #expect(try Data(contentsOf: tile) == right)
      try ledger.expectSound()
    }
  }

  // MARK: Receipts

  private struct ProvedReceipt: Decodable {
    var sequence: Int
    var leafhash: String
    var duplicate: Bool
    var proof: String?
  }

  private func expectProof(_ receipt: ProvedReceipt, _ ledger: LedgerUnderTest) throws {
    let text = try #require(receipt.proof)
    let proof = try TlogProof(parsing: Array(text.utf8))
    #expect(proof.index == UInt64(receipt.sequence))
    let leaf = try #require(Digest(hex: receipt.leafhash))
    try proof.verify(leaf: leaf, by: VerifierKey(ledger.verifierKey))
  }

  @Test(arguments: ["wait", "wait=10", "respond-async, wait=\"10\"", "return=representation; foo, Wait = 10"])
  func aReceiptComesWithItsProofWhenAClientWaits(preference: String) throws {
    try LedgerUnderTest.run { ledger in
      let event = SampleEvent.project("A1", id: "a1")
      for (round, status) in [201, 200].enumerated() {
        let answer = try ledger.post(event.json, as: ContentType.event, headers: ["Prefer: \(preference)"])
        #expect(answer.status == status)
        #expect(answer.headers["preference-applied"] == "wait")
        let receipt = try answer.decoded(ProvedReceipt.self)
        #expect(receipt.duplicate == (round == 1))
        try expectProof(receipt, ledger)
      }
      let batch = try ledger.post(
        SampleEvent.batch((0..<5).map { .project("B\($0)", id: "b\($0)") }), as: ContentType.batch,
        headers: ["Prefer: \(preference)"])
      #expect(batch.status == 201)
      let receipts = try batch.decoded([ProvedReceipt].self)
      #expect(receipts.count == 5)
      for receipt in receipts { try expectProof(receipt, ledger) }
    }
  }

  @Test func theBinaryModeWaitsToo() throws {
    try LedgerUnderTest.run { ledger in
      let answer = try ledger.curl.send(
        "/v1/events",
        headers: [
          "ce-specversion: 1.0", "ce-id: a1", "ce-source: urn:test", "ce-type: de.aktenspur.projekt.angelegt",
          "ce-subject: projekt/A1", "Content-Type: application/json", "Prefer: wait=10",
        ], body: Data(#"{"titel":"Wald","kategorie":"A"}"#.utf8))
      #expect(answer.status == 201, "\(answer.text)")
      try expectProof(answer.decoded(), ledger)
    }
  }

  @Test(arguments: [[], ["Prefer: wait=x"], ["Prefer: return=minimal"]])
  func withoutTheWishThereIsNoProof(headers: [String]) throws {
    try LedgerUnderTest.run { ledger in
      let answer = try ledger.post(SampleEvent.project("A1", id: "a1").json, as: ContentType.event, headers: headers)
      #expect(answer.status == 201)
      #expect(answer.headers["preference-applied"] == nil)
      #expect(try answer.decoded(ProvedReceipt.self).proof == nil)
    }
  }

  // MARK: Static trees

  @Test func anIndependentClientReadsTheStaticTree() throws {
    try LedgerUnderTest.run { ledger in
      let tree = ledger.folder.file("tree").path
      try fill(ledger, 250)
      _ = try checkpoint(ledger, new: true)
      for round in 0..<2 {
        let exported = try ledger.command("export", arguments: ["--tiles", tree])
        #expect(exported.status == 0, "\(exported.errors)")
        let read = try client("fetch", tree, ledger.verifierKey)
        try #require(read.status == 0, "\(read.errors)")
        let entries = try read.lines.map { try JSONDecoder().decode(String.self, from: $0) }
        let size = Int(try checkpoint(ledger).size)
        #expect(try entries == ledger.logLines().prefix(size).map { String(decoding: $0, as: UTF8.self) })
        let proof = try ledger.command("prove", "5")
        #expect(try client("proof", tree, ledger.verifierKey, input: proof.output).status == 0)
        if round == 0 {
          try fill(ledger, 300, prefix: "q")
          _ = try checkpoint(ledger, new: true)
        }
      }
      // What was altered is noticed by the client, and another log is refused.
      try LedgerUnderTest.run { other in
        let refused = try other.command("export", arguments: ["--tiles", tree])
        // The same origin with another history.
        #expect([1, 65].contains(refused.status))
      }
      let bundle = URL(filePath: tree).appending(path: "tile/entries/000")
      var bytes = try Data(contentsOf: bundle)
      bytes[10] ^= 1
      try bytes.write(to: bundle)
      #expect(try client("fetch", tree, ledger.verifierKey).status != 0)
    }
  }
}
