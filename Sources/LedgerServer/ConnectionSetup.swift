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
  let principals: any PrincipalResolver
  private let loops: [ObjectIdentifier: (executor: LoopExecutor, answers: SingleEventHandler.Answers)]

  init(responder: Responder, principals: any PrincipalResolver, loops: any EventLoopGroup) {
    self.responder = responder
    self.principals = principals
    self.loops = Dictionary(
      uniqueKeysWithValues: loops.makeIterator().map { loop in
        (ObjectIdentifier(loop), (LoopExecutor(loop), SingleEventHandler.answers(on: loop)))
      })
  }

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    let connection = identify(channel, logger)
    guard let answers = loops[ObjectIdentifier(channel.eventLoop)]?.answers else {
      preconditionFailure("connections live on the loops of the server")
    }
    let configuration = HTTP1Channel.Configuration(
      additionalChannelHandlers: [SingleEventHandler(responder: responder, connection: connection, answers: answers)])
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
