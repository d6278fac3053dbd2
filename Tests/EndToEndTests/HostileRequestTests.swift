import Foundation
import Testing

/// Requests that no honest client sends: each is refused, and the daemon goes on.
@Suite struct HostileRequestTests {
  private static let traversals = [
    "/tile/0/../../../../etc/passwd", "/tile/../log/00000000000000000000.ndjson", "/tile/0/%2e%2e/%2e%2e/checkpoint",
    "/tile/entries/..%2f..%2fkeys", "/tile/0/000%00", "/tile/0/0000", "/tile/00/000", "/tile/64/000", "/tile/0/000.p/0",
    "/tile/0/000.p/256", "/tile/0/x000/000", "/tile/0/999/999", "/tile/-1/000", "/tile/0/18446744073709551616",
    "/tile//0/000", "//tile/0/000", "/tile/0/000/", "/./tile/0/000", "/v1/events/..%2f..", "/v1/events/%00",
    "/v1/events/18446744073709551616", "/v1/events/-1", "/v1/events/0x0", "/v1/events/%30%30/proof/..",
    "/v1/projections/../../x", "/v1/projections/..%2f../sqlite_master", "/v1/projections/anfragen/sqlite_master",
    "/v1/projections/anfragen/_aktenspur_position", "/v1/projections/anfragen/x%22;DROP%20TABLE%20x",
    "/v1/reports/..%2f..%2fetc", "/v1/reports/%2e%2e", "/v1/reports/", "/v1/projections//", "/v1/subjects/%zz",
    "/v1/subjects/%", "/v1/subjects/%ff", "/v1/subjects/%ed%a0%80", "/v1/subjects/%c0%ae%c0%ae", "/checkpoint%00",
    "/checkpoint/../keys", "/..", "/%2e%2e/%2e%2e/etc/passwd", "/documents/sha256/00/00", "/keys/log.key",
  ]

  @Test("A path leads nowhere but to what the interface names")
  func traversal() throws {
    try LedgerUnderTest.run { ledger in
      for path in HostileRequestTests.traversals {
        let connection = try RawConnection(socket: ledger.socket)
        try connection.send(RawConnection.get(path))
        let answer = try connection.answer()
        let status = try #require(answer?.status, "\(path)")
        #expect([400, 404].contains(status), "\(path): \(status)")
      }
      try HostileRequestTests.goesOn(ledger)
    }
  }

  @Test("A subject is a text: what looks like a path in it is looked for as it stands, and not found")
  func subjects() throws {
    try LedgerUnderTest.run { ledger in
      for path in ["../../checkpoint", "..%2f..%2fcheckpoint", "%2e%2e", "a%00b", "a%0d%0aX-Y:%20z", "%2525"] {
        let connection = try RawConnection(socket: ledger.socket)
        try connection.send(RawConnection.get("/v1/subjects/" + path))
        let answer = try connection.answer()
        let status = try #require(answer?.status, "\(path)")
        #expect([200, 400, 404].contains(status), "\(path): \(status)")
        #expect(answer.map { !String(decoding: $0.body, as: UTF8.self).contains("\r\nX-Y") } == true)
      }
      try HostileRequestTests.goesOn(ledger)
    }
  }

  @Test(
    "A head that is too long, has too many headers or is none is refused",
    arguments: [
      "GET /checkpoint HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "a", count: 100_000) + "\r\n\r\n",
      "GET /checkpoint HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X: y\r\n", count: 20_000) + "\r\n",
      "GET /" + String(repeating: "a", count: 100_000) + " HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /checkpoint HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X", count: 100_000) + ": y\r\n\r\n",
      "GET /check\u{0}point HTTP/1.1\r\nHost: a\r\n\r\n", "GET\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}", "{}\r\n\r\n",
      "GET /checkpoint HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", "GET /checkpoint HTTP/9.9\r\nHost: a\r\n\r\n",
      "POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
      "POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
      "POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
      "POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
      "POST /v1/events HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
        + "Content-Type: application/cloudevents+json\r\n\r\nffffffffffffffffff\r\n",
    ])
  func heads(request: String) throws {
    try LedgerUnderTest.run { ledger in
      let records = try ledger.logLines().count
      let connection = try RawConnection(socket: ledger.socket)
      // The other side may hang up before all of it is sent.
      try? connection.send(Data(request.utf8))
      let status = try? connection.answer()?.status
      #expect(status.map { (400...431).contains($0) } ?? true, "\(request.prefix(60)): \(String(describing: status))")
      try HostileRequestTests.goesOn(ledger)
      #expect(try ledger.logLines().count == records)
    }
  }

  @Test("Whoever sends a head without end is told so, and is not left waiting", arguments: [500_000, 8 << 20])
  func endlessHead(length: Int) throws {
    try LedgerUnderTest.run { ledger in
      let connection = try RawConnection(socket: ledger.socket)
      try connection.send(
        Data("GET /checkpoint HTTP/1.1\r\nHost: a\r\nX: ".utf8) + Data(repeating: 0x61, count: length))
      #expect(try connection.answer()?.status == 400)
      #expect(try connection.answer() == nil)
    }
  }

  private static func goesOn(_ ledger: LedgerUnderTest) throws {
    let connection = try RawConnection(socket: ledger.socket)
    try connection.send(RawConnection.get("/healthz"))
    let answer = try connection.answer()
    #expect(answer?.status == 200)
  }
}
