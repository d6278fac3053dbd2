import Foundation

/// Makes a past state from the live file: its pages, as far as they are the same, and those kept for the others.
struct SnapshotRestoring {
  /// The ledger's `cache`.
  let directory: String
  let packs: String

  /// The newest state kept of more than `base` records and at most `size`, written to `path`.
  ///
  /// - Returns: its mark; nil where there is none that can be believed, and nothing has been written then. Whether its
  ///   tables are of the log in hand is for the caller to see.
  func restore(_ size: UInt64, after base: UInt64, to path: String) -> SnapshotChain.Mark? {
    let live = Projections.path(in: directory)
    let folder = SnapshotKeeper.folder(beside: live)
    guard let lock = SnapshotLock(folder, isShared: true, waits: true) else { return nil }
    return withExtendedLifetime(lock) {
      guard let chain = SnapshotChain(in: folder), chain.packs == packs, chain.live == FileIdentity(live),
        let place = chain.marks.lastIndex(where: { $0.size <= size }),
        chain.marks[place].size > base
      else { return nil }
      do {
        try write(chain.marks[place...], of: folder, live, path)
        return chain.marks[place]
      } catch {
        // Rot, or no room: the log has it all.
        unlink(path)
        return nil
      }
    }
  }

  private func write(
    _ marks: ArraySlice<SnapshotChain.Mark>, of folder: String, _ live: String, _ path: String
  ) throws {
    guard let wanted = marks.first else { return }
    let file = try OpenedFile(path, O_WRONLY | O_CREAT | O_TRUNC)
    try OpenedFile(live, O_RDONLY).copy(Int(wanted.pages) * KeptPages.pageSize, to: file)
    // Of a page kept several times, the first is as it was at the mark.
    var done: Set<UInt32> = []
    for mark in marks {
      try KeptPages(path: folder + "/" + mark.file).forEach(mark.count) { number, content in
        guard number <= wanted.pages, done.insert(number).inserted else { return }
        try file.write(content, at: (Int(number) - 1) * KeptPages.pageSize)
      }
    }
  }
}
