import Synchronization

/// A value that comes later, from whatever thread, for those who wait.
final class Promised<Value: Sendable>: Sendable {
  private enum State {
    case awaited([CheckedContinuation<Value, Never>])
    case kept(Value)
  }

  private let state = Mutex(State.awaited([]))

  /// To be called once.
  func keep(_ value: Value) {
    let waiting = state.withLock { state -> [CheckedContinuation<Value, Never>] in
      defer { state = .kept(value) }
      if case .awaited(let continuations) = state { return continuations }
      return []
    }
    for continuation in waiting { continuation.resume(returning: value) }
  }

  var value: Value {
    get async {
      await withCheckedContinuation { continuation in
        let kept = state.withLock { state -> Value? in
          switch state {
          case .kept(let value): return value
          case .awaited(let others):
            state = .awaited(others + [continuation])
            return nil
          }
        }
        if let kept { continuation.resume(returning: kept) }
      }
    }
  }
}
