/// What the log has measured since it was opened.
public struct LogMetrics: Sendable {
  /// From handing events over until they are durable or refused, in nanoseconds; once for each call.
  public let append = Histogram(bounds: LogMetrics.durations)
  /// How long `fdatasync` took, in nanoseconds.
  public let sync = Histogram(bounds: LogMetrics.durations)
  /// How many records became durable together.
  public let group = Histogram(bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096, 16384])

  /// From 50 µs to 10 s.
  private static let durations: [UInt64] = [
    50, 100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
    10_000_000,
  ].map { $0 * 1000 }
}

/// How the log stands at this moment.
public struct LogStatus: Sendable, Hashable {
  public var records: UInt64
  /// Of all segments.
  public var bytes: UInt64
  public var segments: Int
  public var waitingEvents: Int
  /// About how much memory the waiting events take.
  public var waitingBytes: Int
  /// How many records the newest checkpoint covers.
  public var checkpointSize: UInt64
  /// When it was signed, in seconds since 1970.
  public var checkpointTime: Double
  /// What an unprivileged user may still write to the file system of the log, in bytes.
  public var freeBytes: UInt64
}
