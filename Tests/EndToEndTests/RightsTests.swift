import Foundation
import Testing

/// Who may do what, as the kernel names the caller and the configuration the rights.
@Suite(.enabled(if: Curl.User.canBe, "needs root, to call as other users"))
struct RightsTests {
  private let configuration = """
    principals:
      betrieb: {users: [0], append: {types: ["*"]}, rights: [read, administer], delegates: true}
      dms:
        users: [4001]
        append: {types: ["de.aktenspur.projekt.*"], sources: ["urn:nwm:dms"]}
      portal: {users: [4002], append: {types: ["*"]}, rights: [read], delegates: true}
      pruefung: {groups: [4100], rights: [audit]}
    """

  private struct ProblemText: Decodable {
    var type: String
    var detail: String
    var pointer: String?
  }

  private func run(packs: String = Repository.packs, _ scenario: (LedgerUnderTest) throws -> Void) throws {
    try LedgerUnderTest.run(packs: packs) { ledger in
      ledger.stop()
      try ledger.configure(configuration)
      try ledger.start()
      try scenario(ledger)
    }
  }

  private func post(_ event: SampleEvent, _ curl: Curl) throws -> Answer {
    try curl.send("/v1/events", headers: ["Content-Type: \(ContentType.event)"], body: event.json)
  }

  @Test func withoutAConfigurationOnlyTheDaemonsOwnUserHasAccess() throws {
    try LedgerUnderTest.run { ledger in
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: ledger.folder.url.path)
      for path in ["/v1/events", "/checkpoint", "/healthz"] {
        let answer = try ledger.curl(as: 4001).send(path)
        #expect(answer.status == 403 && answer.contentType == "application/problem+json")
        #expect(try answer.decoded(ProblemText.self).detail.contains("4001"))
      }
      #expect(try post(.project("A1", id: "1"), ledger.curl(as: 4001)).status == 403)
    }
  }

  @Test func appendsOnlyTheTypesAndSourcesGiven() throws {
    try run { ledger in
      let dms = ledger.curl(as: 4001)
      #expect(try post(.project("A1", id: "1"), dms).status == 201)
      let before = try ledger.logLines().count
      let type = try post(.request("2023-1", id: "2"), dms)
      #expect(type.status == 403)
      #expect(try type.decoded(ProblemText.self).pointer == "/type")
      var foreign = SampleEvent.project("A2", id: "3")
      foreign.source = "urn:other"
      let source = try post(foreign, dms)
      #expect(source.status == 403)
      #expect(try source.decoded(ProblemText.self).pointer == "/source")
      let batch = try dms.send(
        "/v1/events", headers: ["Content-Type: \(ContentType.batch)"],
        body: SampleEvent.batch([.project("A3", id: "4"), .request("2023-2", id: "5")]))
      #expect(batch.status == 403)
      #expect(try batch.decoded(ProblemText.self).pointer == "/1/type")
      #expect(try ledger.logLines().count == before)
    }
  }

  @Test func readsOnlyWhereItMayRead() throws {
    try run { ledger in
      let paths = ["/v1/events", "/v1/events/0", "/checkpoint", "/v1/figures", "/v1/subjects/ledger", "/v1/packs"]
      let callers = [
        (ledger.curl(as: 4001), 403), (ledger.curl(as: 4002), 200), (ledger.curl(as: 5000, group: 4100), 200),
        (ledger.curl(as: 5000), 403),
      ]
      for path in paths {
        let statuses = try callers.map { caller, _ in try caller.send(path).status }
        #expect(statuses == callers.map(\.1), "\(path)")
      }
    }
  }

  @Test func auditorChangesNothing() throws {
    try run { ledger in
      let before = try ledger.logLines().count
      let auditor = ledger.curl(as: 5000, group: 4100)
      #expect(try post(.project("A1", id: "1"), auditor).status == 403)
      #expect(
        try auditor.send("/v1/anchors", headers: ["Content-Type: application/json"], body: Data("{}".utf8)).status
          == 403)
      #expect(try ledger.logLines().count == before)
    }
  }

  @Test func ledgerSaysWhoSentAndOnWhoseBehalf() throws {
    try run { ledger in
      func attributes(_ curl: Curl, _ id: String) throws -> [String?] {
        let answer = try post(SampleEvent.project("A1", id: id).with("authid", "\"b-4711\""), curl)
        #expect(answer.status == 201, "\(answer.text)")
        let line = try #require(try ledger.logLines().last)
        let record = try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
        return [record["recordedby"] as? String, record["authid"] as? String]
      }
      // Only who is trusted with it may name somebody else.
      let bound = try attributes(ledger.curl(as: 4001), "1")
      #expect(bound == ["dms", "dms"])
      let trusted = try attributes(ledger.curl(as: 4002), "2")
      #expect(trusted == ["portal", "b-4711"])
    }
  }

  /// What is released, how it gets there, and the event that needs a second person.
  private static let releases: [[SampleEvent]] = [
    [
      SampleEvent(
        id: "1", type: "de.aktenspur.bericht.vorgelegt", subject: "bericht/2022-H2",
        data: #"{"stichtag":"2022-12-31"}"#),
      SampleEvent(
        id: "2", type: "de.aktenspur.bericht.freigegeben", subject: "bericht/2022-H2", data: "{}"),
    ],
    [
      SampleEvent(
        id: "1", type: "de.aktenspur.vertrag.2b-entschieden", subject: "vertrag/1", data: #"{"steuerbar":"ja"}"#),
      SampleEvent(id: "2", type: "de.aktenspur.vertrag.freigegeben", subject: "vertrag/1", data: "{}"),
    ],
  ]

  @Test(arguments: releases) func releaseNeedsASecondPerson(_ steps: [SampleEvent]) throws {
    try run { ledger in
      if steps[0].subject.hasPrefix("vertrag/") {
        for (id, type, data) in [
          ("v", "erfasst", #"{"titel":"Leihe"}"#), ("w", "2b-angaben-erfasst", "{}"),
        ] {
          try ledger.record(
            SampleEvent(id: id, type: "de.aktenspur.vertrag.\(type)", subject: steps[0].subject, data: data))
        }
      }
      // The portal may say for whom it acts; here it is the same person twice.
      let portal = ledger.curl(as: 4002)
      #expect(try post(steps[0].with("authid", "\"anna\""), portal).status == 201)
      #expect(try post(steps[1].with("authid", "\"anna\""), portal).status == 409)
      #expect(try post(steps[1].with("authid", "\"bernd\""), portal).status == 201)
    }
  }

  @Test func whoDoesNotDelegateCannotInventASecondPerson() throws {
    try LedgerUnderTest.run { ledger in
      ledger.stop()
      try ledger.configure(
        "principals: {buero: {users: [4001], append: {types: [\"*\"]}, rights: [read]}}")
      try ledger.start()
      let office = ledger.curl(as: 4001)
      let steps = Self.releases[0]
      #expect(try post(steps[0].with("authid", "\"anna\""), office).status == 201)
      let refused = try post(steps[1].with("authid", "\"bernd\""), office)
      #expect(refused.status == 409)
      #expect(try refused.decoded(ProblemText.self).detail.contains("buero"))
    }
  }

  @Test func refusalIsLoggedWithPrincipalAndReason() throws {
    try run { ledger in
      _ = try post(.request("2023-1", id: "2"), ledger.curl(as: 4001))
      let isLogged = try #require(ledger.daemonLog).wait { lines in
        lines.contains {
          let line = String(decoding: $0, as: UTF8.self)
          return line.contains("refused") && line.contains("principal=dms") && line.contains("may not append")
        }
      }
      #expect(isLogged)
    }
  }

  @Test func refusedLineOfAStreamIsLoggedToo() throws {
    try run { ledger in
      let lines =
        SampleEvent.project("A1", id: "1").json + Data("\n".utf8) + SampleEvent.request("2023-1", id: "2").json
      let answer = try ledger.curl(as: 4001).send(
        "/v1/events", headers: ["Content-Type: \(ContentType.lines)"], body: lines)
      #expect(answer.lines.count == 2)
      let isLogged = try #require(ledger.daemonLog).wait { lines in
        lines.contains { String(decoding: $0, as: UTF8.self).contains("dms may not append") }
      }
      #expect(isLogged)
    }
  }

  @Test func configurationWithAFaultStopsTheStart() throws {
    let ledger = try LedgerUnderTest.new()
    try ledger.configure("principals: {dms: {users: [4001], rights: [write]}}")
    let result = try ledger.failedStart()
    #expect(result.status == 65)
    #expect(result.errors.contains("principals.dms.rights[0]"))
  }

  @Test func keyThatOthersCanReadStopsTheStart() throws {
    let ledger = try LedgerUnderTest.new()
    let key = ledger.folder.file("ledger/keys/signing.key")
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: key.path)
    let result = try ledger.failedStart()
    #expect(result.status != 0)
    #expect(result.errors.contains("signing.key"))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key.path)
  }
}
