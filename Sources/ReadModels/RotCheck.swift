import Foundation
import GRDB
import Threads

/// Lets SQLite look for damage in a projection's file, on a thread and a connection of its own.
final class RotCheck: @unchecked Sendable {
  // @unchecked: `found` is only touched under `condition`.
  private let condition = NSCondition()
  private var found: Result<Bool, any Error>?

  init(of path: String) {
    WorkerThread.start("rot") { [self] in
      let result = Result { try RotCheck.hasRot(path) }
      condition.lock()
      found = result
      condition.broadcast()
      condition.unlock()
    }
  }

  /// Whether there is damage; blocks until that is known.
  func result() throws -> Bool {
    condition.lock()
    defer { condition.unlock() }
    while true {
      if let found { return try found.get() }
      condition.wait()
    }
  }

  private static func hasRot(_ path: String) throws -> Bool {
    let connection = try ProjectionConnection(path: path, use: .reading)
    return try connection.queue.inDatabase { db in
      do {
        return try String.fetchOne(db, sql: "PRAGMA integrity_check(1)") != "ok"
      } catch let error as DatabaseError where error.isCorruption {
        return true
      }
    }
  }
}
