import HummingbirdCore
public import Ledger
public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle
import Synchronization
import UnixSignals

/// HTTP, version 1, over a Unix socket.
///
/// The ledger has been opened for writing before, so its lock is held: a socket file without a listener is left over
/// from a daemon that is gone, and is replaced.
public struct LedgerServer: Service {
  private let ledger: Ledger
  private let socketPath: String
  private let principals: any PrincipalResolver
  private let connectionsPerUser: Int
  private let logger: Logger
  private let onListening: @Sendable () -> Void

  /// - Parameters:
  ///   - ledger: opened for writing; it is shut down when the server stops.
  ///   - socketPath: at most 103 bytes, in a directory only the right people may enter.
  ///   - principals: who may call, and as whom.
  ///   - connectionsPerUser: how many one user may have open at a time; further ones get 503.
  ///   - onListening: called once when clients can connect.
  public init(
    ledger: Ledger, socketPath: String, principals: any PrincipalResolver = OwnUser(),
    connectionsPerUser: Int = AccessConfiguration.defaultConnections, logger: Logger,
    onListening: @escaping @Sendable () -> Void = {}
  ) {
    self.ledger = ledger
    self.socketPath = socketPath
    self.principals = principals
    self.connectionsPerUser = connectionsPerUser
    self.logger = logger
    self.onListening = onListening
  }

  /// Serves until graceful shutdown: then every request accepted is answered, the connections are closed, and the ledger
  /// is shut down. Cancellation ends the connections at once; the ledger is shut down all the same.
  ///
  /// - Throws: ``SocketError`` or the error of bind(2) where it cannot listen.
  public func run() async throws {
    let threads = Threads()
    threads.start()
    let served: Result<Void, any Error>
    do {
      served = .success(try await serve(threads))
    } catch {
      served = .failure(error)
    }
    // In a task of its own: the ledger is closed in order even where this one has been cancelled.
    try await Task {
      try await threads.evaluating.runIfActive { try ledger.shutdown() }
      try await threads.stop()
    }.value
    try served.get()
  }

  /// As ``run()``, until SIGTERM or SIGINT. Clients have five seconds to finish what they send.
  public func runUntilSignal() async throws {
    var configuration = ServiceGroupConfiguration(
      services: [self], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    configuration.maximumGracefulShutdownDuration = .seconds(5)
    try await ServiceGroup(configuration: configuration).run()
  }

  private func serve(_ threads: Threads) async throws {
    let socket = try SocketFile(socketPath)
    try socket.claim()
    let published = Mutex<Result<SocketFile.Identity, SocketError>?>(nil)
    // Hummingbird announces the name the socket is bound to, which is not the one clients use.
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .notice)
    let loops = MultiThreadedEventLoopGroup.singleton
    let setup = ConnectionSetup(
      responder: Responder(ledger: ledger, threads: threads, logger: logger), principals: principals,
      count: ConnectionCount(perUser: connectionsPerUser, total: OpenFiles.mostConnections()), loops: loops)
    defer { setup.stop() }
    let server = setup.server(
      configuration: ServerConfiguration(address: .unixDomainSocket(path: socket.bindingPath), backlog: 1024),
      onServerRunning: { channel in
        let result = Result { () throws(SocketError) in try socket.publish() }
        published.withLock { $0 = result }
        switch result {
        case .success:
          logger.info("listening", metadata: ["socket": "\(socket.path)"])
          onListening()
        case .failure: channel.close(promise: nil)
        }
      },
      eventLoopGroup: loops,
      logger: quiet)
    try await server.run()
    if let identity = try published.withLock({ $0 })?.get() { try socket.remove(identity) }
  }
}

extension LedgerServer: CustomStringConvertible {
  /// The name in the logs of the service group.
  public var description: String { "LedgerServer(\(socketPath))" }
}
