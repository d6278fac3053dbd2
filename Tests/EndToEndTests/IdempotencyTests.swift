import Foundation
import Testing

/// The same event sent again is answered with its first receipt, for ever.
struct IdempotencyTests {
  /// As a careful client writes it again: other member order, escapes and white space, and a version long passed.
  private func rewritten(_ event: SampleEvent) -> Data {
    Data(
      """
      { "data": \(event.data.replacing("ä", with: "\\u00e4").replacing(",", with: " , ")),
        "subject": "\(event.subject.replacing("/", with: "\\/"))", "type": "\(event.type)", "time": "\(event.time)",
        "source": "\(event.source)", "specversion": "1.0", "expectedversion": 0, "id": "\(event.id)" }
      """.utf8)
  }

  private func expectRepeated(_ event: SampleEvent, _ receipt: Receipt, _ ledger: LedgerUnderTest) throws {
    let before = try ledger.log()
    for body in [event.json, event.with("expectedversion", "0").json, rewritten(event)] {
      let answer = try ledger.post(body, as: ContentType.event)
      #expect(answer.status == 200, "\(answer.text)")
      #expect(try answer.decoded(Receipt.self) == receipt.repeated)
    }
    let command = try Program.run(Repository.program, ["append", "--socket", ledger.socket], input: event.json)
    #expect(command.status == 0)
    #expect(try command.output.decoded(Receipt.self) == receipt.repeated)
    #expect(try ledger.log() == before)
  }

  @Test func repeatedEventHasItsFirstReceipt() throws {
    try LedgerUnderTest.run { ledger in
      let event = SampleEvent.project("A1", id: "a1")
      let receipt = try ledger.record(event.with("expectedversion", "0"))
      try ledger.record(.project("A1", id: "a2"))
      try expectRepeated(event, receipt, ledger)

      ledger.stop()
      try ledger.start()
      try expectRepeated(event, receipt, ledger)

      ledger.kill()
      try ledger.start()
      try expectRepeated(event, receipt, ledger)

      ledger.stop()
      try ledger.deleteCache()
      try ledger.start()
      try expectRepeated(event, receipt, ledger)
    }
  }

  @Test func stateAndVersionSurviveTheLossOfTheCache() throws {
    try LedgerUnderTest.run { ledger in
      try ledger.record(.request("17", id: "a"))
      ledger.stop()
      try ledger.deleteCache()
      try ledger.start()
      let conflict = try ledger.post(.request("17", id: "b"))
      #expect(conflict.status == 409)
      #expect(try conflict.decoded(ProblemDocument.self).pointer == "/type")
      #expect(try ledger.get("/v1/subjects/anfrage/17").decoded(SubjectDocument.self).state == "eingegangen")
    }
  }

  /// Two clients send the same events at the same time: each is stored once, and both get one receipt for it.
  @Test func eventsSentTwiceAtOnceAreStoredOnce() throws {
    try LedgerUnderTest.run { ledger in
      let events = (0..<300).map { SampleEvent.project("A\($0 % 5)", id: "a\($0)") }
      let file = ledger.folder.file("events")
      try SampleEvent.lines(events).write(to: file)
      let clients = try (0..<4).map { _ in
        try ledger.curl.stream("/v1/events", headers: ["Content-Type: \(ContentType.lines)"], body: file)
      }
      let answers = try clients.map { client in
        #expect(client.waitForExit() == 0)
        client.lines.waitForEnd()
        return try client.lines.lines.map { try $0.decoded(Receipt.self) }
      }
      #expect(answers.allSatisfy { $0.map(\.repeated) == answers[0].map(\.repeated) })
      #expect(answers.joined().count { !$0.duplicate } == events.count)
      #expect(try ledger.logLines().count == events.count + 2)
    }
  }
}
