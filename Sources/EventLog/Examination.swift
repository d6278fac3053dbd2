/// That earlier records do not speak against a group. It holds for the log as it was then: what has been recorded since
/// is examined before the group gets its place.
public struct Examination: Sendable {
  /// The first so many records have been examined.
  public var size: UInt64
  /// Examines the first `size` records, which are durable; nothing is recorded meanwhile. Nil: they do not speak against
  /// it. Called on the sequencer's thread, which everybody waits for.
  public var again: @Sendable (_ size: UInt64) -> AppendError?

  public init(size: UInt64, again: @escaping @Sendable (_ size: UInt64) -> AppendError?) {
    self.size = size
    self.again = again
  }
}
