import Foundation

/// Finds a past state that the live file can be taken back to.
struct SnapshotRestoring {
  /// The ledger's `cache`.
  let directory: String
  let packs: String
  let policy: SnapshotPolicy

  struct Restored {
    var mark: SnapshotChain.Mark
    var pages: PastPages
    /// Whether the pages are to be read where they are.
    var isNear: Bool
  }

  /// The newest state kept of more than `base` records and at most `size`.
  ///
  /// - Parameter scratch: a file that can be made there, for what is written into the state.
  /// - Returns: nil where there is none that can be believed. Whether its tables are of the log in hand is for the caller
  ///   to see.
  func restore(_ size: UInt64, after base: UInt64, scratch: String) -> Restored? {
    let live = Projections.path(in: directory)
    let folder = SnapshotKeeper.folder(beside: live)
    guard PastFileSystem.isAvailable, let lock = SnapshotLock(folder, isShared: true, waits: true),
      let chain = SnapshotChain(in: folder), chain.packs == packs, let identity = chain.live,
      let place = chain.marks.lastIndex(where: { $0.size <= size }), chain.marks[place].size > base
    else { return nil }
    let marks = chain.marks[place...]
    do {
      return Restored(
        mark: chain.marks[place],
        pages: try PastPages(marks, of: folder, live: live, identity, scratch: scratch, lock),
        isNear: policy.isNear(size, marks, live: live))
    } catch {
      // Rot, or no room: the log has it all.
      return nil
    }
  }
}
