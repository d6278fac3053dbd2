import Synchronization

/// Tells those who follow the log that it has grown.
final class SizeSignal: Sendable {
  private struct State {
    var size: UInt64
    var isClosed = false
    var nextWaiter: UInt64 = 0
    var waiters: [UInt64: (above: UInt64, continuation: CheckedContinuation<UInt64?, Never>)] = [:]
  }

  private let state: Mutex<State>

  init(size: UInt64) {
    state = Mutex(State(size: size))
  }

  var size: UInt64 { state.withLock { $0.size } }

  func grow(to size: UInt64) {
    let woken = state.withLock { state in
      state.size = size
      let ready = state.waiters.filter { $0.value.above < size }
      for key in ready.keys { state.waiters[key] = nil }
      return ready.values.map(\.continuation)
    }
    for continuation in woken { continuation.resume(returning: size) }
  }

  /// Wakes everybody for the last time.
  func close() {
    let woken = state.withLock { state in
      state.isClosed = true
      defer { state.waiters.removeAll() }
      return state.waiters.values.map(\.continuation)
    }
    for continuation in woken { continuation.resume(returning: nil) }
  }

  /// - Returns: the size once it is above `size`; nil when the log is closed or the task is cancelled.
  func wait(above size: UInt64) async -> UInt64? {
    let number = state.withLock { state in
      defer { state.nextWaiter += 1 }
      return state.nextWaiter
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let answer: UInt64?? = state.withLock { state in
          if state.size > size { return .some(state.size) }
          if state.isClosed || Task.isCancelled { return .some(nil) }
          state.waiters[number] = (size, continuation)
          return .none
        }
        if let answer { continuation.resume(returning: answer) }
      }
    } onCancel: {
      let waiter = state.withLock { $0.waiters.removeValue(forKey: number) }
      waiter?.continuation.resume(returning: nil)
    }
  }
}
