import Synchronization

/// Counts the appends whose personal fields are sealed and which the log has not answered yet, so that a key is destroyed
/// only when nothing sealed with it is still on its way.
final class SealingGate: Sendable {
  private struct State {
    var next = 0
    var inside: Set<Int> = []
    var waiting: [(below: Int, continuation: CheckedContinuation<Void, Never>)] = []
  }

  private let state = Mutex(State())

  /// Call it before sealing; the ticket goes to ``leave(_:)`` when the log has answered.
  func enter() -> Int {
    state.withLock { state in
      defer { state.next += 1 }
      state.inside.insert(state.next)
      return state.next
    }
  }

  func leave(_ ticket: Int) {
    let settled = state.withLock { state in
      state.inside.remove(ticket)
      let first = state.inside.min() ?? state.next
      let settled = state.waiting.filter { $0.below <= first }
      state.waiting.removeAll { $0.below <= first }
      return settled
    }
    for waiter in settled { waiter.continuation.resume() }
  }

  /// Waits until everything that entered before has left.
  func settle() async {
    await withCheckedContinuation { continuation in
      let isSettled = state.withLock { state in
        if state.inside.isEmpty { return true }
        state.waiting.append((state.next, continuation))
        return false
      }
      if isSettled { continuation.resume() }
    }
  }
}
