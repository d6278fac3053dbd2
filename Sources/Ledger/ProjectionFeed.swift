import EventLog
import Foundation
import Logging
import ReadModels
import Threads

/// Keeps the live projections up with the log, on a thread of its own.
///
/// Projections are derived and may lag; whoever asks for figures waits here until they have reached what was durable
/// when he asked.
final class ProjectionFeed: @unchecked Sendable {
  // @unchecked: all variables are only touched under `condition`.

  private let log: Log
  private let projections: Projections
  private let logger: Logger

  /// How long new records may lie before they are projected, if nobody asks.
  private static let pause = Duration.seconds(1)

  private let condition = NSCondition()
  /// Whether the tables have been found to be what the packs need.
  private var isChecked = false
  private var wanted: UInt64
  private var failure: (any Error)?
  private var isClosing = false
  private var isRunning = false

  init(log: Log, projections: Projections, logger: Logger) {
    self.log = log
    self.projections = projections
    self.logger = logger
    wanted = log.size
  }

  func start() {
    isRunning = true
    projections.courtesy.begin()
    // Appending goes before projecting; whoever waits for figures waits for this thread, not for the others.
    WorkerThread.start("projections", niceness: 19) { [self] in run() }
    Task { [self] in
      var size = log.size
      while let grown = await log.wait(above: size) {
        size = grown
        want(grown)
        // Under load, records are taken in by the thousand: one transaction for each group commit would cost more than
        // the records. Whoever asks for figures is not kept waiting by this.
        try? await Task.sleep(for: ProjectionFeed.pause)
      }
    }
  }

  func close() {
    condition.lock()
    isClosing = true
    condition.broadcast()
    while isRunning { condition.wait() }
    condition.unlock()
  }

  /// Blocks until the projections have taken in the first `size` records.
  func wait(for size: UInt64) throws {
    condition.lock()
    defer { condition.unlock() }
    if wanted < size {
      wanted = size
      condition.broadcast()
    }
    try projections.courtesy.withhold {
      while isBehind(size) {
        if let failure { throw failure }
        guard !isClosing else { throw Refusal(.unavailable, "the ledger is closing; try again") }
        condition.wait()
      }
    }
  }

  /// How many durable records have not been taken in.
  var lag: UInt64 {
    let reached = projections.position.size
    return log.size > reached ? log.size - reached : 0
  }

  /// Whether there is work to do before the tables stand for the first `size` records.
  private func isBehind(_ size: UInt64) -> Bool { !isChecked || projections.position.size < size }

  private func want(_ size: UInt64) {
    condition.lock()
    wanted = max(wanted, size)
    condition.broadcast()
    condition.unlock()
  }

  private func run() {
    condition.lock()
    while !isClosing {
      let target = wanted
      guard isBehind(target), failure == nil else {
        condition.wait()
        continue
      }
      condition.unlock()
      let result = Result { try projections.catchUp(to: target) }
      condition.lock()
      switch result {
      case .success: isChecked = true
      case .failure(let error):
        // The log is not touched by this; figures are refused meanwhile.
        logger.error("the projections do not go on", metadata: ["reason": "\(error)"])
        failure = error
      }
      condition.broadcast()
      if let failure, !(failure is ProjectionError) {
        // A full disk or the like may pass. A pack whose SQL cannot take a record in must be mended first.
        _ = condition.wait(until: Date(timeIntervalSinceNow: 5))
        self.failure = nil
      }
    }
    isRunning = false
    condition.broadcast()
    condition.unlock()
  }
}
