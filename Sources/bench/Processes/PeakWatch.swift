import Foundation
import Synchronization

/// Asks every few milliseconds how much memory a process has had at most: when it has ended nobody knows any more.
final class PeakWatch: Sendable {
  private struct State {
    var peakBytes = 0
    var isOver = false
  }

  private static let interval: TimeInterval = 0.005
  private let state = Mutex(State())

  init(_ status: ProcessStatus) {
    Thread { [self] in
      while true {
        let peak = status.peakBytes
        let isOver = state.withLock { state in
          state.peakBytes = max(state.peakBytes, peak)
          return state.isOver
        }
        if isOver { return }
        Thread.sleep(forTimeInterval: PeakWatch.interval)
      }
    }.start()
  }

  /// Ends the watch.
  func end() -> Int {
    state.withLock { state in
      state.isOver = true
      return state.peakBytes
    }
  }
}
