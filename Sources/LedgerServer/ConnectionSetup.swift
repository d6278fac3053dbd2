import HummingbirdCore
import Ledger
import Logging
import NIOCore

/// Prepares each connection the server accepts: notes who it is from, and lets HTTP/1.1 be spoken on it.
struct ConnectionSetup: ServerChildChannel {
  struct Value: ServerChildChannelValue {
    var http: HTTP1Channel
    var connection: HTTP1Channel.Value

    var channel: any Channel { connection.channel }
  }

  let responder: Responder
  let clients: Clients
  private var count: ConnectionCount { responder.connections }
  private let loops: [ObjectIdentifier: Loop]

  /// What the connections of one event loop share.
  private struct Loop {
    var executor: LoopExecutor
    var answers: SingleEventHandler.Answers
    var connections: LoopConnections
    var rounds: RepeatedTask
  }

  /// Who is at the other end.
  enum Clients: Sendable {
    /// Of the Unix socket: the kernel says which user it is.
    case peers(any PrincipalResolver)
    /// Of the web port: anybody on this machine, who may see how the daemon is, and nothing of the ledger.
    case anybody
  }

  init(responder: Responder, clients: Clients, loops: any EventLoopGroup) {
    self.responder = responder
    self.clients = clients
    self.loops = Dictionary(
      uniqueKeysWithValues: loops.makeIterator().map { loop in
        let connections = LoopConnections(loop)
        return (
          ObjectIdentifier(loop),
          Loop(
            executor: LoopExecutor(loop), answers: SingleEventHandler.answers(on: loop), connections: connections,
            rounds: connections.start())
        )
      })
  }

  /// Ends what runs beside the connections.
  func stop() {
    for loop in loops.values { loop.rounds.cancel() }
  }

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    guard let loop = loops[ObjectIdentifier(channel.eventLoop)] else {
      preconditionFailure("connections live on the loops of the server")
    }
    let connection = identify(channel, logger)
    let user = connection.user
    let admission = count.enter(user)
    channel.closeFuture.whenComplete { [count] _ in count.leave(user) }
    switch admission {
    case .admitted: break
    case .over:
      responder.metrics.refusedConnection()
      responder.logger.notice("too many connections", metadata: ["uid": "\(user)"])
    case .farOver:
      responder.metrics.refusedConnection()
      channel.close(promise: nil)
      return channel.eventLoop.makeFailedFuture(TooManyConnections())
    }
    let clock = RequestClock()
    let watch = ByteWatch(clock, isOneTooMany: admission == .over)
    do {
      try channel.pipeline.syncOperations.addHandler(watch)
    } catch {
      return channel.eventLoop.makeFailedFuture(error)
    }
    loop.connections.add(watch)
    let connections = loop.connections
    let bound = NIOLoopBound(watch, eventLoop: channel.eventLoop)
    channel.closeFuture.whenComplete { _ in connections.remove(bound.value) }
    let parts = NIOLoopBound(PartWatch(clock, watch), eventLoop: channel.eventLoop)
    let single = SingleEventHandler(responder: responder, connection: connection, answers: loop.answers)
    let configuration = HTTP1Channel.Configuration(additionalChannelHandlers: [parts.value, single])
    let http = HTTP1Channel(
      responder: { request, writer, channel in
        try await responder.respond(to: request, on: connection, channel: channel, writer: writer)
      }, configuration: configuration)
    return http.setup(channel: channel, logger: logger).map { Value(http: http, connection: $0) }
  }

  func handle(value: Value, logger: Logger) async {
    await withTaskExecutorPreference(loops[ObjectIdentifier(value.channel.eventLoop)]?.executor) {
      await value.http.handle(value: value.connection, logger: logger)
    }
  }

  private func identify(_ channel: any Channel, _ logger: Logger) -> Connection {
    guard case .peers(let principals) = clients else {
      return Connection(peer: nil, principal: Principal(name: "web", delegates: false, rights: []))
    }
    do {
      let peer = try Peer(of: channel)
      return Connection(peer: peer, principal: peer.flatMap { principals.principal(user: $0.user, group: $0.group) })
    } catch {
      // Whoever cannot be identified has no access; every request on the connection is told so.
      logger.error("the peer of a connection cannot be identified", metadata: ["error": "\(error)"])
      return Connection(peer: nil, principal: nil)
    }
  }
}

/// Why a connection was closed as soon as it was made.
struct TooManyConnections: Error {}
