import Foundation
import Testing
import TransparencyLog

/// The read side over HTTP, and the same by the command.
struct ReadingTests {
  /// The lines of the log on the disk that a filter lets through, each with its LF.
  private func lines(
    of ledger: LedgerUnderTest, where isWanted: (Int, RecordDocument) -> Bool = { _, _ in true }
  ) throws -> Data {
    try ledger.logLines().enumerated().reduce(into: Data()) { bytes, entry in
      guard isWanted(entry.offset, try entry.element.decoded()) else { return }
      bytes.append(entry.element)
      bytes.append(0x0A)
    }
  }

  @Test func eventsAreTheExactBytesOfTheLog() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      let answer = try ledger.get("/v1/events")
      #expect(answer.status == 200)
      #expect(answer.contentType == ContentType.lines)
      #expect(answer.body == (try ledger.log()))
      #expect(try ledger.command("events").output == answer.body)
      let bySocket = try Program.run(Repository.program, ["events", "--socket", ledger.socket])
      #expect(bySocket.output == answer.body)
    }
  }

  @Test func eventsAreFilteredByRangeSubjectAndType() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      func expect(
        _ query: String, _ arguments: [String], _ isWanted: (Int, RecordDocument) -> Bool
      ) throws {
        let expected = try lines(of: ledger, where: isWanted)
        #expect(!expected.isEmpty)
        let answer = try ledger.get("/v1/events?\(query)")
        #expect(answer.status == 200)
        #expect(answer.body == expected, "HTTP, \(query)")
        #expect(try ledger.command("events", arguments: arguments).output == expected, "\(arguments)")
      }
      try expect("from=7", ["--from", "7"]) { sequence, _ in sequence >= 7 }
      try expect("to=7", ["--to", "7"]) { sequence, _ in sequence <= 7 }
      try expect("from=5&to=5", ["--from", "5", "--to", "5"]) { sequence, _ in sequence == 5 }
      try expect("subject=projekt/B1", ["--subject", "projekt/B1"]) { $1.subject == "projekt/B1" }
      try expect("subject=projekt%2FB1", ["--subject", "projekt/B1"]) { $1.subject == "projekt/B1" }
      let type = "de.aktenspur.projekt.verlaengert"
      try expect("type=\(type)", ["--type", type]) { $1.type == type }
      try expect("subject=projekt/A7&type=\(type)&from=3&to=90", ["--subject", "projekt/A7", "--type", type]) {
        $1.subject == "projekt/A7" && $1.type == type
      }
      let nothing = try ledger.get("/v1/events?subject=projekt/none")
      #expect(nothing.status == 200)
      #expect(nothing.body.isEmpty)
      #expect(try ledger.get("/v1/events?from=head").body.isEmpty)
    }
  }

  @Test func oneRecordIsTheExactLine() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      let lines = try ledger.logLines()
      for sequence in [0, 1, 42, lines.count - 1] {
        let answer = try ledger.get("/v1/events/\(sequence)")
        #expect(answer.status == 200)
        #expect(answer.contentType == ContentType.event)
        #expect(answer.body == lines[sequence])
      }
      let missing = try ledger.get("/v1/events/\(lines.count)")
      #expect(missing.status == 404)
      #expect(missing.contentType == ContentType.problem)
      let head = try ledger.curl.send("/v1/events/1", method: "HEAD")
      #expect(head.status == 200)
      #expect(head.headers["content-length"] == "\(lines[1].count)")
    }
  }

  @Test(arguments: ["/v1/subjects/anfrage/2022-17", "/v1/subjects/anfrage%2F2022-17"])
  func subjectHasVersionStateAndPlaces(path: String) throws {
    try LedgerUnderTest.run { ledger in
      #expect(try ledger.get(path).status == 404)
      let first = try ledger.record(.request("2022-17", id: "a"))
      try ledger.record(.project("A1", id: "p"))
      let last = try ledger.record(
        SampleEvent(
          id: "b", type: "de.aktenspur.anfrage.stufe-bestanden", subject: "anfrage/2022-17", data: #"{"stufe":1}"#))
      let answer = try ledger.get(path)
      #expect(answer.status == 200)
      #expect(
        try answer.decoded()
          == SubjectDocument(
            subject: "anfrage/2022-17", version: 2, state: "in-pruefung", first: first.sequence, last: last.sequence))
    }
  }

  /// Recomputed from the lines alone, and checked with the key that `init` printed.
  @Test func checkpointSignsTheTreeOverTheLog() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      let key = try VerifierKey(ledger.verifierKey)
      func expect(_ note: Data, size: Int? = nil) throws {
        let checkpoint = try Checkpoint.open(Array(note), by: key)
        #expect(checkpoint.origin == LedgerUnderTest.origin)
        if let size { #expect(checkpoint.size == UInt64(size)) }
        var frontier = Frontier()
        for line in try ledger.logLines().prefix(Int(checkpoint.size)) {
          frontier.append(RFC6962.leafHash(Array(line)))
        }
        #expect(frontier.root == checkpoint.root)
      }
      let size = try ledger.logLines().count
      let new = try Program.run(Repository.program, ["checkpoint", "--new", "--socket", ledger.socket])
      #expect(new.status == 0, "\(new.errors)")
      try expect(new.output, size: size)
      let answer = try ledger.get("/checkpoint")
      #expect(answer.status == 200)
      #expect(answer.contentType == "text/plain; charset=utf-8")
      try expect(answer.body)
      let shown = try ledger.command("checkpoint")
      #expect(shown.status == 0)
      try expect(shown.output)
      #expect(try ledger.verify().report.signed == size)
    }
  }

  /// At the end everything is signed.
  @Test func shutdownSignsEveryRecord() throws {
    try LedgerUnderTest.run { ledger in
      try ledger.record(.project("A1", id: "a1"))
      ledger.stop()
      #expect(try ledger.verify().report.unsigned == 0)
    }
  }

  @Test func daemonSaysThatItLivesAndIsReady() throws {
    try LedgerUnderTest.run { ledger in
      #expect(try ledger.get("/healthz").status == 200)
      #expect(try ledger.get("/readyz").status == 200)
      let mode = try FileManager.default.attributesOfItem(atPath: ledger.socket)[.posixPermissions] as? Int
      #expect(mode == 0o660)
    }
  }

  @Test func socketIsGoneAfterShutdown() throws {
    try LedgerUnderTest.run { ledger in
      ledger.stop()
      #expect(!FileManager.default.fileExists(atPath: ledger.socket))
    }
  }

  @Test func packsInUseAreListedWithTheDigestsTheLogNames() throws {
    try LedgerUnderTest.run { ledger in
      struct Pack: Decodable {
        struct Entry: Decodable { var type: String }
        var name: String
        var title: String
        var digest: String
        var events: [Entry]
      }
      let answer = try ledger.get("/v1/packs")
      #expect(answer.status == 200)
      let packs = try answer.decoded([Pack].self)
      let folders = try FileManager.default.contentsOfDirectory(atPath: Repository.packs).sorted()
      #expect(packs.map(\.name) == folders)
      #expect(packs.flatMap(\.events).contains { $0.type == "de.aktenspur.projekt.angelegt" })
      struct Record: Decodable {
        struct Content: Decodable {
          struct Entry: Decodable, Hashable {
            var name: String
            var digest: String
          }
          var fachpakete: [Entry]
        }
        var type: String
        var data: Content
      }
      let record = try ledger.logLines()[1].decoded(Record.self)
      #expect(record.type == "de.aktenspur.ledger.fachpakete-gesetzt")
      #expect(record.data.fachpakete.map(\.name) == packs.map(\.name))
      #expect(record.data.fachpakete.map(\.digest) == packs.map { "sha256:\($0.digest)" })
    }
  }

  @Test func projectedRowsAreServed() throws {
    try LedgerUnderTest.run { ledger in
      try ledger.record(.request("2022-17", id: "a"))
      let list = try ledger.command("projections", "list", arguments: ["--json"])
      #expect(list.status == 0, "\(list.errors)")
      struct List: Decodable {
        struct Pack: Decodable {
          var name: String
          var tables: [String]
        }
        var asof: Head
        var packs: [Pack]
      }
      let tables = try list.output.decoded(List.self)
      #expect(tables.asof.size == 3)
      let table = try #require(tables.packs.first { $0.name == "anfragen" }?.tables.first { $0 == "anfrage" })
      let rows = try ledger.get("/v1/projections/anfragen/\(table)")
      #expect(rows.status == 200)
      #expect(rows.text.contains("anfrage/2022-17"))
      #expect(try ledger.get("/v1/projections/anfragen/\(table)?as-of=2").text == "[]")
      #expect(try ledger.get("/v1/projections/anfragen/none").status == 404)
      #expect(try ledger.get("/v1/projections/none/\(table)").status == 404)
    }
  }
}
