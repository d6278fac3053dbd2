import Glibc

/// Nanoseconds of a clock that only goes forward.
public struct Stopwatch: Sendable {
  private let start = Stopwatch.now

  public init() {}

  public var nanoseconds: UInt64 { Stopwatch.now - start }

  private static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
