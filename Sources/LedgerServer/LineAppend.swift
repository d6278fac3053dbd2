import EventLog
import HTTPTypes
import HummingbirdCore
import Ledger
import LogFormat
import NIOCore
import ServiceLifecycle

/// Appends a stream of events, one a line, each on its own.
///
/// One task reads and makes the events of the lines ready, which ``LineGathering`` gives to the ledger; the other waits for
/// what the ledger says, in the order in which it was asked, and writes the answers. So lines are read and given to the ledger while the
/// lines before them are being synced. Between the two stands a bounded queue: a client that does not read its answers is
/// soon no longer read from.
struct LineAppend: Sendable {
  let ledger: Ledger
  let principal: Principal
  let bodies: BodyBudget
  let user: UInt32
  let channel: any Channel
  /// Hears of every line that was refused, with its number.
  let refused: @Sendable (Problem, _ line: Int) -> Void

  /// Lines that are with the ledger.
  struct Appending: Sendable {
    let lines: LineReading.Lines
    let appended: Promised<Appended>

    /// Calls `body` for each line, in their order.
    func forEachLine(_ body: (Int, Result<PlacedEvents, Problem>) -> Void) async {
      var problems = lines.problems[...]
      func hand(before line: Int) {
        while let next = problems.first, next.line < line {
          body(next.line, .failure(next.problem))
          problems.removeFirst()
        }
      }
      var place = 0
      await appended.value.forEachGroup { result in
        let line = lines.numbers[place]
        hand(before: line)
        body(line, result.mapError { Problem($0) })
        place += 1
      }
      hand(before: .max)
    }
  }

  /// Reads `body` to its end and hands out answers, in the order of the lines and as soon as they are durable.
  ///
  /// At graceful shutdown no more is read, and what was read is still answered.
  private func run(_ body: RequestBody, answer: (Appending) async throws -> Void) async throws {
    let appending = BoundedQueue<Appending>(limit: Limits.linesAppending)
    let gathering = LineGathering(
      ledger, principal, share: bodies.share(of: user), on: channel.eventLoop, appending)
    try await withThrowingTaskGroup(of: Void.self) { group in
      defer { appending.close() }
      group.addTask {
        defer { appending.finish() }
        do {
          try await withGracefulShutdownHandler {
            try await append(body, by: gathering)
          } onGracefulShutdown: {
            // Ends the body, and leaves the way open for the answers that are still due.
            channel.close(mode: .input, promise: nil)
          }
        } catch {
          // Our own doing then: the HTTP parser complains of a body cut short.
          guard Task.isShuttingDownGracefully else { throw error }
        }
      }
      while let requests = await appending.takeAll() {
        for request in requests { try await answer(request) }
      }
      try await group.waitForAll()
    }
  }

  private func append(_ body: RequestBody, by gathering: LineGathering) async throws {
    // However the stream ends: what was read is recorded.
    defer { gathering.appendRest() }
    var splitter = LineSplitter(limit: Limits.event)
    for try await chunk in body {
      if splitter.keepIfWithoutEnd(chunk) { continue }
      let bytes = splitter.kept + chunk.readableBytes
      guard await gathering.take(bytes: bytes, { splitter.take(chunk, $0) }) else { return }
    }
    // A body cut short ends in the middle of a line, which nobody sent.
    guard !Task.isCancelled, !Task.isShuttingDownGracefully else { return }
    _ = await gathering.take(bytes: splitter.kept) { splitter.finish($0) }
  }
}

extension LineAppend {
  /// One line back for each line, as they come: a receipt, or a problem with `line` and `status`. The status is 200
  /// whatever becomes of the lines: it goes out before the first of them.
  func stream(_ body: RequestBody) -> Response {
    Response(
      status: .ok, headers: [.contentType: "application/x-ndjson"],
      body: ResponseBody { writer in
        try await run(body) { request in
          var text: [UInt8] = []
          text.reserveCapacity(request.lines.numbers.count * LineAppend.receiptLength)
          await request.forEachLine { line, result in
            switch result {
            case .success(let events): events.writeReceipt(of: 0, to: &text)
            case .failure(let problem):
              refused(problem, line)
              problem.writeJSON(to: &text, line: line)
            }
            text.append(UInt8(ascii: "\n"))
          }
          try await writer.write(ByteBuffer(bytes: text))
        }
        try await channel.waitUntilSentAtShutdown()
        try await writer.finish(nil)
      })
  }

  /// About how long a receipt is.
  private static let receiptLength = 256

  /// One summary when all lines are answered, for clients that do not read while they send: how many lines there were
  /// and what became of them, with the first problems. 201 where anything is recorded now, else 200.
  func summary(_ body: RequestBody) async throws -> Response {
    var recorded = 0
    var duplicates = 0
    var refusals = 0
    var problems: [UInt8] = []
    try await run(body) { request in
      await request.forEachLine { line, result in
        switch result {
        case .success(let events) where events.areDuplicates: duplicates += 1
        case .success: recorded += 1
        case .failure(let problem):
          refused(problem, line)
          refusals += 1
          guard refusals <= Limits.problemsInSummary else { return }
          if !problems.isEmpty { problems.append(UInt8(ascii: ",")) }
          problem.writeJSON(to: &problems, line: line)
        }
      }
    }
    var text = Array(
      "{\"recorded\":\(recorded),\"duplicates\":\(duplicates),\"refused\":\(refusals),\"problems\":[".utf8)
    text.append(contentsOf: problems)
    text.append(contentsOf: "]}".utf8)
    var response = Response.json(recorded > 0 ? .created : .ok, text)
    response.headers[.preferenceApplied] = "return=minimal"
    return response
  }
}
