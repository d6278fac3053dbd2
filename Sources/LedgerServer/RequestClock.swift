import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// How far a connection has come with its requests, and since when it has not come any further. Only touched on the event
/// loop of its connection.
///
/// Time is counted in rounds of a second that one task of each loop makes over all its connections: a timer for each
/// request would cost as much as parsing it.
final class RequestClock {
  enum Phase {
    /// Nothing has come yet: nobody connects in order to say nothing.
    case new
    /// No request is being received.
    case between
    /// Its first byte has come.
    case head
    /// Its head has come whole, its body has not.
    case body
    /// A body that may take as long as it likes: a stream of lines.
    case stream
    /// What came is no HTTP; the client has been told so, and the rest of what it sends is dropped.
    case failed
  }

  /// Seconds for a head, from its first byte or from the start of the connection.
  static let headLimit = 10
  /// Seconds in which not one byte of a body comes that is waited for.
  static let bodyLimit = 30

  /// Seconds in which a client may notice that it was refused.
  static let failedLimit = 2

  private(set) var phase = Phase.new
  private var rounds = 0
  /// Whether bytes are waited for: a connection that we do not read from is not to blame.
  private var isReading = false
  /// Requests whose heads have come, and answers begun and finished.
  private var heads = 0
  private var answersBegun = 0
  private var answersFinished = 0

  func readRequested() {
    isReading = true
  }

  func bytesCame() {
    isReading = false
    switch phase {
    case .new: phase = .head
    case .between:
      phase = .head
      rounds = 0
    case .body: rounds = 0
    case .head, .stream, .failed: break
    }
  }

  func failed() {
    phase = .failed
    rounds = 0
  }

  func headCame(_ head: HTTPRequest) {
    heads += 1
    rounds = 0
    // Asking by name would first make an index of all names.
    let contentType = head.headerFields.first { $0.name == .contentType }?.value
    phase = contentType.map { MediaType.isLines($0) } ?? false ? .stream : .body
  }

  func requestEnded() {
    phase = .between
    rounds = 0
  }

  func answerBegun() {
    answersBegun += 1
  }

  func answerFinished() {
    answersFinished += 1
  }

  /// A second has passed.
  ///
  /// - Returns: whether the time is over.
  func tick() -> Bool {
    guard isReading || phase == .failed else { return false }
    // Whoever is owed an answer is waiting for us, whatever else has come from him.
    if heads > answersFinished, phase == .head || phase == .failed { return false }
    rounds += 1
    switch phase {
    case .failed: return rounds > RequestClock.failedLimit
    case .new, .head: return rounds > RequestClock.headLimit
    case .body: return rounds > RequestClock.bodyLimit
    case .between, .stream: return false
    }
  }

  /// Whether an answer of ours would be the next that the client expects.
  var canAnswer: Bool {
    switch phase {
    case .new, .failed: false
    case .head, .between: heads == answersFinished
    case .body, .stream: heads == answersFinished + 1 && answersBegun == answersFinished
    }
  }
}

/// Sees the bytes of a connection before anything else does, and closes it when its time is over.
final class ByteWatch: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let clock: RequestClock
  /// Whether the connection is one too many: it is told so and closed as soon as it can be written to.
  private let isOneTooMany: Bool
  private var context: ChannelHandlerContext?

  init(_ clock: RequestClock, isOneTooMany: Bool) {
    self.clock = clock
    self.isOneTooMany = isOneTooMany
  }

  func channelActive(context: ChannelHandlerContext) {
    context.fireChannelActive()
    if isOneTooMany { close(.tooMany) }
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
  }

  func read(context: ChannelHandlerContext) {
    clock.readRequested()
    context.read()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if clock.phase == .failed { return }
    clock.bytesCame()
    context.fireChannelRead(data)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    if clock.phase == .failed { context.read() }
    context.fireChannelReadComplete()
  }

  /// What came is no HTTP. Nobody reads from the connection any more: a client that is still sending would wait for ever,
  /// and never see its answer. So what comes is dropped for a while, and then the connection is closed.
  func drop() {
    clock.failed()
    context?.read()
  }

  /// A second has passed.
  func tick() {
    if clock.tick() { close(.timeout) }
  }

  /// What is said to a client on the way out.
  enum Farewell: String {
    case timeout = "408 Request Timeout"
    case tooMany = "503 Service Unavailable"
  }

  /// Closes the connection; where the client waits for an answer of ours, it gets one that says why.
  func close(_ farewell: Farewell) {
    guard let context else { return }
    if clock.canAnswer || farewell == .tooMany {
      let pause = farewell == .tooMany ? "Retry-After: \(Problem.pause)\r\n" : ""
      let text = "HTTP/1.1 \(farewell.rawValue)\r\n\(pause)Connection: close\r\nContent-Length: 0\r\n\r\n"
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }
    context.close(promise: nil)
  }
}

/// Sees where requests and answers begin and end.
final class PartWatch: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart

  private let clock: RequestClock
  private let bytes: ByteWatch

  init(_ clock: RequestClock, _ bytes: ByteWatch) {
    self.clock = clock
    self.bytes = bytes
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if error is HTTPParserError { bytes.drop() }
    context.fireErrorCaught(error)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): clock.headCame(head)
    case .body: break
    case .end: clock.requestEnded()
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(let head): if head.status.kind != .informational { clock.answerBegun() }
    case .body: break
    case .end: clock.answerFinished()
    }
    context.write(data, promise: promise)
  }
}

/// All connections of one event loop, which it goes over once a second. Only touched on that loop.
final class LoopConnections: @unchecked Sendable {
  // @unchecked: `open` is only touched on the loop.
  private let loop: any EventLoop
  private var open: [ObjectIdentifier: ByteWatch] = [:]

  init(_ loop: any EventLoop) {
    self.loop = loop
  }

  /// Begins the rounds; they end with `task.cancel()`.
  func start() -> RepeatedTask {
    loop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { [self] _ in
      for watch in open.values { watch.tick() }
    }
  }

  func add(_ watch: ByteWatch) {
    open[ObjectIdentifier(watch)] = watch
  }

  func remove(_ watch: ByteWatch) {
    open[ObjectIdentifier(watch)] = nil
  }
}
