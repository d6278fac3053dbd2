import Foundation

/// Keeps the pages of the live file and those kept of its past together: whoever reads them holds it shared, whoever
/// changes them alone. It goes with the process that dies.
final class SnapshotLock: Sendable {
  private let file: CInt

  /// - Returns: nil where somebody else holds it and `waits` is false, or where there is nothing to lock.
  init?(_ folder: String, isShared: Bool, waits: Bool) {
    file = open(folder + "/lock", O_RDONLY | O_CREAT | O_CLOEXEC, 0o640)
    guard file >= 0 else { return nil }
    guard flock(file, (isShared ? LOCK_SH : LOCK_EX) | (waits ? 0 : LOCK_NB)) == 0 else {
      close(file)
      return nil
    }
  }

  deinit { close(file) }
}
