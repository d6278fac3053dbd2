import Atomics

/// How often values of which size occurred: a histogram as Prometheus has it. Recording takes two atomic additions and no
/// lock, so it may be done on any path.
public final class Histogram: Sendable {
  /// The inclusive upper bounds of the classes, rising; what is greater goes into one more.
  public let bounds: [UInt64]
  private let counts: [ManagedAtomic<UInt64>]
  private let total = ManagedAtomic<UInt64>(0)

  public init(bounds: [UInt64]) {
    self.bounds = bounds
    counts = (0...bounds.count).map { _ in ManagedAtomic(0) }
  }

  public func record(_ value: UInt64) {
    counts[bounds.firstIndex { value <= $0 } ?? bounds.count].wrappingIncrement(ordering: .relaxed)
    total.wrappingIncrement(by: value, ordering: .relaxed)
  }

  /// What has been recorded so far.
  public var state: State {
    State(bounds: bounds, counts: counts.map { $0.load(ordering: .relaxed) }, sum: total.load(ordering: .relaxed))
  }

  public struct State: Sendable, Hashable {
    public var bounds: [UInt64]
    /// One for each bound, and one for what is above the last.
    public var counts: [UInt64]
    public var sum: UInt64
  }
}
