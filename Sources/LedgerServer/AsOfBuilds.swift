import Ledger
import Synchronization

/// How many past states are being built, or wait for a thread to be built on. One user who asks for many takes nobody
/// else's.
final class AsOfBuilds: Sendable {
  private let users = Mutex<[UInt32: Int]>([:])

  var running: Int { users.withLock { $0.values.reduce(0, +) } }

  /// - Throws: 429 where too many are asked for; else ``leave(_:)`` follows.
  func enter(_ user: UInt32) throws(Problem) {
    let isAdmitted = users.withLock { users in
      guard users[user, default: 0] < Limits.asOfBuildsOfUser, users.values.reduce(0, +) < Limits.asOfBuilds else {
        return false
      }
      users[user, default: 0] += 1
      return true
    }
    guard isAdmitted else { throw Problem(Refusal(.overloaded, "too many past states are being built; try again")) }
  }

  func leave(_ user: UInt32) {
    users.withLock { users in
      let left = users[user, default: 1] - 1
      users[user] = left == 0 ? nil : left
    }
  }
}
