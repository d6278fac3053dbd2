import DocumentStore
import EventLog
import Ledger
import Logging
import NIOPosix

/// Threads for calls that block, so that no event loop ever does.
struct Threads: Sendable {
  /// Short reads of the log and its index.
  let reading = NIOThreadPool(numberOfThreads: 4)
  /// Figures, reports and past states, which may take long: apart, so that nobody's events wait for somebody's report.
  let evaluating = NIOThreadPool(numberOfThreads: 2)
  /// Reading, writing and hashing contents, of which there may be gigabytes.
  let documents = NIOThreadPool(numberOfThreads: 4)

  func start() {
    documents.start()
    reading.start()
    evaluating.start()
  }

  func stop() async throws {
    try await documents.shutdownGracefully()
    try await reading.shutdownGracefully()
    try await evaluating.shutdownGracefully()
  }

  /// Runs what blocks (files, SQLite) on a thread kept for that, and turns what it throws into a problem.
  func blocking<Value: Sendable>(
    on pool: NIOThreadPool, _ logger: Logger, _ body: @escaping @Sendable () throws -> Value
  ) async throws(Problem) -> Value {
    do {
      return try await pool.runIfActive(body)
    } catch let problem as Problem {
      throw problem
    } catch let refusal as Refusal {
      throw Problem(refusal)
    } catch let error as DocumentStoreError {
      switch error {
      case .altered, .notAStore, .system: logger.critical("a content cannot be used", metadata: ["reason": "\(error)"])
      case .missing, .otherContent, .offset: break
      }
      throw Problem(error)
    } catch let error as DamagedRecord {
      logger.critical("the log is damaged on the disk", metadata: ["reason": "\(error)"])
      throw .damaged(error)
    } catch {
      logger.error("a read failed", metadata: ["error": "\(error)"])
      throw .internalError()
    }
  }
}
