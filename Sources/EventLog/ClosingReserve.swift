import Foundation
import Logging

/// Space set aside while a ledger is open, so that it can be closed in order on a full disk: the last checkpoint and the
/// index need some.
struct ClosingReserve: Sendable {
  /// Much more than a checkpoint, and than what the index writes after a commit that did not fit.
  static let bytes = 2 << 20

  private let path: String

  init(_ directory: LedgerDirectory) {
    path = directory.reserve
  }

  /// Sets the space aside. A disk that is full already is no reason not to open the ledger for reading.
  func take(logger: Logger) {
    do {
      let descriptor = try SystemCall.open(path, O_WRONLY | O_CREAT)
      defer { SystemCall.close(descriptor) }
      let error = posix_fallocate(descriptor, 0, off_t(ClosingReserve.bytes))
      guard error == 0 else { throw SystemError(call: "posix_fallocate", path: path, errno: error) }
    } catch {
      logger.warning("no space is set aside for closing the ledger on a full disk", metadata: ["reason": "\(error)"])
      unlink(path)
    }
  }

  /// Gives it back.
  func give() {
    unlink(path)
  }
}
