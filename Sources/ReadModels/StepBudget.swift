import GRDB
import GRDBSQLite

/// Breaks off a statement that runs too long, by SQLite's progress handler.
///
/// Belongs to one connection and is touched only on its queue; that is what makes it safe to share with the callback.
final class StepBudget: @unchecked Sendable {
  enum Exhaustion {
    case steps
    case time
  }

  /// Steps between two calls of the handler: rare enough to cost nothing, often enough to stop within microseconds.
  private static let interval: CInt = 1000

  private var remaining = Int.max
  private var deadline: ContinuousClock.Instant?
  /// Why the last statement was broken off.
  private(set) var exhaustion: Exhaustion?

  /// Must be called once on the connection's queue; the budget must live as long as the connection.
  func install(on db: Database) {
    sqlite3_progress_handler(
      db.sqliteConnection, StepBudget.interval,
      { context in
        guard let context else { return 0 }
        return Unmanaged<StepBudget>.fromOpaque(context).takeUnretainedValue().spend() ? 0 : 1
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  /// Sets what the statements until the next call may spend together.
  @inline(__always)
  func refill(steps: Int, until deadline: ContinuousClock.Instant? = nil) {
    remaining = steps
    self.deadline = deadline
    exhaustion = nil
  }

  /// No limit, for statements of our own.
  func lift() { refill(steps: .max) }

  /// Takes what a single call costs beyond a step; false where that is more than is left.
  func pay(_ steps: Int) -> Bool {
    // Most calls are cheap, and the deadline is asked for by the steps around them.
    steps < Int(StepBudget.interval) || spend(steps)
  }

  private func spend(_ steps: Int = Int(StepBudget.interval)) -> Bool {
    remaining -= steps
    if remaining < 0 {
      exhaustion = .steps
    } else if let deadline, ContinuousClock.now > deadline {
      exhaustion = .time
    }
    return exhaustion == nil
  }
}
