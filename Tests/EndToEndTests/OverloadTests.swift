import Foundation
import Testing

/// Clients that are slow, silent or too many, and the others beside them.
@Suite struct OverloadTests {
  @Test func headThatNeverEndsIsAnsweredAndCutOff() throws {
    try LedgerUnderTest.run { ledger in
      let connection = try RawConnection(socket: ledger.socket)
      try connection.send(Data("GET /checkpoint HTTP/1.1\r\nHost: ledger\r\nX-Long: ".utf8))
      #expect(try connection.answer()?.status == 408)
      #expect(try connection.answer() == nil)
    }
  }

  /// The time is for the whole head: a byte now and then does not lengthen it.
  @Test func headThatComesByteByByteIsCutOff() throws {
    try LedgerUnderTest.run { ledger in
      let connection = try RawConnection(socket: ledger.socket)
      try connection.send(Data("GET /checkpoint HTTP/1.1\r\nHost: ledger\r\nX-Long: ".utf8))
      var sent = 0
      while try connection.isOpen(for: .milliseconds(500)), sent < 1000 {
        try? connection.send(Data("a".utf8))
        sent += 1
      }
      #expect(sent < 1000)
    }
  }

  @Test func silentConnectionIsClosed() throws {
    try LedgerUnderTest.run { ledger in
      let connection = try RawConnection(socket: ledger.socket)
      #expect(try connection.answer() == nil)
    }
  }

  @Test func connectionThatHasBeenOfUseMayRest() throws {
    try LedgerUnderTest.run { ledger in
      let connection = try RawConnection(socket: ledger.socket)
      try connection.send(RawConnection.get("/healthz"))
      #expect(try connection.answer()?.status == 200)
      // Long enough for another that was made later, and says nothing, to be closed.
      let silent = try RawConnection(socket: ledger.socket)
      #expect(try silent.answer() == nil)
      try connection.send(RawConnection.get("/healthz"))
      #expect(try connection.answer()?.status == 200)
    }
  }

  @Test func bodyThatStopsIsAnsweredAndCutOff() throws {
    try LedgerUnderTest.run { ledger in
      let before = try ledger.logLines().count
      let request = RawConnection.post(SampleEvent.project("A1", id: "1").json)
      let stopped = try RawConnection(socket: ledger.socket)
      try stopped.send(request.dropLast())
      let chunked = try RawConnection(socket: ledger.socket)
      try chunked.send(RawConnection.postInChunks(SampleEvent.project("A1", id: "1").json).dropLast(20))
      for connection in [stopped, chunked] {
        #expect(try connection.answer()?.status == 408)
        #expect(try connection.answer() == nil)
      }
      #expect(try ledger.logLines().count == before)
    }
  }

  @Test func streamOfLinesMayPause() throws {
    try LedgerUnderTest.run { ledger in
      let connection = try RawConnection(socket: ledger.socket)
      let event = SampleEvent.project("A1", id: "1").json + Data("\n".utf8)
      try connection.send(
        Data(
          "POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-ndjson\r\nContent-Length: \(event.count)\r\nPrefer: return=minimal\r\n\r\n"
            .utf8) + event.dropLast(10))
      // Another one is cut off meanwhile.
      let other = try RawConnection(socket: ledger.socket)
      try other.send(RawConnection.post(event).dropLast())
      #expect(try other.answer()?.status == 408)
      try connection.send(event.suffix(10))
      #expect(try connection.answer()?.status == 201)
    }
  }

  @Test func clientThatGoesOnSendingAfterItsRefusalIsCutOff() throws {
    try LedgerUnderTest.run { ledger in
      let connection = try RawConnection(socket: ledger.socket)
      try connection.send(
        Data(
          "POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Type: application/cloudevents-batch+json\r\nTransfer-Encoding: chunked\r\n\r\n"
            .utf8))
      let chunk = Data("10000\r\n".utf8) + Data(repeating: 0x20, count: 0x10000) + Data("\r\n".utf8)
      var sent = 0
      while sent < 1 << 32, (try? connection.send(chunk)) != nil { sent += chunk.count }
      #expect(sent < 1 << 32)
      try ledger.record(SampleEvent.project("A1", id: "after"))
    }
  }

  @Test func halfRequestsOfManyClientsStopNobody() throws {
    try LedgerUnderTest.run { ledger in
      let request = RawConnection.post(SampleEvent.project("A1", id: "half").json)
      var half: [RawConnection] = []
      for number in 0..<1000 {
        let connection = try RawConnection(socket: ledger.socket)
        try connection.send(request.prefix(20 + number % (request.count - 20)))
        half.append(connection)
      }
      for number in 0..<100 { try ledger.record(SampleEvent.project("A2", id: "whole-\(number)")) }
      withExtendedLifetime(half) {}
    }
  }

  @Test func moreConnectionsThanAllowedAreToldSoAndThereIsRoomAgainLater() throws {
    try LedgerUnderTest.run { ledger in
      ledger.stop()
      try ledger.configure(
        "principals: {own: {users: [\(geteuid())], append: {types: ['*']}, rights: [read]}}\nlimits: {connections: 3}")
      try ledger.start()
      var open: [RawConnection] = []
      for _ in 0..<3 {
        let connection = try RawConnection(socket: ledger.socket)
        try connection.send(RawConnection.get("/healthz"))
        #expect(try connection.answer()?.status == 200)
        open.append(connection)
      }
      let fourth = try RawConnection(socket: ledger.socket)
      #expect(try fourth.answer()?.status == 503)
      #expect(try fourth.answer() == nil)
      try open[0].send(RawConnection.get("/healthz"))
      #expect(try open[0].answer()?.status == 200)
      open.removeAll()
      // The daemon sees the ends of the connections in its own time.
      var status: Int?
      for _ in 0..<1000 where status != 200 {
        let connection = try RawConnection(socket: ledger.socket)
        try? connection.send(RawConnection.get("/healthz"))
        status = try? connection.answer()?.status
      }
      #expect(status == 200)
    }
  }
}
