public import DomainPacks
import Foundation
import GRDB
import Synchronization
public import Threads
public import TransparencyLog

/// The live tables of all packs, in one SQLite file, together with the log position they stand for.
///
/// Everything here is derived from the log: the file may be deleted at any time, a damaged one is replaced, and the
/// same records with the same packs always give the same rows. All calls block; give them a thread of their own. There
/// is one writer: whoever holds the ledger's lock.
public final class Projections: Sendable {
  /// Something that happened beside the call's purpose and belongs in the log of operations.
  public enum Notice: Sendable, Hashable {
    /// The file could not be gone on with and was deleted; ``Projections/catchUp(to:root:)`` fills a new one.
    case discarded(path: String, reason: String)
    /// Packs had changed and their tables were replaced.
    case rebuilt(RebuildReport)
  }

  /// The packs, with their SQL checked.
  public let plan: ProjectionPlan
  private let directory: String
  private let source: any RecordSource
  private let timeZone: String
  private let live: Mutex<LiveFile>
  private let head: Mutex<LogHead>
  private let rebuilding = Mutex(())
  /// Of ``catchUp(to:root:)``.
  public let courtesy = Courtesy()

  /// Opens `projections.sqlite` in the directory, or creates it. Packs whose digest has changed are rebuilt up to the
  /// file's position, beside the old tables.
  ///
  /// - Parameters:
  ///   - directory: the ledger's `cache`; it must exist.
  ///   - timeZone: the ledger's, e.g. `Europe/Berlin`; `:day` is a calendar day there.
  /// - Throws: ``PackSQLError`` where a pack's SQL is wrong, ``ProjectionError`` where a changed pack fails for a
  ///   record.
  public convenience init(
    directory: String, packs: PackSet, source: any RecordSource, timeZone: String,
    notify: @escaping @Sendable (Notice) -> Void = { _ in }
  ) throws {
    try self.init(
      directory: directory, plan: ProjectionPlan(packs), source: source, timeZone: timeZone, notify: notify)
  }

  public convenience init(
    directory: String, plan: ProjectionPlan, source: any RecordSource, timeZone: String,
    notify: @escaping @Sendable (Notice) -> Void = { _ in }
  ) throws {
    try self.init(
      directory: directory, plan: plan, source: source, timeZone: timeZone, policy: SnapshotPolicy(), notify: notify)
  }

  /// - Parameter policy: which past states are kept in `snapshots/` below the directory.
  package init(
    directory: String, plan: ProjectionPlan, source: any RecordSource, timeZone: String, policy: SnapshotPolicy,
    notify: @escaping @Sendable (Notice) -> Void = { _ in }
  ) throws {
    self.plan = plan
    self.directory = directory
    self.source = source
    self.timeZone = timeZone
    let path = Projections.path(in: directory)
    // What a rebuild left behind when it was killed.
    try ProjectionConnection.remove(Projections.sidePath(of: path))
    let file = try LiveFile(
      path: path, plan: plan, source: source, timeZone: timeZone, policy: policy, courtesy: courtesy, notify: notify)
    try translatingErrors(of: path) { try file.open() }
    head = Mutex(file.head)
    live = Mutex(file)
  }

  /// The records the tables stand for.
  public var position: LogHead { head.withLock { $0 } }

  public var packs: PackSet { plan.packs }

  /// Applies the records up to `size`, some ten thousand in a transaction. Nothing to do is no error. The first call finds
  /// out whether the tables are what the packs need, which ``ProjectionReader`` beside it cannot know before.
  ///
  /// - Parameter root: the Merkle root of the first `size` records, if the caller knows it. If the tables at that size
  ///   stand for another root, they were made from another log and are made anew.
  /// - Throws: ``ProjectionError`` where a pack's statement fails; its transaction is undone, those before it stay.
  public func catchUp(to size: UInt64, root: Digest? = nil) throws {
    try live.withLock { file in
      // A file made anew starts at nothing; the position shown must follow, whatever happens then.
      defer { show(file.head) }
      try translatingErrors(of: Projections.path(in: directory)) {
        try file.catchUp(to: size, progress: show)
        guard let root, file.head.size == size, file.head.root != root else { return }
        try file.discard("made from another log than the one here")
        try file.catchUp(to: size, progress: show)
      }
      if let root, file.head.size == size, file.head.root != root {
        throw ReadModelError.otherRoot(size: size, expected: root, actual: file.head.root)
      }
    }
  }

  /// Builds the tables of the packs anew beside the live ones, up to `size` or the position reached by then, compares,
  /// and puts them in their place in one transaction. Where all is the same and SQLite finds no damage, the live tables
  /// stay; where there were none, they are made, once.
  ///
  /// Readers and ``catchUp(to:root:)`` go on while it builds. Packs that read the rows of those named are rebuilt too.
  ///
  /// - Parameter packs: nil for all.
  public func rebuild(packs names: [String]? = nil, to size: UInt64) throws -> RebuildReport {
    for name in names ?? [] where !plan.names.contains(name) { throw ReadModelError.unknownPack(name) }
    let packs = names.map { plan.withDependents(Set($0)) } ?? plan.names
    let path = Projections.path(in: directory)
    return try rebuilding.withLock { _ in
      // Tables that are made anew by this are not worth comparing.
      try catchUp(to: 0)
      let isNew = position == .empty
      try catchUp(to: size)
      if isNew {
        return try translatingErrors(of: path) { try live.withLock { try $0.report(of: packs, isReplacement: false) } }
      }
      return try translatingErrors(of: path) {
        let rot = RotCheck(of: path)
        let builder = try ProjectionBuilder(
          path: Projections.sidePath(of: path), plan: plan, packs: plan.withDependencies(packs), timeZone: timeZone)
        // The live tables move on meanwhile; what is left for the swap under the lock is short.
        while builder.head.size < position.size { try builder.apply(from: source, to: position.size) }
        return try live.withLock { file in
          defer { show(file.head) }
          return try file.swap(builder, packs, hasRot: rot.result)
        }
      }
    }
  }

  /// A consistent view at one position, for reading.
  ///
  /// While it is held, SQLite cannot take its log of changes over into the file, so it expires after `lifetime`.
  public func snapshot(lifetime: Duration = Projections.readingTime) throws -> ProjectionSnapshot {
    try ProjectionSnapshot(path: Projections.path(in: directory), packs: plan.packs, lifetime: lifetime)
  }

  private func show(_ head: LogHead) {
    self.head.withLock { $0 = head }
  }

  static func path(in directory: String) -> String { directory + "/projections.sqlite" }

  static func sidePath(of path: String) -> String { path + ".rebuild" }
}
