import EventLog
import HTTPTypes
import Ledger
import LogFormat
import NIOCore
import NIOHTTPTypes

/// Answers the request that most services send, one event in the structured mode with its length stated, where it comes
/// in: on the event loop, without a task, which would cost as much again as all the rest. Every other request, and what
/// is unusual about one of these, goes on to the ``Responder``.
///
/// While a request is with the ledger, what the client sends behind it is held, and no more is read from it than that.
final class SingleEventHandler: ChannelDuplexHandler, RemovableChannelHandler, @unchecked Sendable {
  // @unchecked: everything below is only touched on the event loop of the channel.

  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  /// A finished answer on its way back to the loop.
  typealias Answers = LoopQueue<(handler: SingleEventHandler, appended: Appended)>

  private enum State {
    /// Requests have been handed on, and that many answers to them are not complete.
    case passing(unanswered: Int)
    case collecting(HTTPRequest, body: ByteBuffer)
    /// With the ledger, or being answered.
    case waiting(HTTPRequest)
  }

  private let responder: Responder
  private let connection: Connection
  private let answers: Answers
  private var state = State.passing(unanswered: 0)
  private var context: ChannelHandlerContext?
  private var held = CircularBuffer<HTTPRequestPart>()
  private var isReadHeld = false
  /// What ends the connection, behind what was sent before: that the daemon closes, that the client sends no more, or that
  /// what it sends is no HTTP.
  private var heldEnds: [End] = []
  /// Whether what was held is being taken, further up the stack.
  private var isGoingOn = false

  private enum End {
    case event(Any)
    case error(any Error)
  }

  init(responder: Responder, connection: Connection, answers: Answers) {
    self.responder = responder
    self.connection = connection
    self.answers = answers
  }

  /// Takes the answers of all connections of a loop.
  static func answers(on loop: any EventLoop) -> Answers {
    Answers(loop) { $0.handler.answer($0.appended) }
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
  }

  // MARK: What comes in

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    take(unwrapInboundIn(data), context)
  }

  private func take(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
    switch (state, part) {
    case (.passing(unanswered: 0), .head(let head)) where isOurs(head):
      state = .collecting(head, body: ByteBuffer())
    case (.passing(let unanswered), .head):
      state = .passing(unanswered: unanswered + 1)
      context.fireChannelRead(wrapInboundOut(part))
    case (.passing, _):
      context.fireChannelRead(wrapInboundOut(part))
    case (.collecting(let head, var body), .body(let more)):
      state = .passing(unanswered: 0)  // Lets go of the body, so that it grows in place.
      if body.readableBytes == 0 { body = more } else { body.writeImmutableBuffer(more) }
      state = .collecting(head, body: body)
    case (.collecting(let head, let body), .end):
      state = .waiting(head)
      append(body)
    case (.collecting, .head):
      preconditionFailure("the parser ends one request before it begins the next")
    case (.waiting, _):
      held.append(part)
    }
  }

  /// Whether the request says nothing but that it brings an event, and may.
  private func isOurs(_ head: HTTPRequest) -> Bool {
    guard head.method == .post, head.path == "/v1/events", let principal = connection.principal,
      principal.rights.contains(.append), !connection.isClosing, responder.opened.ledger != nil
    else { return false }
    var isStructured = false
    var length: Int?
    for field in head.headerFields {
      switch field.name {
      case .contentType:
        guard !isStructured, field.value == "application/cloudevents+json" else { return false }
        isStructured = true
      case .contentLength:
        guard length == nil else { return false }
        length = Int(field.value)
      case .transferEncoding, .expect, .connection, .prefer: return false
      default: break
      }
    }
    guard isStructured, let length else { return false }
    return length <= Limits.event
  }

  private func append(_ body: ByteBuffer) {
    guard let principal = connection.principal, let ledger = responder.opened.ledger else {
      preconditionFailure("only a principal's requests are taken, and only when the ledger is open")
    }
    let event: Event
    do {
      event = try Event.read(try JSONDocument.read(body).root)
    } catch {
      return write(.failure(error))
    }
    ledger.append([[event]], by: principal) { [self] appended in
      answers.give((self, appended))
    }
  }

  /// Once something is there that waits, no more is read, nor while the client does not take its answers: it waits, and
  /// not the memory. Most clients send nothing ahead, and not to read at all would cost two system calls for each request,
  /// which say so to the kernel.
  func read(context: ChannelHandlerContext) {
    if mayRead(context) { context.read() } else { isReadHeld = true }
  }

  private func mayRead(_ context: ChannelHandlerContext) -> Bool {
    if case .waiting = state, !held.isEmpty { return false }
    return context.channel.isWritable
  }

  private func readOn(_ context: ChannelHandlerContext) {
    guard isReadHeld, mayRead(context) else { return }
    isReadHeld = false
    context.read()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    context.fireChannelWritabilityChanged()
    readOn(context)
  }

  /// Closing comes after the answer.
  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch (state, event) {
    case (.collecting, is ChannelShouldQuiesceEvent), (.waiting, is ChannelShouldQuiesceEvent),
      (.waiting, ChannelEvent.inputClosed):
      heldEnds.append(.event(event))
    default: context.fireUserInboundEventTriggered(event)
    }
  }

  /// So does the refusal of what is no HTTP.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if case .waiting = state { heldEnds.append(.error(error)) } else { context.fireErrorCaught(error) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    held.removeAll()
    context.fireChannelInactive()
  }

  // MARK: What goes out

  /// Answers of the responder.
  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if case .end = unwrapOutboundIn(data), case .passing(let unanswered) = state, unanswered > 0 {
      state = .passing(unanswered: unanswered - 1)
    }
    context.write(data, promise: promise)
  }

  private func answer(_ appended: Appended) {
    write(Result { () throws(Problem) in AppendAnswer.event(try appended.onlyGroup()) })
  }

  private func write(_ result: Result<WholeAnswer, Problem>) {
    guard case .waiting(let head) = state, let context else { return }
    let answer: WholeAnswer
    switch result {
    case .success(let whole): answer = whole
    case .failure(let problem):
      responder.log(problem, of: head, on: connection)
      answer = problem.answer
    }
    responder.metrics.countEvent(answer.status)
    var fields = answer.headers
    // Neither is there yet; setting by name would first make an index of all names.
    fields.append(HTTPField(name: .contentLength, value: String(answer.body.readableBytes)))
    fields.append(HTTPField(name: .date, value: responder.date.now))
    context.write(wrapOutboundOut(.head(HTTPResponse(status: answer.status, headerFields: fields))), promise: nil)
    context.write(wrapOutboundOut(.body(answer.body)), promise: nil)
    let sent = heldEnds.isEmpty ? nil : context.eventLoop.makePromise(of: Void.self)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: sent)
    state = .passing(unanswered: 0)
    goOn(context)
    // Whoever closes drops what is not sent yet.
    sent?.futureResult.assumeIsolated().whenComplete { [self] _ in handOnEnds() }
  }

  /// Takes what was held. Where that is answered at once, the round that is under way goes on with the next.
  private func goOn(_ context: ChannelHandlerContext) {
    guard !isGoingOn else { return }
    isGoingOn = true
    defer { isGoingOn = false }
    let isAnythingHeld = !held.isEmpty
    while let part = held.popFirst() {
      take(part, context)
      if case .waiting = state { return }
    }
    // What was not held has been said already.
    if isAnythingHeld { context.fireChannelReadComplete() }
    readOn(context)
  }

  private func handOnEnds() {
    guard case .passing = state, held.isEmpty, let context else { return }
    let ends = heldEnds
    heldEnds = []
    for end in ends {
      switch end {
      case .event(let event): context.fireUserInboundEventTriggered(event)
      case .error(let error): context.fireErrorCaught(error)
      }
    }
  }
}
