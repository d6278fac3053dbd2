import Synchronization

/// Hands elements to one task, which takes all that wait at once. The task that gives them pauses while more waits than the
/// queue may hold, so that a slow taker slows it down and memory stays bounded. Elements may be put in from elsewhere too,
/// as long as the giver has not said that it has finished.
///
/// Each side says when it stops, also when it stops by an error: the giver by ``finish()``, the taker by ``close()``.
final class BoundedQueue<Element: Sendable>: Sendable {
  private struct State {
    var elements: [Element] = []
    var cost = 0
    var isFinished = false
    var isClosed = false
    var giver: CheckedContinuation<Void, Never>?
    var taker: CheckedContinuation<Void, Never>?
  }

  private let limit: Int
  private let state = Mutex(State())

  init(limit: Int) {
    self.limit = limit
  }

  /// Adds an element; whether there is room for it, ``waitForRoom()`` says before the next.
  func put(_ element: Element, cost: Int) {
    let taker = state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard !state.isClosed else { return nil }
      state.elements.append(element)
      state.cost += cost
      return state.taker.take()
    }
    taker?.resume()
  }

  /// Waits while the queue holds more than its limit.
  ///
  /// - Returns: whether the taker still takes.
  func waitForRoom() async -> Bool {
    let isFull = state.withLock { $0.cost > limit }
    if isFull {
      await withCheckedContinuation { continuation in
        let isFull = state.withLock { state in
          guard state.cost > limit, !state.isClosed else { return false }
          state.giver = continuation
          return true
        }
        if !isFull { continuation.resume() }
      }
    }
    return state.withLock { !$0.isClosed }
  }

  /// Takes everything that waits; waits itself where there is nothing.
  ///
  /// - Returns: nil when nothing will come any more.
  func takeAll() async -> [Element]? {
    while true {
      let (elements, giver, isFinished) = state.withLock {
        state -> ([Element], CheckedContinuation<Void, Never>?, Bool) in
        defer {
          state.elements = []
          state.cost = 0
        }
        return (state.elements, state.giver.take(), state.isFinished)
      }
      giver?.resume()
      if !elements.isEmpty { return elements }
      if isFinished { return nil }
      await withCheckedContinuation { continuation in
        let isEmpty = state.withLock { state in
          guard state.elements.isEmpty, !state.isFinished else { return false }
          state.taker = continuation
          return true
        }
        if !isEmpty { continuation.resume() }
      }
    }
  }

  /// The giver is done: what waits is still taken.
  func finish() {
    let taker = state.withLock { state in
      state.isFinished = true
      return state.taker.take()
    }
    taker?.resume()
  }

  /// The taker is done: what waits is dropped.
  func close() {
    let giver = state.withLock { state in
      state.isClosed = true
      state.elements = []
      state.cost = 0
      return state.giver.take()
    }
    giver?.resume()
  }
}
