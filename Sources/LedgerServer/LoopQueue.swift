import NIOCore
import Synchronization

/// Hands things over to an event loop. What other threads give together arrives together: waking the loop for each would
/// cost more than answering a request.
final class LoopQueue<Element: Sendable>: Sendable {
  private struct State {
    var waiting: [Element] = []
    /// Whether the loop has been asked to take what waits.
    var isScheduled = false
  }

  private let loop: any EventLoop
  private let take: @Sendable (Element) -> Void
  private let state = Mutex(State())

  /// - Parameter take: called on the loop with each, in the order given.
  init(_ loop: any EventLoop, take: @escaping @Sendable (Element) -> Void) {
    self.loop = loop
    self.take = take
  }

  func give(_ element: Element) {
    let isFirst = state.withLock { state in
      state.waiting.append(element)
      defer { state.isScheduled = true }
      return !state.isScheduled
    }
    if isFirst { loop.execute(round) }
  }

  /// What comes up meanwhile waits for the next round, so that the loop gets to its sockets in between.
  @Sendable private func round() {
    let taken = state.withLock { state in
      defer { state.waiting.removeAll() }
      return state.waiting
    }
    for element in taken { take(element) }
    let isMore = state.withLock { state in
      state.isScheduled = !state.waiting.isEmpty
      return state.isScheduled
    }
    if isMore { loop.execute(round) }
  }
}
