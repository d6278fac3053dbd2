import HTTPTypes
import HummingbirdCore
import Ledger
import LogFormat
import Logging
import NIOCore

/// Answers the requests of all connections.
struct Responder: Sendable {
  let ledger: Ledger
  let threads: Threads
  let logger: Logger
  let date = HTTPDate()

  init(ledger: Ledger, threads: Threads, logger: Logger) {
    self.ledger = ledger
    self.threads = threads
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
      switch call.action {
      case .append(let form):
        // Only now, when nothing in the head speaks against it, the client is asked for the body.
        if call.awaitsContinue { try await writer.writeInformationalHead(HTTPResponse(status: .continue)) }
        response = try await append(
          form, request, by: call.principal, on: connection, channel: channel, proofs: proofs(for: request),
          bodyIsUnread: &bodyIsUnread)
      case .anchor:
        if call.awaitsContinue { try await writer.writeInformationalHead(HTTPResponse(status: .continue)) }
        let body = try await body(of: request, bodyIsUnread: &bodyIsUnread)
        response = try await AnchorAnswer.answer(body, from: ledger, to: call.principal)
      case .erase:
        if call.awaitsContinue { try await writer.writeInformationalHead(HTTPResponse(status: .continue)) }
        let body = try await body(of: request, bodyIsUnread: &bodyIsUnread)
        response = try await ErasureAnswer.answer(body, from: ledger, to: call.principal)
      case .sign:
        response = try await Reading(ledger: ledger, threads: threads, logger: logger).newCheckpoint()
      case .read(let route):
        response = try await Reading(ledger: ledger, threads: threads, logger: logger).answer(
          route, request, for: call.principal, channel: channel)
        if request.method == .head { response = response.createHeadResponse() }
      }
    } catch let problem as Problem {
      log(problem, of: request.head, on: connection)
      response = problem.answer.response
    }
    response.headers[.date] = date.now
    if bodyIsUnread {
      try await refuseRest(with: response, on: connection, channel: channel, writer: writer)
    } else {
      try await writer.write(response: response.head, body: response.body)
    }
  }

  private func append(
    _ form: AppendForm, _ request: Request, by principal: Principal, on connection: Connection, channel: any Channel,
    proofs: ReceiptProofs?, bodyIsUnread: inout Bool
  ) async throws -> Response {
    let body = request.body
    func whole(_ limit: Int) async throws -> ByteBuffer {
      guard let whole = try await body.collect(atMost: limit) else { throw AppendForm.tooLarge(limit) }
      bodyIsUnread = false
      return whole
    }
    switch form {
    case .structured:
      let event = try Event.read(try JSONDocument.read(try await whole(Limits.event)))
      let receipts = try await ledger.append([[event]], by: principal).onlyReceipts()
      return AppendAnswer.event(receipts, proofs: await proofs?.texts(of: receipts)).response
    case .binary(let head):
      let event = try head.event(body: try await whole(Limits.event))
      let receipts = try await ledger.append([[event]], by: principal).onlyReceipts()
      return AppendAnswer.event(receipts, proofs: await proofs?.texts(of: receipts)).response
    case .batch:
      let events = try Event.readBatch(try JSONDocument.read(try await whole(Limits.batch)))
      guard !events.isEmpty else { return WholeAnswer.json(.ok, Array("[]".utf8)).response }
      let receipts = try await ledger.append([events], by: principal, asBatch: true).onlyReceipts()
      return AppendAnswer.batch(receipts, proofs: await proofs?.texts(of: receipts)).response
    case .lines(let summary):
      bodyIsUnread = false
      let lines = LineAppend(ledger: ledger, principal: principal, channel: channel) { problem, line in
        log(problem, of: request.head, line: line, on: connection)
      }
      return summary ? try await lines.summary(body) : lines.stream(body)
    }
  }

  private func proofs(for request: Request) -> ReceiptProofs? {
    ProofWait(request.headers).map { ReceiptProofs(wait: $0, ledger: ledger, threads: threads, logger: logger) }
  }

  /// The whole body of a call that is not an event.
  private func body(of request: Request, bodyIsUnread: inout Bool) async throws -> JSONValue {
    guard let whole = try await request.body.collect(atMost: Limits.call) else {
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
  fileprivate func collect(atMost limit: Int) async throws -> ByteBuffer? {
    var iterator = makeAsyncIterator()
    guard var whole = try await iterator.next() else { return ByteBuffer() }
    while whole.readableBytes <= limit {
      guard let more = try await iterator.next() else { return whole }
      whole.writeImmutableBuffer(more)
    }
    return nil
  }
}
