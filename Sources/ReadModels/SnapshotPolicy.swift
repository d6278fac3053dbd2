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

  /// A state so many records or fewer behind one that is kept is read where its pages are: others may not change the live
  /// file meanwhile. For any further one they are copied, and what has been made of them is kept. 0: none is near.
  package var near: UInt64 = 20_000
  /// Beyond some size of the log, one in so many parts of it.
  package var nearParts: UInt64 = 25
  /// Pages kept on the way back, at most, where they are read so.
  package var nearPages = 16_384
  /// Bytes of the log of changes up to which it may be made to wait. Beyond a quarter of the live file, too.
  package var waiting: Int64 = 256 << 20

  package init() {}

  func isDue(_ size: UInt64, _ period: String, after mark: SnapshotChain.Mark) -> Bool {
    size > mark.size && (size - mark.size >= max(step, size / parts) || period != mark.period)
  }

  func isNear(_ size: UInt64, _ marks: ArraySlice<SnapshotChain.Mark>, live path: String) -> Bool {
    guard let mark = marks.first, near > 0, size - mark.size <= max(near, size / nearParts),
      marks.reduce(0, { $0 + $1.count }) <= nearPages
    else { return false }
    let changes = FileIdentity(path + "-wal")?.bytes ?? 0
    return changes <= max(waiting, (FileIdentity(path)?.bytes ?? 0) / 4)
  }
}
