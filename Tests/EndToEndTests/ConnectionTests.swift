import Foundation
import Testing

/// What happens on one connection, whoever answers the requests behind it.
@Suite struct ConnectionTests {
  @Test func requestsSentAtOnceAreAnsweredInTheirOrder() throws {
    try LedgerUnderTest.run { ledger in
      let first = SampleEvent.project("A1", id: "1").json
      let connection = try RawConnection(socket: ledger.socket)
      try connection.send(
        RawConnection.post(first)
          + RawConnection.get("/v1/subjects/projekt/A1")
          + RawConnection.postInChunks(SampleEvent.project("A1", id: "2").json)
          + RawConnection.post(first)
          + RawConnection.post(Data("no JSON".utf8))
          + RawConnection.post(SampleEvent.project("A1", id: "3").json)
          + RawConnection.get("/v1/subjects/projekt/A1"))
      var statuses: [Int] = []
      var bodies: [String] = []
      for _ in 0..<7 {
        let answer = try #require(try connection.answer())
        statuses.append(answer.status)
        bodies.append(String(decoding: answer.body, as: UTF8.self))
      }
      #expect(statuses == [201, 200, 201, 200, 400, 201, 200])
      #expect(bodies[1].contains(#""version":1"#))
      #expect(bodies[6].contains(#""version":3"#))
    }
  }

  @Test func manyEventsSentAtOnceAreRecordedInTheirOrder() throws {
    try LedgerUnderTest.run { ledger in
      let connection = try RawConnection(socket: ledger.socket)
      let events = (1...300).map { SampleEvent.project("A1", id: "\($0)").with("expectedversion", "\($0 - 1)") }
      try connection.send(events.map { RawConnection.post($0.json) }.reduce(Data(), +))
      for _ in events { #expect(try connection.answer()?.status == 201) }
    }
  }

  @Test func bodyThatComesInPiecesIsReadWhole() throws {
    try LedgerUnderTest.run { ledger in
      let connection = try RawConnection(socket: ledger.socket)
      for byte in RawConnection.post(SampleEvent.project("A1", id: "1").json) { try connection.send(Data([byte])) }
      #expect(try connection.answer()?.status == 201)
    }
  }

  @Test func connectionIsClosedAfterItsAnswerWhereTheClientAsksForIt() throws {
    try LedgerUnderTest.run { ledger in
      let connection = try RawConnection(socket: ledger.socket)
      try connection.send(RawConnection.post(SampleEvent.project("A1", id: "1").json, headers: ["Connection: close"]))
      #expect(try connection.answer()?.status == 201)
      #expect(try connection.answer() == nil)
    }
  }

  @Test func clientThatSendsNothingMoreIsStillAnswered() throws {
    try LedgerUnderTest.run { ledger in
      for number in 1...20 {
        let connection = try RawConnection(socket: ledger.socket)
        try connection.send(RawConnection.post(SampleEvent.project("A1", id: "\(number)").json))
        connection.endSending()
        #expect(try connection.answer()?.status == 201)
        #expect(try connection.answer() == nil)
      }
      let reader = try RawConnection(socket: ledger.socket)
      try reader.send(RawConnection.get("/v1/subjects/projekt/A1"))
      reader.endSending()
      #expect(try reader.answer()?.status == 200)
    }
  }

  @Test func allThatWasSentBeforeTheClientEndsIsAnswered() throws {
    try LedgerUnderTest.run { ledger in
      let connection = try RawConnection(socket: ledger.socket)
      try connection.send(
        (1...300).map { RawConnection.post(SampleEvent.project("A1", id: "\($0)").json) }.reduce(Data(), +))
      connection.endSending()
      for _ in 1...300 { #expect(try connection.answer()?.status == 201) }
      #expect(try connection.answer() == nil)
    }
  }

  @Test func whatIsNoHTTPIsRefusedAfterTheAnswerToWhatCameBefore() throws {
    try LedgerUnderTest.run { ledger in
      for number in 1...20 {
        let connection = try RawConnection(socket: ledger.socket)
        try connection.send(RawConnection.post(SampleEvent.project("A1", id: "\(number)").json))
        try connection.send(Data("no HTTP\r\n\r\n".utf8))
        #expect(try connection.answer()?.status == 201)
        #expect(try connection.answer()?.status == 400)
      }
    }
  }

  @Test func manyRefusedRequestsSentAtOnceAreAnsweredOneAfterTheOther() throws {
    try LedgerUnderTest.run { ledger in
      let connection = try RawConnection(socket: ledger.socket)
      let refused = Array(repeating: RawConnection.post(Data()), count: 1_500).reduce(Data(), +)
      try connection.send(RawConnection.post(SampleEvent.project("A1", id: "1").json) + refused)
      #expect(try connection.answer()?.status == 201)
      for _ in 1...1_500 { #expect(try connection.answer()?.status == 400) }
    }
  }

  @Test func clientThatTakesNoAnswersIsNotReadFromForEver() throws {
    try LedgerUnderTest.run { ledger in
      let connection = try RawConnection(socket: ledger.socket)
      let request = RawConnection.post(SampleEvent.project("A1", id: "1").json)
      let limit = 16 << 20
      let sent = try connection.sendUntilNotTaken(request, limit: limit)
      #expect(sent < limit)
      for number in 0..<sent / request.count {
        #expect(try connection.answer()?.status == (number == 0 ? 201 : 200))
      }
    }
  }

  @Test func clientThatLeavesBeforeItsAnswerHarmsNobody() throws {
    try LedgerUnderTest.run { ledger in
      for number in 1...20 {
        let connection = try RawConnection(socket: ledger.socket)
        try connection.send(RawConnection.post(SampleEvent.project("A1", id: "\(number)").json))
      }
      try ledger.record(SampleEvent.project("A2", id: "after"))
      try ledger.expectSound()
    }
  }

  /// What was recorded was answered: nobody is left to wonder.
  @Test func eventsWithTheLedgerAtShutdownAreAnswered() throws {
    try LedgerUnderTest.run { ledger in
      let before = try ledger.logLines().count
      let connections = try (0..<40).map { _ in try RawConnection(socket: ledger.socket) }
      for (number, connection) in connections.enumerated() {
        try connection.send(RawConnection.post(SampleEvent.project("A1", id: "\(number)").json))
      }
      ledger.stop()
      let statuses = try connections.compactMap { try $0.answer()?.status }
      #expect(statuses.allSatisfy { $0 == 201 || $0 == 503 })
      #expect(try ledger.logLines().count - before == statuses.count { $0 == 201 })
    }
  }
}
