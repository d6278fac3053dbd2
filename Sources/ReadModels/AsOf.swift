public import DomainPacks
import Foundation
import GRDB
import TransparencyLog

extension Projections {
  /// Past states kept, at most; the one unused for longest goes first.
  static let keptStates = 8
  /// How long whoever reads a state may keep others from changing the live file.
  public static let readingTime = Duration.seconds(300)
  /// What they may take together where the live file takes less, in bytes.
  static let keptStateBytes: Int64 = 64 << 20

  /// A projection of the first `size` records, made at `path`; what stands there is replaced.
  public static func build(
    at path: String, plan: ProjectionPlan, source: any RecordSource, size: UInt64, timeZone: String
  ) throws -> ProjectionSnapshot {
    try translatingErrors(of: path) {
      let builder = try ProjectionBuilder(path: path, plan: plan, packs: plan.names, timeZone: timeZone)
      try builder.apply(from: source, to: size)
      let path = try builder.close()
      try builder.makeWhole()
      return try ProjectionSnapshot(path: path, packs: plan.packs, lifetime: nil)
    }
  }

  public static func build(
    at path: String, packs: PackSet, source: any RecordSource, size: UInt64, timeZone: String
  ) throws -> ProjectionSnapshot {
    try build(at: path, plan: ProjectionPlan(packs), source: source, size: size, timeZone: timeZone)
  }

  /// A projection of the first `size` records.
  ///
  /// Where the live file can be taken back to a state shortly before it, that is read where its pages are and gone on with,
  /// for some minutes, and nothing is kept of it. Otherwise it is made of a copy of such a state or from the log, and kept
  /// in `asof/` below the directory so that asking again is quick; where nothing can be written there, it is made in the
  /// temporary directory and not kept.
  ///
  /// A state kept earlier is used only if it was made by the same packs from the log in hand; one of fewer records is
  /// copied and gone on with.
  ///
  /// - Parameter directory: the ledger's `cache`.
  public static func asOf(
    directory: String, plan: ProjectionPlan, source: any RecordSource, size: UInt64, timeZone: String
  ) throws -> ProjectionSnapshot {
    try asOf(
      directory: directory, plan: plan, source: source, size: size, timeZone: timeZone, policy: SnapshotPolicy())
  }

  /// - Parameter policy: which states are near enough to be read where their pages are.
  package static func asOf(
    directory: String, plan: ProjectionPlan, source: any RecordSource, size: UInt64, timeZone: String,
    policy: SnapshotPolicy
  ) throws -> ProjectionSnapshot {
    let states = PastStates(
      cache: directory, directory: directory + "/asof", plan: plan, source: source, timeZone: timeZone, policy: policy)
    return try translatingErrors(of: states.directory) { try states.state(of: size) }
  }
}

/// The folder of past states.
private struct PastStates {
  let cache: String
  let directory: String
  let plan: ProjectionPlan
  let source: any RecordSource
  let timeZone: String
  let policy: SnapshotPolicy

  private var suffix: String { "-\(plan.packs.digest.hex).sqlite" }

  func state(of size: UInt64) throws -> ProjectionSnapshot {
    let isWritable = mkdir(directory, 0o750) == 0 || errno == EEXIST && access(directory, W_OK) == 0
    let kept = keptSizes().filter { $0 <= size }
    // The newest; one that turns out not to fit is passed over.
    let base = try kept.last(where: isSound)
    if base == size {
      // Marks it as used. Where that is not allowed, nothing is pruned either.
      utimes(path(of: size), nil)
      return try ProjectionSnapshot(path: path(of: size), packs: plan.packs, lifetime: nil)
    }
    let folder = isWritable ? directory : FileManager.default.temporaryDirectory.path
    let scratch = "\(folder)/\(size)-\(UUID().uuidString).building"
    var copied: SnapshotChain.Mark?
    do {
      let restoring = SnapshotRestoring(directory: cache, packs: plan.packs.digest.hex, policy: policy)
      // The live file waits until the end of this.
      if let restored = restoring.restore(size, after: base ?? 0, scratch: scratch) {
        if restored.isNear, let state = try read(restored, size) { return state }
        copied = copy(restored, to: scratch)
      }
    }
    return try make(size, from: base, copied, at: scratch, isKept: isWritable)
  }

  private func path(of size: UInt64) -> String { "\(directory)/\(size)\(suffix)" }

  private func keptSizes() -> [UInt64] {
    // A folder that cannot be listed holds nothing for us.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return names.filter { $0.hasSuffix(suffix) }.compactMap { UInt64($0.dropLast(suffix.count)) }.sorted()
  }

  private func isSound(_ size: UInt64) throws -> Bool {
    let file: ReadingFile
    do {
      file = try ReadingFile(path: path(of: size))
    } catch ReadModelError.unusable {
      return false
    }
    return try file.state.frontier.size == size && file.state.isMade(by: plan) && file.state.timeZone == timeZone
      && file.state.isOf(source)
  }

  /// - Parameter copied: the mark of what has been copied to `scratch`.
  private func make(
    _ size: UInt64, from base: UInt64?, _ copied: SnapshotChain.Mark?, at scratch: String, isKept: Bool
  ) throws -> ProjectionSnapshot {
    do {
      let builder =
        try copied.flatMap { try continued(scratch, $0, to: size) } ?? started(size, from: base, at: scratch)
      _ = try builder.close()
      try builder.makeWhole()
      guard isKept else {
        // Whoever has it open goes on reading; the file is gone when they are done.
        defer { unlink(scratch) }
        return try ProjectionSnapshot(path: scratch, packs: plan.packs, lifetime: nil)
      }
      guard rename(scratch, path(of: size)) == 0 else {
        throw ReadModelError.unusable(path: path(of: size), detail: String(cString: strerror(errno)))
      }
    } catch {
      unlink(scratch)
      throw error
    }
    let snapshot = try ProjectionSnapshot(path: path(of: size), packs: plan.packs, lifetime: nil)
    prune()
    return snapshot
  }

  /// The state restored and gone on with, read where its pages are; nil where it turns out not to fit.
  private func read(_ restored: SnapshotRestoring.Restored, _ size: UInt64) throws -> ProjectionSnapshot? {
    do {
      return try PastFileSystem.with(restored.pages) { path in
        guard let builder = try continued(path, restored.mark, to: size) else { return nil }
        return try ProjectionSnapshot(path: builder.close(), packs: plan.packs, lifetime: Projections.readingTime)
      }
    } catch ReadModelError.unusable {
      // Changed by somebody in between.
      return nil
    }
  }

  /// - Returns: its mark; nil where it could not be copied.
  private func copy(_ restored: SnapshotRestoring.Restored, to scratch: String) -> SnapshotChain.Mark? {
    do {
      try restored.pages.copy(to: scratch)
      return restored.mark
    } catch {
      // Changed by somebody, or no room: the log has it all.
      unlink(scratch)
      return nil
    }
  }

  /// Goes on with what is to be the state at a mark; nil where it is not, or cannot be gone on with.
  private func continued(
    _ path: String, _ mark: SnapshotChain.Mark, to size: UInt64
  ) throws -> ProjectionBuilder? {
    do {
      let builder = try ProjectionBuilder(continuing: path, plan: plan)
      guard builder.state.frontier.size == mark.size, builder.state.lastLeaf.hex == mark.lastLeaf,
        builder.state.timeZone == timeZone, builder.state.isMade(by: plan), try builder.state.isOf(source)
      else { return nil }
      try builder.apply(from: source, to: size)
      return builder
    } catch is DatabaseError {
      // What was damaged in it does not matter: the log has it all.
    } catch is ProjectionError {
    } catch is ProjectionState.Unusable {
    }
    return nil
  }

  private func started(_ size: UInt64, from base: UInt64?, at scratch: String) throws -> ProjectionBuilder {
    let builder: ProjectionBuilder
    if let base {
      try ProjectionConnection.remove(scratch)
      try FileManager.default.copyItem(atPath: path(of: base), toPath: scratch)
      builder = try ProjectionBuilder(continuing: scratch, plan: plan)
    } else {
      builder = try ProjectionBuilder(path: scratch, plan: plan, packs: plan.names, timeZone: timeZone)
    }
    try builder.apply(from: source, to: size)
    return builder
  }

  /// Removes what was unused for longest, and states of other packs, which nothing will ask for again. Those that stay are
  /// together no larger than the live file; the newest stays however large it is.
  private func prune() {
    var room = max(Projections.keptStateBytes, FileIdentity(Projections.path(in: cache))?.bytes ?? 0)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    let states = names.filter { $0.hasSuffix(".sqlite") }.map { "\(directory)/\($0)" }
      .compactMap { path in FileIdentity(path).map { (path, $0) } }
      .sorted { $0.1.modified > $1.1.modified }
    for (place, (path, file)) in states.enumerated() {
      room -= file.bytes
      if place >= Projections.keptStates || room < 0 && place > 0 { unlink(path) }
    }
  }
}
