public import Foundation

/// The `lock` file: one writer. It is held by flock(2), so it goes with the process that held it.
public final class WriterLock: @unchecked Sendable {
  // @unchecked: the descriptor never changes.
  private let descriptor: Int32

  private init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit {
    // Not by closing alone: a process that is just being started shares the descriptor until its program begins.
    release()
    SystemCall.close(descriptor)
  }

  /// Lets go of the lock while the object lives on.
  func release() {
    flock(descriptor, LOCK_UN)
  }

  /// Takes the lock, trying for `patience` seconds: readers see whether it is held by holding it for a moment.
  ///
  /// - Returns: nil if another process holds it.
  public static func acquire(
    _ directory: LedgerDirectory, patience: TimeInterval = 1
  ) throws(SystemError) -> WriterLock? {
    let descriptor = try SystemCall.open(directory.lock, O_RDWR | O_CREAT)
    let end = Date(timeIntervalSinceNow: patience)
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let error = errno
      guard error == EWOULDBLOCK, Date() < end else {
        SystemCall.close(descriptor)
        if error == EWOULDBLOCK { return nil }
        throw SystemError(call: "flock", path: directory.lock, errno: error)
      }
      Thread.sleep(forTimeInterval: 0.02)
    }
    return WriterLock(descriptor: descriptor)
  }

  /// Whether a writer holds the lock now. A reader needs no right to write for this.
  static func isHeld(_ directory: LedgerDirectory) throws(SystemError) -> Bool {
    let descriptor: Int32
    do {
      descriptor = try SystemCall.open(directory.lock, O_RDONLY)
    } catch {
      if error.errno == ENOENT { return false }
      throw error
    }
    defer { SystemCall.close(descriptor) }
    if flock(descriptor, LOCK_SH | LOCK_NB) == 0 { return false }
    guard errno == EWOULDBLOCK else { throw SystemError(call: "flock", path: directory.lock, errno: errno) }
    return true
  }
}
