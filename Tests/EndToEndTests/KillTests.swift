import Foundation
import Testing
import TransparencyLog

/// The daemon is killed in the middle of its work: what it has acknowledged is there, whole, and nothing is there in part.
struct KillTests {
  /// What one client sends, and what it is told.
  private struct Client {
    var name: String
    var contentType: String
    var bodies: [Data]
    /// The events in the order of their receipts; those of one batch together.
    var groups: [[SampleEvent]]
    var isBatch: Bool

    /// Sends everything over one connection.
    func send(to ledger: LedgerUnderTest) throws -> RunningProgram {
      let headers = ["Content-Type: \(contentType)"]
      let file = ledger.folder.file(name)
      guard bodies.count == 1 else {
        return try ledger.curl.sequence("/v1/events", headers: headers, bodies: bodies, file: file)
      }
      try bodies[0].write(to: file)
      return try ledger.curl.stream("/v1/events", headers: headers, body: file)
    }

    /// The receipts in what a program that sent has been answered, event by event.
    func receipts(_ program: RunningProgram) throws -> [Receipt] {
      let lines = bodies.count == 1 ? program.lines.lines : Curl.wholeAnswers(in: program.lines.lines)
      return try lines.flatMap { isBatch ? try $0.decoded([Receipt].self) : [try $0.decoded(Receipt.self)] }
    }

    static func streaming(_ name: String, _ count: Int) -> Client {
      let events = (0..<count).map { SampleEvent.project("S\($0 % 11)", id: "\(name)-\($0)") }
      return Client(
        name: name, contentType: ContentType.lines, bodies: [SampleEvent.lines(events)], groups: events.map { [$0] },
        isBatch: false)
    }

    static func single(_ name: String, _ count: Int) -> Client {
      let events = (0..<count).map { SampleEvent.project("E\($0 % 11)", id: "\(name)-\($0)") }
      return Client(
        name: name, contentType: ContentType.event, bodies: events.map(\.json), groups: events.map { [$0] },
        isBatch: false)
    }

    static func batches(_ name: String, _ count: Int, of size: Int) -> Client {
      let groups = (0..<count).map { batch in
        (0..<size).map { SampleEvent.project("B\($0 % 11)", id: "\(name)-\(batch)-\($0)") }
      }
      return Client(
        name: name, contentType: ContentType.batch, bodies: groups.map(SampleEvent.batch), groups: groups, isBatch: true
      )
    }
  }

  private func clients(_ round: Int) -> [Client] {
    [
      .streaming("stream-\(round)-a", 2000), .streaming("stream-\(round)-b", 2000), .single("single-\(round)-a", 150),
      .single("single-\(round)-b", 150), .batches("batch-\(round)-a", 60, of: 20),
      .batches("batch-\(round)-b", 10, of: 400),
    ]
  }

  /// Sends everything, kills the daemon when every client has been told something, and returns what they were told.
  private func loadAndKill(_ clients: [Client], _ ledger: LedgerUnderTest) throws -> [String: Receipt] {
    let running = try clients.map { try $0.send(to: ledger) }
    for program in running { #expect(program.lines.wait { !$0.isEmpty }, "a client was told nothing") }
    ledger.kill()
    var acknowledged: [String: Receipt] = [:]
    for (client, program) in zip(clients, running) {
      _ = program.waitForExit()
      program.lines.waitForEnd()
      let receipts = try client.receipts(program)
      for (event, receipt) in zip(client.groups.joined(), receipts) { acknowledged[event.id] = receipt }
    }
    return acknowledged
  }

  /// The records by the id of their event.
  private func records(_ ledger: LedgerUnderTest) throws -> [String: (line: Data, record: RecordDocument)] {
    let lines = try ledger.get("/v1/events").lines
    return try Dictionary(
      uniqueKeysWithValues: lines.map { line in
        let record = try line.decoded(RecordDocument.self)
        return (record.id, (line, record))
      })
  }

  @Test func acknowledgedEventsSurviveAKillUnderLoad() throws {
    try LedgerUnderTest.run { ledger in
      for round in 1...3 {
        let clients = clients(round)
        let acknowledged = try loadAndKill(clients, ledger)
        #expect(acknowledged.count < clients.reduce(0) { $0 + $1.groups.joined().count }, "the load was over too early")
        try ledger.expectSound()
        try ledger.start()

        let records = try records(ledger)
        for (id, receipt) in acknowledged {
          let found = try #require(records[id], "\(id) was acknowledged and is gone")
          #expect(receipt.leafhash == RFC6962.leafHash(Array(found.line)).hex)
          #expect(receipt.sequence == Int(found.record.sequence))
          #expect(receipt.recordedtime == found.record.recordedtime)
        }
        for client in clients where client.isBatch {
          for batch in client.groups {
            let found = batch.compactMap { records[$0.id] }
            #expect(found.isEmpty || found.count == batch.count, "\(found.count) of \(batch.count) of a batch")
            #expect(Set(found.map(\.record.batchend)).count <= 1)
          }
        }

        // Everything once more: what was recorded keeps its receipt, the rest is recorded now.
        for client in clients {
          let program = try client.send(to: ledger)
          #expect(program.waitForExit() == 0)
          program.lines.waitForEnd()
          let receipts = try client.receipts(program)
          #expect(receipts.count == client.groups.joined().count)
          for (event, receipt) in zip(client.groups.joined(), receipts) {
            #expect(receipt.duplicate == (records[event.id] != nil), "\(event.id)")
            if let first = acknowledged[event.id] { #expect(receipt == first.repeated) }
          }
        }
        // And once more: nothing is new any longer.
        let size = try ledger.logLines().count
        for client in clients {
          let program = try client.send(to: ledger)
          #expect(program.waitForExit() == 0)
          program.lines.waitForEnd()
          #expect(try client.receipts(program).allSatisfy(\.duplicate))
        }
        #expect(try ledger.logLines().count == size)
      }
    }
  }
}
