import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// An address of this machine alone, and a port: `127.0.0.1:9100`.
public struct WebAddress: Sendable, Hashable {
  public var host: String
  public var port: Int

  /// nil for anything but `127.0.0.1:PORT` and `[::1]:PORT`. Port 0 lets the system choose one.
  public init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
    switch text[..<colon] {
    case "127.0.0.1": host = "127.0.0.1"
    case "[::1]": host = "::1"
    default: return nil
    }
    self.port = Int(port)
  }
}

extension ConnectionSetup {
  /// A server for the web port.
  func server(at address: WebAddress, logger quiet: Logger, announcing logger: Logger) -> any Service {
    server(
      configuration: ServerConfiguration(address: .hostname(address.host, port: address.port)),
      onServerRunning: { channel in
        let port = channel.localAddress?.port ?? address.port
        logger.info("web", metadata: ["address": "http://\(address.host):\(port)/metrics"])
      },
      eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: quiet)
  }
}
