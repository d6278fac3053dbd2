import HTTPTypes
import HummingbirdCore
import Ledger
import LogFormat
import Logging
import NIOCore

/// Answers the requests of all connections.
struct Responder: Sendable {
  let opened: OpenedLedger
  let threads: Threads
  let metrics: ServerMetrics
  let connections: ConnectionCount
  let logger: Logger
  let date = HTTPDate()
  let bodies = BodyBudget()
  let builds = AsOfBuilds()

  init(
    opened: OpenedLedger, threads: Threads, metrics: ServerMetrics, connections: ConnectionCount, logger: Logger
  ) {
    self.opened = opened
    self.threads = threads
    self.metrics = metrics
    self.connections = connections
    self.logger = logger
  }

  /// Answers one request.
  ///
  /// - Throws: what the connection threw; no problem of the request, which is an answer.
  func respond(
    to request: Request, on connection: Connection, channel: any Channel, writer: consuming ResponseWriter
  ) async throws {
    guard !connection.isClosing else { throw ConnectionIsClosing() }
    var bodyIsUnread = request.headers.announceBody
    var response: Response
    do {
      let call = try Call(request, on: connection)
      // A client that comes while the ledger recovers waits for a while, rather than being sent away.
      let ledger = call.needsLedger ? await opened.wait() : nil
      switch (call.action, ledger) {
      case (.read(let route), nil) where route.isOpen:
        response = try await watching.answer(route, request)
        if request.method == .head { response = response.createHeadResponse() }
      case (_, nil): throw Problem.recovering
      case (.append(let form), let ledger?):
        // Only now, when nothing in the head speaks against it, the client is asked for the body.
        if call.awaitsContinue { try await writer.writeInformationalHead(HTTPResponse(status: .continue)) }
        response = try await append(
          form, request, to: ledger, by: call.principal, on: connection, channel: channel,
          proofs: proofs(for: request, from: ledger), bodyIsUnread: &bodyIsUnread)
      case (.anchor, let ledger?):
        if call.awaitsContinue { try await writer.writeInformationalHead(HTTPResponse(status: .continue)) }
        let body = try await body(of: request, on: connection, bodyIsUnread: &bodyIsUnread)
        response = try await AnchorAnswer.answer(body, from: ledger, to: call.principal)
      case (.erase, let ledger?):
        if call.awaitsContinue { try await writer.writeInformationalHead(HTTPResponse(status: .continue)) }
        let body = try await body(of: request, on: connection, bodyIsUnread: &bodyIsUnread)
        response = try await ErasureAnswer.answer(body, from: ledger, to: call.principal)
      case (.backUpKeys, let ledger?):
        if call.awaitsContinue { try await writer.writeInformationalHead(HTTPResponse(status: .continue)) }
        let body = try await body(of: request, on: connection, bodyIsUnread: &bodyIsUnread)
        response = try await KeyBackupAnswer.answer(body, from: ledger, to: call.principal)
      case (.file(let head), let ledger?):
        let filing = DocumentFiling(
          head: head, ledger: ledger, principal: call.principal, threads: threads, logger: logger)
        if call.awaitsContinue, let known = try await filing.known() {
          response = known
        } else {
          try await filing.checkRoom()
          let share = bodies.share(of: connection.user)
          defer { share.giveBack() }
          try share.take(upTo: Limits.document)
          if call.awaitsContinue { try await writer.writeInformationalHead(HTTPResponse(status: .continue)) }
          response = try await filing.answer(request.body, bodyIsUnread: &bodyIsUnread)
        }
      case (.destroy(let destruction), let ledger?):
        response = try await destruction.answer(from: ledger, to: call.principal)
      case (.sign, let ledger?):
        response = try await reading(ledger).newCheckpoint()
      case (.read(let route), let ledger?):
        response = try await reading(ledger).answer(
          route, request, for: call.principal, on: connection, channel: channel)
        if request.method == .head { response = response.createHeadResponse() }
      }
    } catch let problem as Problem {
      log(problem, of: request.head, on: connection)
      response = problem.answer.response
      // A body would be taken for the next answer.
      if request.method == .head { response = response.createHeadResponse() }
    }
    response.headers[.date] = date.now
    metrics.count(request, response.status)
    if bodyIsUnread {
      try await refuseRest(with: response, on: connection, channel: channel, writer: writer)
    } else {
      try await writer.write(response: response.head, body: response.body)
    }
  }

  private var watching: Watching {
    Watching(
      opened: opened, threads: threads, metrics: metrics, connections: connections, builds: builds, logger: logger)
  }

  private func reading(_ ledger: Ledger) -> Reading {
    Reading(ledger: ledger, threads: threads, builds: builds, logger: logger)
  }

  private func append(
    _ form: AppendForm, _ request: Request, to ledger: Ledger, by principal: Principal, on connection: Connection,
    channel: any Channel,
    proofs: ReceiptProofs?, bodyIsUnread: inout Bool
  ) async throws -> Response {
    let body = request.body
    let share = bodies.share(of: connection.user)
    defer { share.giveBack() }
    func whole(_ limit: Int) async throws -> ByteBuffer {
      guard let whole = try await body.collect(atMost: limit, charging: share) else { throw AppendForm.tooLarge(limit) }
      bodyIsUnread = false
      return whole
    }
    switch form {
    case .structured:
      let event = try Event.read(try JSONDocument.read(try await whole(Limits.event)).root)
      let placed = try await ledger.append([[event]], by: principal).onlyGroup()
      return AppendAnswer.event(placed, proofs: await proofs?.texts(of: placed)).response
    case .binary(let head):
      let event = try head.event(body: try await whole(Limits.event))
      let placed = try await ledger.append([[event]], by: principal).onlyGroup()
      return AppendAnswer.event(placed, proofs: await proofs?.texts(of: placed)).response
    case .batch:
      let events = try Event.readBatch(try JSONDocument.read(try await whole(Limits.batch)))
      guard !events.isEmpty else { return WholeAnswer.json(.ok, Array("[]".utf8)).response }
      let placed = try await ledger.append([events], by: principal, asBatch: true).onlyGroup()
      return AppendAnswer.batch(placed, proofs: await proofs?.texts(of: placed)).response
    case .lines(let summary):
      bodyIsUnread = false
      let lines = LineAppend(
        ledger: ledger, principal: principal, bodies: bodies, user: connection.user, channel: channel
      ) { problem, line in
        log(problem, of: request.head, line: line, on: connection)
      }
      return summary ? try await lines.summary(body) : lines.stream(body)
    }
  }

  private func proofs(for request: Request, from ledger: Ledger) -> ReceiptProofs? {
    ProofWait(request.headers).map { ReceiptProofs(wait: $0, ledger: ledger, threads: threads, logger: logger) }
  }

  /// The whole body of a call that is not an event.
  private func body(
    of request: Request, on connection: Connection, bodyIsUnread: inout Bool
  ) async throws -> JSONValue {
    let share = bodies.share(of: connection.user)
    defer { share.giveBack() }
    guard let whole = try await request.body.collect(atMost: Limits.call, charging: share) else {
      throw AppendForm.tooLarge(Limits.call)
    }
    bodyIsUnread = false
    return try JSONDocument.read(whole).root
  }

  /// How long a client may take to notice that the rest of its body is not wanted.
  private static let patience = TimeAmount.seconds(2)

  /// Answers a request whose body is not read, and closes the connection. Closing at once would reset it, and a client
  /// still sending might never see the answer: so our side is closed first, and what comes is dropped for a while
  /// (RFC 9112 §9.6).
  private func refuseRest(
    with response: Response, on connection: Connection, channel: any Channel, writer: consuming ResponseWriter
  ) async throws {
    connection.startClosing()
    var head = response.head
    head.headerFields[.connection] = "close"
    try await writer.write(response: head, body: response.body)
    channel.eventLoop.scheduleTask(in: Responder.patience) { channel.close(promise: nil) }
    try await channel.close(mode: .output)
  }

  /// Every refusal is logged, with who was refused and why.
  ///
  /// - Parameter line: of a stream, the number of the line that was refused.
  func log(_ problem: Problem, of request: HTTPRequest, line: Int? = nil, on connection: Connection) {
    metrics.refused(problem)
    let level: Logger.Level =
      switch problem.status {
      case .forbidden: .notice
      case let status where status.code >= 500: .error
      default: .info
      }
    var metadata: Logger.Metadata = [
      "principal": "\(connection.principal?.name ?? "none")",
      "uid": "\(connection.peer.map { String($0.user) } ?? "unknown")",
      "request": "\(request.method) \(request.path ?? "")",
      "status": "\(problem.status.code)",
      "reason": "\(problem.detail)",
    ]
    if let pointer = problem.pointer, !pointer.isEmpty { metadata["field"] = "\(pointer)" }
    if let line { metadata["line"] = "\(line)" }
    logger.log(level: level, "refused", metadata: metadata)
  }
}

/// Ends a connection on which nothing more is answered.
struct ConnectionIsClosing: Error {}

extension HTTPFields {
  /// Whether a body follows the head (RFC 9112 §6.3).
  fileprivate var announceBody: Bool {
    contains(.transferEncoding) || self[.contentLength].map { $0 != "0" } ?? false
  }
}

extension RequestBody {
  /// The whole body; nil where it is longer than `limit` bytes, which are then all that was kept of it.
  ///
  /// - Throws: ``Problem`` where too much of other bodies is in memory.
  fileprivate func collect(atMost limit: Int, charging share: BodyBudget.Share) async throws -> ByteBuffer? {
    var iterator = makeAsyncIterator()
    guard var whole = try await iterator.next() else { return ByteBuffer() }
    while whole.readableBytes <= limit {
      try share.take(upTo: whole.readableBytes)
      guard let more = try await iterator.next() else { return whole }
      whole.writeImmutableBuffer(more)
    }
    return nil
  }
}
