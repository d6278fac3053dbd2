import Foundation
import Testing

/// The daemon's memory stays under the bound that its documentation states, whatever clients do.
@Suite(.serialized) struct MemoryTests {
  /// `LedgerServer.docc/Limits.md`.
  private let bound = 768 << 20

  /// The most memory the daemon has had, in bytes.
  private func peak(_ ledger: LedgerUnderTest) throws -> Int {
    let status = try String(contentsOfFile: "/proc/\(try #require(ledger.processIdentifier))/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
    return try #require(line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }) * 1024
  }

  @Test func bodiesThatAreNotFinishedTakeNoMoreThanTheirShare() throws {
    try LedgerUnderTest.run { ledger in
      let part = Data("[".utf8) + Data(repeating: 0x20, count: 15 << 20)
      let head = Data(
        "POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Type: application/cloudevents-batch+json\r\nContent-Length: \(16 << 20)\r\n\r\n"
          .utf8)
      var clients: [RawConnection] = []
      for _ in 0..<40 {
        let client = try RawConnection(socket: ledger.socket)
        // What is sent behind a refusal is dropped, or the connection is closed under it.
        try? client.send(head + part)
        clients.append(client)
      }
      let refused = try clients.count { client in
        try !client.isOpen(for: .milliseconds(100)) && (try? client.answer())??.status == 429
      }
      #expect(refused > 30)
      #expect(try peak(ledger) < bound)
      clients.removeAll()
      // There is room again when they are gone.
      var status: Int?
      for number in 0..<1000 where status != 201 {
        status = try ledger.postBatch((0..<500).map { .project("A1", id: "\(number)-\($0)") }).status
      }
      #expect(status == 201)
    }
  }

  @Test func clientsThatSendAndDoNotReadTakeNoMoreThanTheirShare() throws {
    try LedgerUnderTest.run { ledger in
      for round in 0..<4 {
        let events = (0..<5000).map {
          SampleEvent.project("A\($0)", id: "\(round)-\($0)", titel: String(repeating: "x", count: 500))
        }
        #expect(
          try ledger.post(SampleEvent.lines(events), as: ContentType.lines, headers: ["Prefer: return=minimal"]).status
            == 201)
      }
      var clients: [RawConnection] = []
      for number in 0..<60 {
        let client = try RawConnection(socket: ledger.socket)
        let path = number % 2 == 0 ? "/v1/events?from=0&follow=true" : "/v1/events"
        try client.send(RawConnection.get(path))
        clients.append(client)
      }
      // Nobody is held up by them.
      for number in 0..<50 { try ledger.record(.project("B", id: "beside-\(number)")) }
      for client in clients { #expect(try client.isOpen(for: .seconds(20)) == false) }
      #expect(try peak(ledger) < bound)
    }
  }
}
