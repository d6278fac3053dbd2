/// Memory for keys, not initialized.
final class KeyMemory: @unchecked Sendable {
  // @unchecked: whoever holds it hands it on as a whole, and one thread at a time writes.

  /// Enough for one key of each first byte.
  private static let leastCapacity = 256

  let keys: UnsafeMutableBufferPointer<SortKey>

  /// - Parameter capacity: how many keys; a few at least.
  init(capacity: Int) {
    keys = .allocate(capacity: max(KeyMemory.leastCapacity, capacity))
  }

  deinit { keys.deallocate() }
}
