import DomainPacks
import EventLog
import Foundation
import HummingbirdCore
public import Ledger
public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle
import Synchronization
import TransparencyLog
import UnixSignals

/// HTTP, version 1, over a Unix socket, and how the daemon is over a web port.
///
/// It listens first and opens the ledger then: meanwhile `/readyz` says so, and requests wait. The ledger's lock is held
/// from before, so a socket file without a listener is left over from a daemon that is gone, and is replaced.
public struct LedgerServer: Service {
  private let socketPath: String
  private let web: WebAddress?
  private let principals: any PrincipalResolver
  private let connectionsPerUser: Int
  private let version: String
  private let logger: Logger
  private let openLedger: @Sendable () async throws -> Ledger

  /// - Parameters:
  ///   - socketPath: at most 103 bytes, in a directory only the right people may enter.
  ///   - web: where `/metrics`, `/healthz` and `/readyz` are answered to anybody on this machine.
  ///   - principals: who may call, and as whom.
  ///   - connectionsPerUser: how many one user may have open at a time; further ones get 503.
  ///   - version: of the program, for its metrics.
  ///   - openLedger: opens the ledger, whose lock is held; it is shut down when the server stops.
  public init(
    socketPath: String, web: WebAddress? = nil, principals: any PrincipalResolver = OwnUser(),
    connectionsPerUser: Int = AccessConfiguration.defaultConnections, version: String, logger: Logger,
    openLedger: @escaping @Sendable () async throws -> Ledger
  ) {
    self.socketPath = socketPath
    self.web = web
    self.principals = principals
    self.connectionsPerUser = connectionsPerUser
    self.version = version
    self.logger = logger
    self.openLedger = openLedger
  }

  /// Serves until graceful shutdown: then every request accepted is answered, the connections are closed, and the ledger
  /// is shut down. Cancellation ends the connections at once; the ledger is shut down all the same.
  ///
  /// - Throws: ``SocketError`` or the error of bind(2) where it cannot listen, and what opening the ledger throws.
  public func run() async throws {
    let threads = Threads()
    threads.start()
    let opened = OpenedLedger()
    let served: Result<Void, any Error>
    do {
      served = .success(try await serve(opened, threads))
    } catch {
      served = .failure(error)
    }
    // In a task of its own: the ledger is closed in order even where this one has been cancelled.
    try await Task {
      try await threads.evaluating.runIfActive {
        guard let ledger = opened.ledger else { return }
        try ledger.shutdown()
        logger.info("closed", metadata: ["records": "\(ledger.durableSize)"])
      }
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

  private func serve(_ opened: OpenedLedger, _ threads: Threads) async throws {
    let socket = try SocketFile(socketPath)
    try socket.claim()
    let published = Mutex<Result<SocketFile.Identity, SocketError>?>(nil)
    // Hummingbird announces the name the socket is bound to, which is not the one clients use.
    let quiet = quietLogger
    let loops = MultiThreadedEventLoopGroup.singleton
    let responder = Responder(
      opened: opened, threads: threads,
      metrics: ServerMetrics(version: version, startTime: Date().timeIntervalSince1970),
      connections: ConnectionCount(perUser: connectionsPerUser, total: OpenFiles.mostConnections()), logger: logger)
    let setup = ConnectionSetup(responder: responder, clients: .peers(principals), loops: loops)
    defer { setup.stop() }
    let (listening, isListening) = AsyncStream.makeStream(of: Void.self)
    let server = setup.server(
      configuration: ServerConfiguration(address: .unixDomainSocket(path: socket.bindingPath), backlog: 1024),
      onServerRunning: { channel in
        let result = Result { () throws(SocketError) in try socket.publish() }
        published.withLock { $0 = result }
        switch result {
        case .success:
          logger.info("listening", metadata: ["socket": "\(socket.path)"])
          isListening.yield()
        case .failure: channel.close(promise: nil)
        }
        isListening.finish()
      },
      eventLoopGroup: loops,
      logger: quiet)
    let webSetup = ConnectionSetup(responder: responder, clients: .anybody, loops: loops)
    defer { webSetup.stop() }
    let served: Result<Void, any Error>
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          defer {
            isListening.finish()
            opened.giveUp()
          }
          try await server.run()
        }
        if let web {
          group.addTask { try await webSetup.server(at: web, logger: quiet, announcing: logger).run() }
        }
        group.addTask {
          for await _ in listening { try await open(opened) }
        }
        // The first that fails ends the others.
        do {
          while try await group.next() != nil {}
        } catch {
          opened.giveUp()
          group.cancelAll()
          throw error
        }
      }
      served = .success(())
    } catch {
      served = .failure(error)
    }
    if let identity = try published.withLock({ $0 })?.get() { try socket.remove(identity) }
    try served.get()
  }

  private var quietLogger: Logger {
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .notice)
    return quiet
  }

  private func open(_ opened: OpenedLedger) async throws {
    let ledger = try await openLedger()
    opened.open(ledger)
    logger.info(
      "ready",
      metadata: [
        "origin": "\(ledger.log.description.origin)", "records": "\(ledger.durableSize)", "version": "\(version)",
        "packs": "\(ledger.packs.packs.map { "\($0.name)@\($0.digest.hex.prefix(12))" }.joined(separator: " "))",
      ])
  }
}

extension LedgerServer: CustomStringConvertible {
  /// The name in the logs of the service group.
  public var description: String { "LedgerServer(\(socketPath))" }
}
