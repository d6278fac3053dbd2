import NIOCore
import ServiceLifecycle

extension Channel {
  /// At graceful shutdown, waits until the socket has taken all that was written. The connection is closed with the end
  /// of its response then, which would drop what a slow reader has not yet made room for.
  func waitUntilSentAtShutdown() async throws {
    guard Task.isShuttingDownGracefully else { return }
    while try await getOption(.bufferedWritableBytes).get() > 0 {
      try await Task.sleep(for: .milliseconds(5))
    }
  }
}
