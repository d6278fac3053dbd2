import DomainPacks
import Foundation
import GRDB
import LogFormat
import TransparencyLog

/// Keeps the way back from the live file to what it was: each page, before it is overwritten for the first time since the
/// newest ``SnapshotChain/Mark``.
///
/// With a log of changes (WAL) the live file itself is written only by checkpoints, and this is the one that makes them.
/// What the log of changes holds is what a checkpoint will overwrite; so the pages are read from the file just before.
/// Pages added at its end need nothing: to go back is to cut them off. Where anybody else has written into the file, the
/// way back is lost; it begins anew.
///
/// Nothing of this is needed to go on: where it fails, for want of room perhaps, it is given up until the next mark.
///
/// Used under the lock of ``Projections``.
final class SnapshotKeeper {
  private let database: String
  private let folder: String
  private let policy: SnapshotPolicy
  private let source: any RecordSource
  private var days: LocalDays
  private var chain: SnapshotChain
  /// The numbers of the pages kept since the newest mark; nil: not read yet, for there may be many.
  private var kept: Set<UInt32>?

  static func folder(beside database: String) -> String {
    URL(fileURLWithPath: database).deletingLastPathComponent().path + "/snapshots"
  }

  init(
    of database: String, plan: ProjectionPlan, source: any RecordSource, timeZone: String, policy: SnapshotPolicy
  ) throws {
    self.database = database
    folder = SnapshotKeeper.folder(beside: database)
    self.policy = policy
    self.source = source
    days = try LocalDays(timeZone: timeZone)
    chain = SnapshotChain(packs: plan.packs.digest.hex)
    if let known = SnapshotChain(in: folder), known.packs == chain.packs { chain = known }
  }

  /// Forgets all states; the tables were made anew, or by other packs.
  func forget() {
    chain = SnapshotChain(packs: chain.packs)
    kept = []
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name != "lock" {
      unlink(folder + "/" + name)
    }
  }

  /// Takes the log of changes over into the live file, once it is long enough; keeps what is overwritten, and marks the
  /// state where one is due. Called between transactions, where the file stands for `state`.
  ///
  /// - Parameter isLast: whether nothing follows: the log is taken over however short it is.
  func checkpoint(_ db: Database, _ state: ProjectionState, isLast: Bool = false) throws {
    guard mkdir(folder, 0o750) == 0 || errno == EEXIST else {
      _ = try db.checkpoint(.passive)
      return
    }
    // Whoever reads a past state has the file; the log of changes grows meanwhile.
    guard let lock = SnapshotLock(folder, isShared: false, waits: false) else { return }
    let changed = try ChangedPages.numbers(of: database)
    guard isLast || changed.count >= policy.pages || chain.marks.isEmpty else { return }
    try withExtendedLifetime(lock) {
      do {
        if chain.live != FileIdentity(database) { forget() }
        try keep(changed)
      } catch {
        forget()
      }
      let (all, taken) = try db.checkpoint(.passive)
      chain.live = FileIdentity(database)
      do {
        if all == taken { try mark(state, db) }
        try chain.store(in: folder)
      } catch {
        forget()
      }
    }
  }

  private func pages(of mark: SnapshotChain.Mark) -> KeptPages { KeptPages(path: folder + "/" + mark.file) }

  private func keep(_ changed: [UInt32]) throws {
    guard let newest = chain.marks.indices.last else { return }
    var kept = try self.kept ?? pages(of: chain.marks[newest]).numbers(chain.marks[newest].count)
    // There are not to be two of them.
    self.kept = nil
    let wanted = changed.filter { $0 >= 1 && $0 <= chain.marks[newest].pages && !kept.contains($0) }
    let file = try OpenedFile(database, O_RDONLY)
    // Some at a time: there may be many after a long transaction.
    for start in stride(from: 0, to: wanted.count, by: 256) {
      let numbers = wanted[start..<min(start + 256, wanted.count)]
      let contents = try numbers.map { number in
        (number, try file.read(KeptPages.pageSize, at: (Int(number) - 1) * KeptPages.pageSize))
      }
      try pages(of: chain.marks[newest]).append(contents, behind: chain.marks[newest].count)
      chain.marks[newest].count += contents.count
      kept.formUnion(numbers)
    }
    self.kept = kept
  }

  // MARK: Marks

  private func mark(_ state: ProjectionState, _ db: Database) throws {
    guard let size = try Int.fetchOne(db, sql: "PRAGMA page_size"), size == KeptPages.pageSize,
      let pages = try UInt32.fetchOne(db, sql: "PRAGMA page_count")
    else { return }
    let period = try period(before: state.frontier.size)
    if let newest = chain.marks.last, !policy.isDue(state.frontier.size, period, after: newest) { return }
    chain.marks.append(
      SnapshotChain.Mark(
        size: state.frontier.size, lastLeaf: state.lastLeaf.hex, period: period, pages: pages,
        file: UUID().uuidString + ".pages"))
    kept = []
    while let place = superfluous(Int64(pages) * Int64(KeptPages.pageSize)) { try remove(place) }
  }

  /// The half-year in which the last of the first `size` records was recorded; empty before the first.
  private func period(before size: UInt64) throws -> String {
    guard size > 0 else { return "" }
    var time: Timestamp?
    try source.forEachLine(from: size - 1, below: size) { line in
      time = RecordFields(line)?.recordedTime.flatMap { Timestamp(utf8: $0.bytes) }
    }
    guard let time else { return "" }
    let day = CivilDate.text(dayNumber: days.dayNumber(of: time))
    return day.prefix(4) + (day.dropFirst(5).prefix(2) <= "06" ? "-H1" : "-H2")
  }

  /// The place of a mark that is to go: one that nobody asks for; or, where all are larger than the live file, the one
  /// whose neighbours are nearest, those at the ends of half-years last and the oldest first.
  private func superfluous(_ limit: Int64) -> Int? {
    let marks = chain.marks
    guard marks.count > 1, let head = marks.last?.size else { return nil }
    func endsPeriod(_ place: Int) -> Bool { marks[place].period != marks[place + 1].period }
    for place in marks.indices.dropLast() where !endsPeriod(place) && marks[place + 1].size + policy.recent <= head {
      return place
    }
    guard chain.bytes > limit else { return nil }
    let others = marks.indices.dropFirst().dropLast().filter { !endsPeriod($0) }
    return others.min { marks[$0 + 1].size - marks[$0 - 1].size < marks[$1 + 1].size - marks[$1 - 1].size } ?? 0
  }

  /// The way back from the mark behind it to the one before it then leads through its pages.
  private func remove(_ place: Int) throws {
    let gone = chain.marks[place]
    if place > 0 {
      var before = chain.marks[place - 1]
      let known = try pages(of: before).numbers(before.count)
      var added: [(number: UInt32, content: [UInt8])] = []
      try pages(of: gone).forEach(gone.count) { number, content in
        guard number <= before.pages, !known.contains(number) else { return }
        added.append((number, content))
        if added.count == 256 {
          try pages(of: before).append(added, behind: before.count)
          before.count += added.count
          added = []
        }
      }
      try pages(of: before).append(added, behind: before.count)
      before.count += added.count
      chain.marks[place - 1] = before
    }
    chain.marks.remove(at: place)
    // Should the process die here, the old list finds the file no more, and is not believed.
    try chain.store(in: folder)
    unlink(folder + "/" + gone.file)
  }
}
