import Foundation
import LogFormat
import Testing
import TransparencyLog

/// `POST /v1/events` in each of its forms, with the receipts they bring.
struct AppendTests {
  /// A receipt says where the record stands and what its hash is, as the log on the disk shows.
  private func expect(_ receipt: Receipt, of event: SampleEvent, in ledger: LedgerUnderTest) throws {
    let lines = try ledger.logLines()
    let line = try #require(receipt.sequence < lines.count ? lines[receipt.sequence] : nil)
    #expect(receipt.leafhash == RFC6962.leafHash(Array(line)).hex)
    let record = try line.decoded(RecordDocument.self)
    #expect(record.id == event.id)
    #expect(record.source == event.source)
    #expect(record.type == event.type)
    #expect(record.subject == event.subject && receipt.subject == event.subject)
    #expect(record.subjectversion == receipt.subjectversion)
    #expect(record.recordedtime == receipt.recordedtime)
    #expect(Int(record.sequence) == receipt.sequence)
    #expect(record.sequence.count == 20)
    #expect(record.previoushash == RFC6962.leafHash(Array(lines[receipt.sequence - 1])).hex)
  }

  @Test func structuredEventIsRecorded() throws {
    try LedgerUnderTest.run { ledger in
      let event = SampleEvent.project("A1", id: "a1")
      let answer = try ledger.post(event)
      #expect(answer.status == 201)
      #expect(answer.contentType == "application/json")
      let receipt = try answer.decoded(Receipt.self)
      #expect(receipt.subjectversion == 1)
      #expect(!receipt.duplicate)
      try expect(receipt, of: event, in: ledger)

      let members = try #require(try JSONSerialization.jsonObject(with: answer.body) as? [String: Any])
      #expect(
        members.keys.sorted() == ["duplicate", "leafhash", "recordedtime", "sequence", "subject", "subjectversion"])

      let again = try ledger.post(event)
      #expect(again.status == 200)
      #expect(try again.decoded(Receipt.self) == receipt.repeated)

      let second = try ledger.record(.project("A1", id: "a1-second"))
      #expect(second.subjectversion == 2)
      #expect(second.sequence == receipt.sequence + 1)
    }
  }

  @Test func payloadIsKeptAsSent() throws {
    try LedgerUnderTest.run { ledger in
      var event = SampleEvent.project("A1", id: "a1")
      event.data = #"{ "kategorie" : "A" , "titel": "a\u00e4\/ b" ,"beteiligte":[ "x" , "y" ], "preis":1.50e+2}"#
      let receipt = try ledger.record(event)
      let line = String(decoding: try ledger.logLines()[receipt.sequence], as: UTF8.self)
      #expect(
        line.hasSuffix(
          #""data":{"kategorie":"A","titel":"a\u00e4\/ b","beteiligte":["x","y"],"preis":1.50e+2}}"#))
    }
  }

  @Test func binaryEventIsRecorded() throws {
    try LedgerUnderTest.run { ledger in
      let event = SampleEvent.project("A1", id: "größe", titel: "Straße")
      let headers = [
        "Content-Type: application/json", "ce-specversion: 1.0", "ce-id: gr%C3%B6%C3%9Fe", "ce-source: \(event.source)",
        "ce-type: \(event.type)", "ce-subject: \(event.subject)", "ce-time: \(event.time)", "ce-vorgang: 17",
      ]
      let answer = try ledger.curl.send("/v1/events", headers: headers, body: Data(event.data.utf8))
      #expect(answer.status == 201)
      let receipt = try answer.decoded(Receipt.self)
      try expect(receipt, of: event, in: ledger)

      // The same event in the structured form is the same event.
      let structured = try ledger.post(event.with("vorgang", "\"17\""))
      #expect(structured.status == 200)
      #expect(try structured.decoded(Receipt.self) == receipt.repeated)
    }
  }

  @Test func batchIsRecordedWholeAndKnowsItsEnd() throws {
    try LedgerUnderTest.run { ledger in
      let events = (1...3).map { SampleEvent.project("A1", id: "a\($0)") }
      let answer = try ledger.postBatch(events)
      #expect(answer.status == 201)
      let receipts = try answer.decoded([Receipt].self)
      try #require(receipts.count == 3)
      #expect(receipts.map(\.subjectversion) == [1, 2, 3])
      for (receipt, event) in zip(receipts, events) { try expect(receipt, of: event, in: ledger) }
      let lines = try ledger.logLines()
      for receipt in receipts {
        #expect(Int(try lines[receipt.sequence].decoded(RecordDocument.self).batchend ?? "") == receipts[2].sequence)
      }

      let again = try ledger.postBatch(events)
      #expect(again.status == 200)
      #expect(try again.decoded([Receipt].self) == receipts.map(\.repeated))

      // Events that are there already keep their first receipt; the rest is recorded.
      let mixed = try ledger.postBatch([events[1], .project("A2", id: "b1")])
      #expect(mixed.status == 201)
      let both = try mixed.decoded([Receipt].self)
      #expect(both.first == receipts[1].repeated)
      #expect(both.last?.sequence == receipts[2].sequence + 1)
      #expect(both.last?.duplicate == false)
    }
  }

  @Test func expectedVersionSeesTheEventsBeforeItInTheBatch() throws {
    try LedgerUnderTest.run { ledger throws in
      let events = (0...2).map { SampleEvent.project("A1", id: "a\($0)").with("expectedversion", "\($0)") }
      #expect(try ledger.postBatch(events).status == 201)
      #expect(try ledger.logLines().allSatisfy { !$0.contains("expectedversion") })
    }
  }

  @Test func emptyBatchRecordsNothing() throws {
    try LedgerUnderTest.run { ledger in
      let before = try ledger.log()
      let answer = try ledger.postBatch([])
      #expect(answer.status == 200)
      #expect(answer.text == "[]")
      #expect(try ledger.log() == before)
    }
  }

  @Test func linesAreRecordedEachOnItsOwn() throws {
    try LedgerUnderTest.run { ledger in
      let events = (1...50).map { SampleEvent.project("A\($0 % 7)", id: "a\($0)") }
      let answer = try ledger.post(SampleEvent.lines(events), as: ContentType.lines)
      #expect(answer.status == 200)
      #expect(answer.contentType == ContentType.lines)
      let receipts = try answer.lines.map { try $0.decoded(Receipt.self) }
      try #require(receipts.count == events.count)
      for (receipt, event) in zip(receipts, events) { try expect(receipt, of: event, in: ledger) }
      #expect(try ledger.logLines().suffix(50).allSatisfy { !$0.contains("batchend") })

      let again = try ledger.post(SampleEvent.lines(events), as: ContentType.lines)
      #expect(try again.lines.map { try $0.decoded(Receipt.self) } == receipts.map(\.repeated))
    }
  }

  @Test func refusedLineDoesNotStopTheNext() throws {
    try LedgerUnderTest.run { ledger in
      let lines = [
        SampleEvent.project("A1", id: "a1").text,
        SampleEvent(id: "x", type: "de.aktenspur.projekt.angelegt", subject: "projekt/A2", data: #"{"titel":"T"}"#)
          .text,
        "{not json",
        "",
        SampleEvent.project("A1", id: "a2").text,
      ]
      let answer = try ledger.post(Data(lines.joined(separator: "\n").utf8), as: ContentType.lines)
      #expect(answer.status == 200)
      try #require(answer.lines.count == 4)
      let first = try answer.lines[0].decoded(Receipt.self)
      let last = try answer.lines[3].decoded(Receipt.self)
      #expect(last.sequence == first.sequence + 1)

      let schema = try answer.lines[1].decoded(ProblemDocument.self)
      #expect(schema.line == 2)
      #expect(schema.status == 422)
      #expect(schema.pointer == "/data/kategorie")
      let syntax = try answer.lines[2].decoded(ProblemDocument.self)
      #expect(syntax.line == 3)
      #expect(syntax.status == 400)
    }
  }

  @Test("Lines that come one by one are answered while the stream goes on, in their order")
  func linesInPiecesAreAnswered() throws {
    try LedgerUnderTest.run { ledger in
      let connection = try RawConnection(socket: ledger.socket)
      try connection.send(RawConnection.linesHead)
      var sequence = 2
      for round in 0..<3 {
        // The first are recorded while the others come.
        let events = (0..<200).map { SampleEvent.project("A1", id: "\(round)-\($0)") }
        try connection.send(
          events.reduce(Data()) {
            $0 + RawConnection.chunk($1.json.prefix(40)) + RawConnection.chunk($1.json.dropFirst(40) + Data("\n".utf8))
          })
        let receipts = try connection.lines(events.count).map { try $0.decoded(Receipt.self) }
        #expect(receipts.map(\.sequence) == Array(sequence..<sequence + 200))
        for (receipt, event) in zip(receipts, events) { try expect(receipt, of: event, in: ledger) }
        sequence += 200
      }
    }
  }

  @Test func minimalReturnIsOneSummary() throws {
    try LedgerUnderTest.run { ledger in
      try ledger.record(.project("A1", id: "a1"))
      let body = SampleEvent.lines([.project("A1", id: "a1"), .project("A1", id: "a2"), .project("B/1", id: "b")])
      let answer = try ledger.post(body, as: ContentType.lines, headers: ["Prefer: return=minimal"])
      #expect(answer.status == 201)
      #expect(answer.headers["preference-applied"] == "return=minimal")
      struct Summary: Decodable {
        var recorded: Int
        var duplicates: Int
        var refused: Int
        var problems: [ProblemDocument]
      }
      let summary = try answer.decoded(Summary.self)
      #expect(summary.recorded == 1)
      #expect(summary.duplicates == 1)
      #expect(summary.refused == 1)
      #expect(summary.problems.map(\.line) == [3])
      #expect(summary.problems.map(\.pointer) == ["/subject"])
    }
  }

  /// curl asks before it sends so much.
  @Test func largeBatchIsAskedForAndRecorded() throws {
    try LedgerUnderTest.run { ledger in
      let long = String(repeating: "Straße ", count: 1000)
      let events = (1...200).map { SampleEvent.project("A1", id: "a\($0)", titel: long) }
      #expect(SampleEvent.batch(events).count > 1 << 20)
      let answer = try ledger.post(
        SampleEvent.batch(events), as: ContentType.batch, headers: ["Expect: 100-continue"])
      #expect(answer.status == 201)
      #expect(try answer.decoded([Receipt].self).count == 200)
    }
  }

  @Test func manyConnectionsAtOnceAreAllAnswered() throws {
    try LedgerUnderTest.run { ledger in
      let clients = try (0..<8).map { client in
        try ledger.curl.sequence(
          "/v1/events", headers: ["Content-Type: \(ContentType.event)"],
          bodies: (0..<40).map { SampleEvent.project("A\(client)", id: "\(client)-\($0)").json },
          file: ledger.folder.file("client-\(client)"))
      }
      var sequences: [Int] = []
      for client in clients {
        #expect(client.waitForExit() == 0)
        client.lines.waitForEnd()
        let receipts = try Curl.wholeAnswers(in: client.lines.lines).map { try $0.decoded(Receipt.self) }
        #expect(receipts.map(\.subjectversion) == Array(1...40))
        sequences += receipts.map(\.sequence)
      }
      #expect(sequences.sorted() == Array(2..<322))
    }
  }

  @Test func commandAppendsEventArrayAndLinesToldApartByContent() throws {
    try LedgerUnderTest.run { ledger in
      func append(_ input: Data) throws -> [Receipt] {
        let result = try Program.run(Repository.program, ["append", "--socket", ledger.socket], input: input)
        #expect(result.status == 0, "\(result.errors)")
        return try result.lines.map { try $0.decoded(Receipt.self) }
      }
      let indented = SampleEvent.project("A1", id: "a1").text.replacing(",", with: ",\n  ")
      #expect(try append(Data(indented.utf8)).map(\.sequence) == [2])
      #expect(
        try append(SampleEvent.batch([.project("A1", id: "a2"), .project("A1", id: "a3")])).map(\.sequence) == [3, 4])
      #expect(
        try append(SampleEvent.lines([.project("A1", id: "a4"), .project("A1", id: "a5")])).map(\.sequence) == [5, 6])
      let lines = try ledger.logLines()
      #expect(try lines[3].decoded(RecordDocument.self).batchend == "00000000000000000004")
      #expect(try lines[5].decoded(RecordDocument.self).batchend == nil)

      let file = ledger.folder.file("events.ndjson")
      try SampleEvent.lines([.project("A1", id: "a6")]).write(to: file)
      let result = try Program.run(Repository.program, ["append", "--socket", ledger.socket, file.path])
      #expect(result.status == 0)
      #expect(try result.output.decoded(Receipt.self).sequence == 7)
    }
  }
}

extension Data {
  func contains(_ text: String) -> Bool { range(of: Data(text.utf8)) != nil }
}
