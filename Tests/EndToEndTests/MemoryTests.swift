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

  /// As large as `AKTENSPUR_TEST_DOCUMENT_MIB` says, by default 256 MiB; 2048 is what is promised.
  @Test func largeContentGoesInAndOutInConstantMemory() throws {
    let size = ProcessInfo.processInfo.environment["AKTENSPUR_TEST_DOCUMENT_MIB"].flatMap { Int($0) } ?? 256
    try LedgerUnderTest.run { ledger in
      let content = try SampleContent(megabytes: size, in: ledger.folder)
      let small = try SampleContent(megabytes: 1, in: ledger.folder)
      #expect(try ledger.put(small).status == 201)
      #expect(try ledger.read(small).status == 200)
      let before = try peak(ledger)
      #expect(try ledger.put(content).status == 201)
      let read = try ledger.read(content, to: ledger.folder.file("answer"))
      #expect(read == 200)
      let after = try peak(ledger)
      #expect(after < bound)
      // What it took is far less than the content.
      #expect(after - before < 64 << 20, "\((after - before) >> 20) MiB more")
      #expect(try SampleContent.digest(of: ledger.folder.file("answer")) == content.digest)
    }
  }

  @Test func clientsThatDoNotReadContentsTakeNoMoreThanTheirShare() throws {
    try LedgerUnderTest.run { ledger in
      let content = try SampleContent(megabytes: 64, in: ledger.folder)
      #expect(try ledger.put(content).status == 201)
      let before = try peak(ledger)
      var clients: [RawConnection] = []
      for _ in 0..<60 {
        let client = try RawConnection(socket: ledger.socket)
        try client.send(RawConnection.get(content.path + "?subject=a&grund=b"))
        clients.append(client)
      }
      for client in clients { #expect(try client.isOpen(for: .seconds(20)) == false) }
      for number in 0..<20 { try ledger.record(.project("B", id: "beside-\(number)")) }
      #expect(try peak(ledger) - before < 200 << 20)
    }
  }

  @Test("A stream whose answers are not read is soon no longer read from", arguments: [false, true])
  func streamsThatAreNotRead(isPersonal: Bool) throws {
    let packs = try ScratchFolder()
    try ServiceBikes.write(to: packs.url)
    try LedgerUnderTest.run(packs: packs.url.path) { ledger in
      let lines = SampleEvent.lines(
        (0..<200).map { number in
          isPersonal
            ? ServiceBikes.bought("\(number)", id: "\(number)", nutzer: "Person \(number)")
            : ServiceBikes.sold("\(number)", id: "\(number)", authid: "person-2")
        })
      let client = try RawConnection(socket: ledger.socket)
      try client.send(RawConnection.linesHead)
      let limit = 64 << 20
      #expect(try client.sendUntilNotTaken(RawConnection.chunk(lines + Data("\n".utf8)), limit: limit) < limit / 4)
      // Nobody is held up by it.
      try ledger.record(ServiceBikes.bought("beside", id: "beside", nutzer: "x"))
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
