import Synchronization

/// Whether work steps aside for threads that are waited for. At first it does not.
public final class Courtesy: Sendable {
  private let isBehind = Atomic(false)
  private let waiting = Atomic(0)

  public init() {}

  /// From now on the work is done behind: nobody waits for it unless he says so.
  public func begin() { isBehind.store(true, ordering: .relaxed) }

  /// Somebody waits for the work as long as `body` runs.
  public func withhold<Output>(_ body: () throws -> Output) rethrows -> Output {
    waiting.add(1, ordering: .relaxed)
    defer { waiting.subtract(1, ordering: .relaxed) }
    return try body()
  }

  /// Whether others go first just now.
  public var isDue: Bool { isBehind.load(ordering: .relaxed) && waiting.load(ordering: .relaxed) == 0 }

  /// ``WorkerThread/stepAside()`` where it is due.
  public func stepAside() {
    if isDue { WorkerThread.stepAside() }
  }
}
