/// Which past states are kept beside the live file.
package struct SnapshotPolicy: Sendable {
  /// Records between two states, at least.
  package var step: UInt64 = 20_000
  /// Beyond some size the states are further apart: one in so many parts of the log.
  package var parts: UInt64 = 100
  /// Among the last records, all states stay; before them the last one of each half-year.
  package var recent: UInt64 = 1_000_000
  /// Pages that must have changed before they are taken over into the live file.
  package var pages = 1000

  package init() {}

  func isDue(_ size: UInt64, _ period: String, after mark: SnapshotChain.Mark) -> Bool {
    size > mark.size && (size - mark.size >= max(step, size / parts) || period != mark.period)
  }
}
