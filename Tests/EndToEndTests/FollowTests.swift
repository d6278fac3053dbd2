import Foundation
import Testing

/// `GET /v1/events?follow`: what is there, then what comes.
struct FollowTests {
  private func wait(for count: Int, _ stream: RunningProgram, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(stream.lines.wait { $0.count >= count }, "the stream ended early", sourceLocation: sourceLocation)
  }

  @Test func followGoesOnWithNewRecords() throws {
    try LedgerUnderTest.run { ledger in
      let stream = try ledger.curl.stream("/v1/events?follow=true&from=1")
      wait(for: 1, stream)
      for number in 1...5 {
        try ledger.record(.project("A1", id: "a\(number)"))
        wait(for: number + 1, stream)
      }
      stream.kill()
      #expect(stream.lines.lines == Array(try ledger.logLines()[1...]))
    }
  }

  @Test func followFiltersAndEndsAtItsBound() throws {
    try LedgerUnderTest.run { ledger in
      let stream = try ledger.curl.stream("/v1/events?follow=true&from=0&to=5&subject=projekt/A1")
      for number in 1...4 { try ledger.record(.project(number == 2 ? "B2" : "A1", id: "a\(number)")) }
      #expect(stream.waitForExit() == 0)
      stream.lines.waitForEnd()
      let lines = try ledger.logLines()
      #expect(stream.lines.lines == [lines[2], lines[4], lines[5]])
    }
  }

  @Test func followFromHeadSendsOnlyNewRecords() throws {
    try LedgerUnderTest.run { ledger in
      try ledger.record(.project("A1", id: "old"))
      // The head of the answer says that the place is taken; the body is empty until something comes.
      let stream = try ledger.curl.stream("/v1/events?follow=true&from=head", showingHead: true)
      #expect(stream.lines.wait { $0.contains { $0.starts(with: Data("< HTTP/1.1 200".utf8)) } })
      let receipt = try ledger.record(.project("A1", id: "new"))
      let line = try ledger.logLines()[receipt.sequence]
      #expect(stream.lines.wait { $0.contains(line) })
      stream.kill()
      #expect(!stream.lines.text.contains(#""id":"old""#))
    }
  }

  @Test func serverSentEventsResumeAfterTheLastSeen() throws {
    try LedgerUnderTest.run { ledger in
      func expected(from first: Int) throws -> [Data] {
        try ledger.logLines().enumerated().dropFirst(first).flatMap { sequence, line in
          [Data("id: \(sequence)".utf8), Data("data: ".utf8) + line, Data()]
        }
      }
      let accept = "Accept: text/event-stream"
      let stream = try ledger.curl.stream("/v1/events?follow=true&from=0", headers: [accept])
      wait(for: 6, stream)
      try ledger.record(.project("A1", id: "a1"))
      wait(for: 9, stream)
      stream.kill()
      #expect(stream.lines.lines == (try expected(from: 0)))

      try ledger.record(.project("A1", id: "a2"))
      try ledger.record(.project("A1", id: "a3"))
      let resumed = try ledger.curl.stream(
        "/v1/events?follow=true&from=0", headers: [accept, "Last-Event-ID: 2"])
      wait(for: 6, resumed)
      resumed.kill()
      #expect(resumed.lines.lines == (try expected(from: 3)))

      let answer = try ledger.get("/v1/events?from=4", headers: [accept])
      #expect(answer.contentType == "text/event-stream")
      #expect(answer.text.hasPrefix("id: 4\ndata: {"))
    }
  }

  @Test func shutdownEndsFollowers() throws {
    try LedgerUnderTest.run { ledger in
      let stream = try ledger.curl.stream("/v1/events?follow=true&from=0")
      wait(for: 2, stream)
      ledger.stop()
      _ = stream.waitForExit()
      stream.lines.waitForEnd()
      #expect(stream.lines.lines == (try ledger.logLines()))
    }
  }

  @Test func commandFollowsTheDirectory() throws {
    try LedgerUnderTest.run { ledger in
      let stream = try RunningProgram(
        Repository.program, ["events", "--ledger", ledger.path, "--from", "1", "--follow"])
      wait(for: 1, stream)
      try ledger.record(.project("A1", id: "a1"))
      wait(for: 2, stream)
      stream.kill()
      #expect(stream.lines.lines == Array(try ledger.logLines()[1...]))
    }
  }
}
