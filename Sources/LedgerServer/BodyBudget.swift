import Ledger
import Synchronization

/// How much of request bodies may be in memory at a time: of all clients, and of one user.
///
/// A stream of lines has bounds of its own; of its lines those are counted that are gathered (``LineGathering``).
final class BodyBudget: Sendable {
  private struct State {
    var total = 0
    var users: [UInt32: Int] = [:]
  }

  /// What a body may have without being counted: most events are smaller, and connections are limited.
  static let free = 64 << 10

  private let state = Mutex(State())

  /// What one request takes; given back at its end.
  func share(of user: UInt32) -> Share { Share(budget: self, user: user) }

  final class Share {
    private let budget: BodyBudget
    private let user: UInt32
    private var taken = 0

    fileprivate init(budget: BodyBudget, user: UInt32) {
      self.budget = budget
      self.user = user
    }

    /// Counts a body that has grown to a length.
    ///
    /// - Throws: 429 where that is more than may be there.
    func take(upTo length: Int) throws(Problem) {
      guard length > BodyBudget.free, length > taken else { return }
      let more = length - taken
      let isThere = budget.state.withLock { state in
        guard state.total + more <= Limits.bodies, state.users[user, default: 0] + more <= Limits.bodiesOfUser else {
          return false
        }
        state.total += more
        state.users[user, default: 0] += more
        return true
      }
      guard isThere else { throw Problem(Refusal(.overloaded, "too many large bodies at a time; try again")) }
      taken = length
    }

    func giveBack() {
      guard taken > 0 else { return }
      budget.state.withLock { state in
        state.total -= taken
        let left = state.users[user, default: 0] - taken
        state.users[user] = left == 0 ? nil : left
      }
      taken = 0
    }
  }
}
