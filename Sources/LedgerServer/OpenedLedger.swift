import Atomics
import Ledger
import Synchronization

/// The ledger once it is open: the server listens before, so that its clients can be told how things stand.
final class OpenedLedger: Sendable {
  private struct State {
    var next = 0
    var waiting: [Int: CheckedContinuation<Ledger?, Never>] = [:]
    /// There will be no ledger any more.
    var isOver = false
  }

  /// How long a request waits for the ledger before it is refused.
  static let patience = Duration.seconds(5)

  private let reference = ManagedAtomicLazyReference<Ledger>()
  private let state = Mutex(State())

  var ledger: Ledger? { reference.load() }

  func open(_ ledger: Ledger) {
    _ = reference.storeIfNilThenLoad(ledger)
    for waiter in takeWaiting() { waiter.resume(returning: ledger) }
  }

  /// There is no ledger, and no use in waiting for it.
  func giveUp() {
    for waiter in takeWaiting(isOver: true) { waiter.resume(returning: nil) }
  }

  /// The ledger, at once or within ``patience``.
  func wait() async -> Ledger? {
    if let ledger { return ledger }
    let number = state.withLock { state in
      defer { state.next += 1 }
      return state.next
    }
    let timer = Task {
      try await Task.sleep(for: OpenedLedger.patience)
      state.withLock { $0.waiting.removeValue(forKey: number) }?.resume(returning: nil)
    }
    defer { timer.cancel() }
    return await withCheckedContinuation { continuation in
      let isAnswered = state.withLock { state in
        if ledger != nil || state.isOver { return true }
        state.waiting[number] = continuation
        return false
      }
      if isAnswered { continuation.resume(returning: ledger) }
    }
  }

  private func takeWaiting(isOver: Bool = false) -> [CheckedContinuation<Ledger?, Never>] {
    state.withLock { state in
      if isOver { state.isOver = true }
      defer { state.waiting.removeAll() }
      return Array(state.waiting.values)
    }
  }
}
