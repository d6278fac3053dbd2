import NIOPosix

/// Threads for calls that block, so that no event loop ever does.
struct Threads: Sendable {
  /// Short reads of the log and its index.
  let reading = NIOThreadPool(numberOfThreads: 4)
  /// Figures, reports and past states, which may take long: apart, so that nobody's events wait for somebody's report.
  let evaluating = NIOThreadPool(numberOfThreads: 2)

  func start() {
    reading.start()
    evaluating.start()
  }

  func stop() async throws {
    try await reading.shutdownGracefully()
    try await evaluating.shutdownGracefully()
  }
}
