import EventLog
import HTTPTypes
import HummingbirdCore
import Ledger
import LogFormat
import NIOCore
import ServiceLifecycle

/// Appends a stream of events, one a line, each on its own.
///
/// Four tasks work at the same time: one reads and parses, one gives the ledger whatever has been parsed since it last did,
/// one waits for what the ledger says, one writes the answers. So lines are parsed, and given to the ledger, while the lines
/// before them are being synced. The ledger answers in the order in which it was asked. Between the tasks stand bounded
/// queues: a client that does not read its answers is soon no longer read from.
struct LineAppend: Sendable {
  let ledger: Ledger
  let principal: Principal
  let channel: any Channel
  /// Hears of every line that was refused, with its number.
  let refused: @Sendable (Problem, _ line: Int) -> Void

  /// Lines that came together.
  private struct Chunk: Sendable {
    var lines: [Line]
    var bytes: Int
  }

  /// Lines that are with the ledger.
  private struct Appending: Sendable {
    var lines: [Line]
    var isSealed: Bool
    var results: Promised<[Result<[Receipt], Refusal>]>
  }

  private struct Line: Sendable {
    var number: Int
    var event: Result<Event, Problem>
  }

  /// What became of a line.
  struct Answer: Sendable {
    var line: Int
    var outcome: Result<Receipt, Problem>
  }

  /// Reads `body` to its end and hands out answers, in the order of the lines and as soon as they are durable.
  ///
  /// At graceful shutdown no more is read, and what was read is still answered.
  func run(_ body: RequestBody, answer: ([Answer]) async throws -> Void) async throws {
    let parsed = BoundedQueue<Chunk>(limit: Limits.linesWaiting)
    let appending = BoundedQueue<Appending>(limit: Limits.linesAppending)
    let answered = BoundedQueue<[Answer]>(limit: Limits.answersWaiting)
    try await withThrowingTaskGroup(of: Void.self) { group in
      defer { answered.close() }
      group.addTask {
        defer { parsed.finish() }
        do {
          try await withGracefulShutdownHandler {
            try await LineAppend.parse(body, into: parsed)
          } onGracefulShutdown: {
            // Ends the body, and leaves the way open for the answers that are still due.
            channel.close(mode: .input, promise: nil)
          }
        } catch {
          // Our own doing then: the HTTP parser complains of a body cut short.
          guard Task.isShuttingDownGracefully else { throw error }
        }
      }
      group.addTask {
        defer {
          parsed.close()
          appending.finish()
        }
        while let chunks = await parsed.takeAll() {
          let bytes = chunks.reduce(0) { $0 + $1.bytes }
          let request = append(chunks.flatMap(\.lines))
          guard await appending.give(request, cost: bytes) else { return }
          // Sealing takes its time on another thread; what comes behind must not overtake it.
          if request.isSealed { _ = await request.results.value }
        }
      }
      group.addTask {
        defer {
          appending.close()
          answered.finish()
        }
        while let requests = await appending.takeAll() {
          for request in requests {
            let answers = await answers(to: request)
            guard await answered.give(answers, cost: answers.count * LineAppend.answerSize) else { return }
          }
        }
      }
      while let chunks = await answered.takeAll() {
        for answers in chunks { try await answer(answers) }
      }
      try await group.waitForAll()
    }
  }

  /// About the length of a receipt, for the bound of the queue.
  private static let answerSize = 256

  private static func parse(_ body: RequestBody, into queue: BoundedQueue<Chunk>) async throws {
    var splitter = LineSplitter(limit: Limits.event)
    for try await chunk in body {
      var lines: [Line] = []
      splitter.take(chunk) { lines.append(Line(number: $0, event: LineAppend.event($1))) }
      guard !lines.isEmpty else { continue }
      let parsed = Chunk(lines: lines, bytes: chunk.readableBytes)
      guard await queue.give(parsed, cost: parsed.bytes) else { return }
    }
    // A body cut short ends in the middle of a line, which nobody sent.
    guard !Task.isCancelled, !Task.isShuttingDownGracefully else { return }
    var lines: [Line] = []
    splitter.finish { lines.append(Line(number: $0, event: LineAppend.event($1))) }
    if !lines.isEmpty { _ = await queue.give(Chunk(lines: lines, bytes: 0), cost: 0) }
  }

  private static func event(_ line: LineSplitter.Line) -> Result<Event, Problem> {
    Result { () throws(Problem) in
      switch line {
      case .tooLong: throw .tooLarge("a line may have \(Limits.event) bytes at most")
      case .text(let bytes):
        let document = Result { () throws(JSONError) in try JSONDocument(bytes) }
        return try Event.read(try document.mapError { Problem($0) }.get())
      }
    }
  }

  private func append(_ lines: [Line]) -> Appending {
    let groups = lines.compactMap { line in (try? line.event.get()).map { [$0] } }
    let results = Promised<[Result<[Receipt], Refusal>]>()
    if groups.isEmpty { results.keep([]) } else { ledger.append(groups, by: principal) { results.keep($0) } }
    return Appending(lines: lines, isSealed: ledger.blocks(groups), results: results)
  }

  private func answers(to request: Appending) async -> [Answer] {
    var results = await request.results.value.makeIterator()
    return request.lines.map { line in
      let outcome = line.event.flatMap { _ -> Result<Receipt, Problem> in
        switch results.next() {
        case .success(let receipts)?:
          guard let receipt = receipts.first else { preconditionFailure("an event recorded has a receipt") }
          return .success(receipt)
        case .failure(let refusal)?: return .failure(Problem(refusal))
        case nil: preconditionFailure("the ledger answers every group it is given")
        }
      }
      if case .failure(let problem) = outcome { refused(problem, line.number) }
      return Answer(line: line.number, outcome: outcome)
    }
  }
}

extension LineAppend {
  /// One line back for each line, as they come: a receipt, or a problem with `line` and `status`. The status is 200
  /// whatever becomes of the lines: it goes out before the first of them.
  func stream(_ body: RequestBody) -> Response {
    Response(
      status: .ok, headers: [.contentType: "application/x-ndjson"],
      body: ResponseBody { writer in
        try await run(body) { answers in
          var text: [UInt8] = []
          text.reserveCapacity(answers.count * LineAppend.answerSize)
          for answer in answers {
            switch answer.outcome {
            case .success(let receipt): receipt.writeJSON(to: &text)
            case .failure(let problem): problem.writeJSON(to: &text, line: answer.line)
            }
            text.append(UInt8(ascii: "\n"))
          }
          try await writer.write(ByteBuffer(bytes: text))
        }
        try await channel.waitUntilSentAtShutdown()
        try await writer.finish(nil)
      })
  }

  /// One summary when all lines are answered, for clients that do not read while they send: how many lines there were
  /// and what became of them, with the first problems. 201 where anything is recorded now, else 200.
  func summary(_ body: RequestBody) async throws -> Response {
    var recorded = 0
    var duplicates = 0
    var refused = 0
    var problems: [UInt8] = []
    try await run(body) { answers in
      for answer in answers {
        switch answer.outcome {
        case .success(let receipt) where receipt.duplicate: duplicates += 1
        case .success: recorded += 1
        case .failure(let problem):
          refused += 1
          guard refused <= Limits.problemsInSummary else { continue }
          if !problems.isEmpty { problems.append(UInt8(ascii: ",")) }
          problem.writeJSON(to: &problems, line: answer.line)
        }
      }
    }
    var text = Array(
      "{\"recorded\":\(recorded),\"duplicates\":\(duplicates),\"refused\":\(refused),\"problems\":[".utf8)
    text.append(contentsOf: problems)
    text.append(contentsOf: "]}".utf8)
    var response = Response.json(recorded > 0 ? .created : .ok, text)
    response.headers[.preferenceApplied] = "return=minimal"
    return response
  }
}
