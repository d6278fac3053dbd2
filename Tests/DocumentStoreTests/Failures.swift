import Synchronization

/// The errors of calls made on several threads.
final class Failures: Sendable {
  private let errors = Mutex<[any Error]>([])

  var all: [any Error] { errors.withLock { $0 } }

  func record(_ call: () throws -> Void) {
    do {
      try call()
    } catch {
      errors.withLock { $0.append(error) }
    }
  }
}
