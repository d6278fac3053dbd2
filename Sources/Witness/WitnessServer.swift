import Foundation
import HTTPTypes
import HummingbirdCore
public import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import UnixSignals

/// A witness on HTTP (C2SP tlog-witness), where submission and monitoring prefix are the root:
/// `POST /add-checkpoint` and `GET /<hex SHA-256 of the origin>/checkpoint`.
///
/// Who asks is not looked at: a checkpoint speaks by its signatures.
public struct WitnessServer: Sendable {
  /// Where it listens.
  public enum Address: Sendable, Hashable {
    /// Port 0 takes one that is free; the log says which.
    case web(host: String, port: Int)
    /// A Unix socket; whoever may enter its directory may ask.
    case socket(path: String)
  }

  private let witness: Witness
  private let addresses: [Address]
  private let logger: Logger

  public init(_ witness: Witness, on addresses: [Address], logger: Logger) {
    self.witness = witness
    self.addresses = addresses
    self.logger = logger
  }

  /// Serves until SIGTERM or SIGINT.
  public func runUntilSignal() async throws {
    let servers = try addresses.map(server)
    var configuration = ServiceGroupConfiguration(
      services: servers.map { .init(service: $0, failureTerminationBehavior: .cancelGroup) },
      gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    configuration.maximumGracefulShutdownDuration = .seconds(5)
    try await ServiceGroup(configuration: configuration).run()
    for case .socket(let path) in addresses { unlink(path) }
  }

  private func server(_ address: Address) throws -> any Service {
    let bind: BindAddress
    switch address {
    case .web(let host, let port): bind = .hostname(host, port: port)
    case .socket(let path):
      try WitnessServer.claim(path)
      bind = .unixDomainSocket(path: path)
    }
    let responder = WitnessResponder(witness: witness, logger: logger)
    let http = HTTP1Channel(
      responder: responder.respond,
      configuration: HTTP1Channel.Configuration(
        idleTimeout: .seconds(30),
        httpDecoderConfiguration: .init(maxHeaderFieldSize: 8 << 10, maxHeaderListSize: 16 << 10)))
    // Hummingbird says what it binds to before it listens.
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .notice)
    return http.server(
      configuration: ServerConfiguration(
        address: bind, availableConnectionsDelegate: MaximumAvailableConnections(256)),
      onServerRunning: { [logger] channel in
        if case .socket(let path) = address { chmod(path, 0o660) }
        let place: String =
          switch (address, channel.localAddress?.port) {
          case (.web(let host, _), let port?): "\(host):\(port)"
          case (.web(let host, let port), nil): "\(host):\(port)"
          case (.socket(let path), _): path
          }
        logger.info("listening", metadata: ["address": "\(place)"])
      },
      eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: quiet)
  }

  /// What is at the socket's path is replaced: the witness's lock is held, so nobody of ours listens there. Anything but
  /// a socket stays.
  private static func claim(_ path: String) throws(WitnessError) {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      if errno == ENOENT { return }
      throw .system(call: "lstat", path: path, errno: errno)
    }
    guard status.st_mode & S_IFMT == S_IFSOCK else { throw .system(call: "bind", path: path, errno: EEXIST) }
  }
}
