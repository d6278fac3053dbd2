import Foundation
import Testing

/// What an administrator sees of the daemon: metrics, readiness, logs, and how it starts and ends.
struct OperationsTests {
  private func metrics(_ ledger: LedgerUnderTest) throws -> Metrics {
    let answer = try ledger.get("/metrics")
    #expect(answer.status == 200)
    #expect(answer.contentType == "text/plain; version=0.0.4; charset=utf-8")
    return try Metrics(answer.text)
  }

  @Test func metricsSayWhatHappened() throws {
    try LedgerUnderTest.run { ledger in
      let before = try metrics(ledger)
      for number in 0..<5 { try ledger.record(.project("A1", id: "\(number)")) }
      #expect(try ledger.postBatch([.project("A2", id: "b1"), .project("A2", id: "b2")]).status == 201)
      #expect(try ledger.post(.project("A1", id: "0")).status == 200)
      var unknown = SampleEvent.project("A1", id: "x")
      unknown.type = "de.aktenspur.unbekannt"
      #expect(try ledger.post(unknown).status == 422)
      let after = try metrics(ledger)
      func grown(_ name: String) -> Double { (after[name] ?? 0) - (before[name] ?? 0) }
      #expect(grown("aktenspur_log_records") == 7)
      #expect(after["aktenspur_log_bytes"] == Double(try ledger.log().count))
      #expect(grown("aktenspur_group_records_sum") == 7)
      #expect(grown("aktenspur_group_records_count") == 6)
      #expect(grown("aktenspur_sync_seconds_count") == 6)
      #expect(grown("aktenspur_append_seconds_count") == 7)
      let path = #"aktenspur_http_requests_total{path="/v1/events",method="POST",status="#
      #expect(grown(path + #""201"}"#) == 6)
      #expect(grown(path + #""200"}"#) == 1)
      #expect(grown(path + #""422"}"#) == 1)
      #expect(grown(#"aktenspur_refusals_total{type="unprocessable"}"#) == 1)
      #expect(after["aktenspur_queue_events"] == 0)
      #expect(after["aktenspur_ready"] == 1)
      #expect(after["aktenspur_connections"] == 1)
      let signed = try #require(after["aktenspur_checkpoint_timestamp_seconds"])
      #expect(abs(signed - Date().timeIntervalSince1970) < 3600)
      for name in [
        "aktenspur_log_segments", "aktenspur_log_free_bytes", "aktenspur_checkpoint_records",
        "process_resident_memory_bytes", "process_open_fds", "process_start_time_seconds",
      ] {
        #expect(after[name] ?? 0 > 0, "\(name)")
      }
      #expect(try ledger.get("/v1/figures").status == 200)
      #expect(try metrics(ledger)["aktenspur_projection_lag_records"] == 0)
    }
  }

  @Test func webPortShowsHowTheDaemonIsAndNothingOfTheLedger() throws {
    try LedgerUnderTest.run { ledger in
      ledger.stop()
      try ledger.start(options: ["--web", "127.0.0.1:0"])
      try ledger.waitFor("web")
      let log = try #require(ledger.daemonLog).text
      let address = try #require(log.firstMatch(of: #/http://127\.0\.0\.1:[0-9]+/#)).0
      let web = Curl(server: String(address))
      #expect(try Metrics(web.send("/metrics").text)["aktenspur_ready"] == 1)
      #expect(try web.send("/healthz").status == 200)
      #expect(try web.send("/readyz").status == 200)
      for path in ["/v1/events", "/v1/events/0", "/checkpoint", "/v1/figures", "/v1/packs"] {
        #expect(try web.send(path).status == 403, "\(path)")
      }
      let event = SampleEvent.project("A1", id: "1").json
      #expect(try web.send("/v1/events", headers: ["Content-Type: \(ContentType.event)"], body: event).status == 403)
    }
  }

  @Test(arguments: ["0.0.0.0:9100", "192.0.2.1:9100", "127.0.0.1", "localhost:http"])
  func webPortIsOnThisMachineOnly(_ address: String) throws {
    let ledger = try LedgerUnderTest.new()
    let result = try ledger.command("serve", arguments: ["--socket", ledger.socket, "--web", address])
    #expect(result.status == 64)
    #expect(result.errors.contains("127.0.0.1:PORT"))
  }

  @Test(.enabled(if: SegmentFault.isAvailable, "strace is missing"))
  func whileTheLedgerIsOpenedItIsAliveAndNotReadyAndRequestsWait() throws {
    try LedgerUnderTest.run { ledger in
      ledger.stop()
      let key = ledger.folder.file("ledger/keys/signing.key").path
      try ledger.startSlowly(SlowCall(call: "openat", path: key, seconds: 3))
      #expect(try ledger.get("/healthz").status == 200)
      let readiness = try ledger.get("/readyz")
      #expect(readiness.status == 503)
      #expect(readiness.headers["retry-after"] != nil)
      #expect(readiness.text.contains("urn:aktenspur:problem:recovering"))
      #expect(try metrics(ledger)["aktenspur_ready"] == 0)
      // Nobody who comes now is sent away.
      try ledger.record(.project("A1", id: "early"))
      #expect(try ledger.get("/readyz").status == 200)
    }
  }

  @Test func ledgerThatCannotBeOpenedEndsTheDaemonAndItsSocket() throws {
    try LedgerUnderTest.damage(seeded: false) { ledger in
      try Data("no checkpoint".utf8).write(to: ledger.folder.file("ledger/checkpoint"))
      let result = try ledger.failedStart()
      #expect(result.status == 1)
      #expect(!FileManager.default.fileExists(atPath: ledger.socket))
    }
  }

  @Test func logLinesAreJSONWhereAsked() throws {
    try LedgerUnderTest.run { ledger in
      ledger.stop()
      try ledger.start(options: ["--log-format", "json"])
      var unknown = SampleEvent.project("A1", id: "x")
      unknown.type = "de.aktenspur.unbekannt"
      #expect(try ledger.post(unknown).status == 422)
      try ledger.waitFor("refused")
      let lines = try #require(ledger.daemonLog).text.split(separator: "\n")
      for line in lines {
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String])
        #expect(object["time"]?.wholeMatch(of: #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/#) != nil)
        #expect(object["level"] != nil && object["message"] != nil)
        if object["message"] == "refused" {
          #expect(object["status"] == "422" && object["field"] == "/type")
        }
      }
    }
  }

  /// Clients that have sent a whole request are answered, and nothing is recorded that was not.
  @Test func everythingAcceptedIsAnsweredAtTheEnd() throws {
    try LedgerUnderTest.run { ledger in
      let clients = try (0..<50).map { _ in try RawConnection(socket: ledger.socket) }
      for (number, client) in clients.enumerated() {
        try client.send(RawConnection.post(SampleEvent.project("A\(number)", id: "\(number)").json))
      }
      let idle = try RawConnection(socket: ledger.socket)
      try idle.send(RawConnection.get("/healthz"))
      #expect(try idle.answer()?.status == 200)
      ledger.stop()
      let answers = clients.map { try? $0.answer() }
      let recorded = try ledger.logLines().filter { String(decoding: $0, as: UTF8.self).contains("projekt.angelegt") }
      #expect(answers.count { $0?.status == 201 } == recorded.count)
      #expect(try idle.answer() == nil)
      // The last checkpoint covers everything.
      let (_, report) = try ledger.verify()
      #expect(report.unsigned == 0)
    }
  }

  @Test func newerFormatIsRefusedInWords() throws {
    try LedgerUnderTest.damage(seeded: false) { ledger in
      let file = ledger.folder.file("ledger/ledger.json")
      let text = try String(contentsOf: file, encoding: .utf8)
      try Data(text.replacing(#""format":1"#, with: #""format":2"#).utf8).write(to: file)
      let result = try ledger.failedStart()
      #expect(result.status != 0)
      #expect(result.errors.contains("format") && result.errors.contains("2"))
    }
  }
}
