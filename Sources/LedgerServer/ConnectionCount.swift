import Synchronization

/// How many connections each user has. One user who opens more and more of them takes nobody else's.
final class ConnectionCount: Sendable {
  enum Admission {
    case admitted
    /// More than the user may have; there is room for an answer that says so.
    case over
    /// So many more that not even an answer is made.
    case farOver
  }

  private struct State {
    var counts: [UInt32: Int] = [:]
    var total = 0
  }

  private let perUser: Int
  private let total: Int
  private let state = Mutex(State())

  /// - Parameters:
  ///   - perUser: how many connections a user may have at a time.
  ///   - total: how many there may be in all.
  init(perUser: Int, total: Int) {
    self.perUser = perUser
    self.total = total
  }

  /// How many there are in all.
  var open: Int { state.withLock { $0.total } }

  /// Counts a connection; whatever the answer is, it is taken off again with ``leave(_:)``.
  func enter(_ user: UInt32) -> Admission {
    state.withLock { state in
      state.total += 1
      let count = state.counts[user, default: 0] + 1
      state.counts[user] = count
      if state.total > total || count > 2 * perUser { return .farOver }
      return count > perUser ? .over : .admitted
    }
  }

  func leave(_ user: UInt32) {
    state.withLock { state in
      state.total -= 1
      let count = state.counts[user, default: 1] - 1
      state.counts[user] = count == 0 ? nil : count
    }
  }
}
