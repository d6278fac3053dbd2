import Foundation
import Testing

/// What the log says about one person, told to whoever may see it (DSGVO Art. 15).
struct PersonTests {
  private static let name = "Wilhelmine Unverwechselbar"

  private struct Answer: Decodable {
    struct Record: Decodable {
      struct Line: Decodable {
        struct Content: Decodable {
          var nutzer: String?
        }

        var type: String
        var data: Content
      }

      var sequence: Int
      var title: String?
      var relations: [String]
      var clear: [String]
      var erased: [String]
    }

    var person: String
    var records: [Record]
  }

  private func run(_ scenario: (LedgerUnderTest) throws -> Void) throws {
    let folder = try ScratchFolder()
    try ServiceBikes.write(to: folder.url)
    try LedgerUnderTest.run(packs: folder.url.path, scenario)
  }

  private func ask(_ ledger: LedgerUnderTest, _ person: String, _ options: String...) throws -> Program.Result {
    try Program.run(Repository.program, ["person", person, "--socket", ledger.socket] + options)
  }

  private func answer(_ ledger: LedgerUnderTest, _ person: String) throws -> Answer {
    let result = try ask(ledger, person, "--json")
    try #require(result.status == 0, "\(result.errors)")
    return try result.output.decoded(Answer.self)
  }

  @Test func everyRecordThatConcernsThePersonIsToldAndNoOther() throws {
    try run { ledger in
      let bike = try ledger.record(ServiceBikes.bought("7", id: "a", nutzer: Self.name))
      let other = try ledger.record(ServiceBikes.bought("8", id: "b", nutzer: "Jemand Anders", authid: "rad/7"))
      try ledger.record(ServiceBikes.bought("77", id: "c", nutzer: "Noch Jemand"))
      _ = try ledger.get("/v1/events/\(bike.sequence)?unseal=1&grund=Auskunft")
      let reading = try ledger.logLines().count - 1
      let answer = try answer(ledger, "rad/7")
      #expect(answer.person == "rad/7")
      #expect(answer.records.map(\.sequence) == [bike.sequence, other.sequence, reading])
      #expect(answer.records.map(\.relations) == [["subject", "sealed"], ["actor"], ["reading"]])
      #expect(answer.records.first?.clear == ["/data/nutzer"])
      #expect(answer.records.first?.title == "Rad angeschafft")
    }
  }

  @Test func whatIsSealedForOthersStaysSealed() throws {
    try run { ledger in
      try ledger.record(ServiceBikes.bought("7", id: "a", nutzer: Self.name))
      try ledger.record(ServiceBikes.bought("8", id: "b", nutzer: "Jemand Anders", authid: "rad/7"))
      let text = try ask(ledger, "rad/7", "--json").text
      #expect(text.contains(Self.name) && !text.contains("Jemand Anders"))
    }
  }

  @Test func askingIsRecordedWithTheReason() throws {
    try run { ledger in
      try ledger.record(ServiceBikes.bought("7", id: "a", nutzer: Self.name))
      let result = try ask(ledger, "rad/7", "--grund", "Antrag vom 3. Mai", "--authid", "anna")
      #expect(result.status == 0 && result.text.contains(Self.name))
      let record = try #require(try ledger.ownRecords("personendaten-gelesen").last)
      #expect(record.authid == "anna" && record.data.person == "rad/7" && record.data.grund == "Antrag vom 3. Mai")
    }
  }

  @Test func whatWasErasedIsNamedAndNotTold() throws {
    try run { ledger in
      try ledger.record(ServiceBikes.bought("7", id: "a", nutzer: Self.name))
      for authid in ["anna", "bernd"] {
        let erase = ["erase", "rad/7", "--reason", "r", "--legal-basis", "l", "--authid", authid]
        #expect(try Program.run(Repository.program, erase + ["--socket", ledger.socket]).status == 0)
      }
      let answer = try answer(ledger, "rad/7")
      #expect(answer.records.first?.erased == ["/data/nutzer"] && answer.records.first?.clear == [])
      #expect(answer.records.dropFirst().allSatisfy { $0.relations.contains("named") })
      #expect(try !ask(ledger, "rad/7").text.contains(Self.name))
    }
  }

  @Test func personNamedWithEscapesIsFound() throws {
    try run { ledger in
      let event = SampleEvent(
        id: "e", type: "de.aktenspur.rad.angeschafft", subject: "rad/9",
        data: #"{"marke":"rad\u002f7","nutzer":"x"}"#, members: [("authid", #""b""#)])
      let receipt = try ledger.record(event)
      #expect(try answer(ledger, "rad/7").records.map(\.sequence) == [receipt.sequence])
    }
  }

  @Test(.enabled(if: Curl.User.canBe, "needs root, to call as other users"))
  func onlyWhoMayUnsealIsTold() throws {
    try run { ledger in
      try ledger.record(ServiceBikes.bought("7", id: "a", nutzer: Self.name))
      ledger.stop()
      try ledger.configure(
        """
        principals:
          betrieb: {users: [0], append: {types: ["*"]}, rights: [read, unseal], delegates: true}
          leser: {users: [4001], rights: [read, audit, administer]}
        """)
      try ledger.start()
      let before = try ledger.log()
      #expect(try ledger.curl(as: 4001).send("/v1/persons/rad/7").status == 403)
      #expect(try ledger.log() == before)
      #expect(try ledger.get("/v1/persons/rad%2F7").text.contains(Self.name))
    }
  }
}
