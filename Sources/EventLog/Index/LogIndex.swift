import Foundation
import LogFormat
import Threads
import TransparencyLog

/// What look-ups go through: the entries that wait in memory, and the runs.
protocol IndexContents {
  /// Asks the entries in memory, the newest first.
  ///
  /// - Returns: what the first of them said, and the runs at that moment, oldest first.
  func inMemory<Output>(_ body: (borrowing IndexMemory) -> Output?) -> (found: Output?, runs: [IndexRun])
  /// Collects from the entries in memory, in any order.
  func collectInMemory<Output>(
    _ body: (borrowing IndexMemory, inout [Output]) -> Void
  ) -> (found: [Output], runs: [IndexRun])
  func number(of name: String) -> UInt32?
  /// The name with that number; nil for 0.
  func text(_ number: UInt32) -> String?
}

/// What is derived from the log for fast answers: where an event with that `source` and `id` is, each subject's version,
/// state and records, and where a sequence stands in the segments.
///
/// Written behind: an entry is found from the moment its record is durable, first in memory, later in a run. Runs are
/// sorted files that never change; when there are several of one size they are merged, so there are always few of them, and
/// writing costs the same however long the log is. The folder may be deleted at any time; opening then reads the whole
/// log once.
final class LogIndex: IndexContents, @unchecked Sendable {
  // @unchecked: the variables are only touched under `condition`, the files of the folder only under `files`.

  /// Every how many records the place in the segments is kept.
  static let placeInterval: UInt64 = 64
  /// How many records may wait in memory before appending waits for the index.
  private static let maximumWaiting = 400_000
  /// When what waits is written: so many records, or so many seconds after the last time.
  private static let writeCount = 100_000
  private static let writeInterval: TimeInterval = 5
  /// So many runs of about one size are merged, and one size is so many times the next smaller one.
  private static let fanIn = 4

  private let path: String
  private let identity: String
  /// Held while the manifest is written, so that each follows from the one before.
  private let files = NSLock()

  private let condition = NSCondition()
  // What the sequencer asks for every event is not watched for overlapping accesses while the program runs: whoever
  // changes it holds the condition, and so does whoever reads what another thread may change.
  @exclusivity(unchecked) private var active = IndexMemory()
  @exclusivity(unchecked) private var flushing = IndexMemory()
  @exclusivity(unchecked) private var runs: [IndexRun] = []
  private var names = NameTable()
  /// How many of the names stand in runs.
  private var writtenNames: UInt32 = 0
  private var manifest: IndexManifest
  private var pendingStart: IndexStart?
  @exclusivity(unchecked) private var recent = RecentSubjects()
  private var failure: (any Error)?
  private var isClosing = false
  private var isWriting = false
  private var isMerging = false

  /// - Parameter identity: what the entries depend on besides the log (origin, and the state transitions in force); a
  ///   folder made under another identity is not used.
  /// - Parameter files: what is there, to go on with; nil begins with an empty one.
  /// - Returns: the index, and from where the log has to be read to complete it (nil: from its beginning).
  static func open(
    path: String, identity: String, files: IndexFiles?
  ) -> (index: LogIndex, start: IndexStart?) {
    if let files, files.manifest.identity == identity, let start = files.manifest.indexStart {
      let index = LogIndex(path: path, manifest: files.manifest, runs: files.runs, names: files.names)
      index.removeStrangers()
      return (index, start)
    }
    remove(path: path)
    let manifest = IndexManifest(identity: identity)
    return (LogIndex(path: path, manifest: manifest, runs: [], names: NameTable()), nil)
  }

  /// The next opening makes it anew. Whoever has it open goes on with what is no longer there.
  static func remove(path: String) {
    try? FileManager.default.removeItem(atPath: path)
  }

  private init(path: String, manifest: IndexManifest, runs: [IndexRun], names: NameTable) {
    self.path = path
    self.manifest = manifest
    self.runs = runs
    self.names = names
    identity = manifest.identity
    writtenNames = names.count
  }

  /// What a crash has left beside the manifest.
  private func removeStrangers() {
    let known = Set(runs.map(\.description.file) + ["manifest"])
    for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] where !known.contains(name) {
      unlink(path + "/" + name)
    }
  }

  // MARK: Writing

  /// Begins to write behind, on threads of its own.
  func startWriting() {
    condition.lock()
    isWriting = true
    isMerging = true
    condition.unlock()
    WorkerThread.start("index") { [self] in writeBehind() }
    // Beside the threads that somebody waits for.
    WorkerThread.start("index merge", niceness: 5) { [self] in mergeBehind() }
  }

  /// The number of a name, for entries to be added.
  func add(name: String) -> UInt32 {
    condition.lock()
    defer { condition.unlock() }
    return names.add(name)
  }

  /// Takes the entries of durable records.
  func add(_ memory: borrowing IndexMemory) throws {
    condition.lock()
    defer { condition.unlock() }
    if let failure { throw failure }
    active.merge(memory)
    for subject in memory.subjects.entries { recent.put(subject.entry) }
    if active.count >= LogIndex.writeCount { condition.broadcast() }
  }

  /// Waits while too many entries are waiting to be written.
  func waitForRoom() {
    condition.lock()
    while active.count > LogIndex.maximumWaiting, failure == nil { condition.wait() }
    condition.unlock()
  }

  /// A checkpoint has become durable: the next opening need not read the log before it.
  func checkpointed(_ start: IndexStart) {
    condition.lock()
    pendingStart = start
    condition.unlock()
  }

  /// Writes what is waiting, and lets go of the files.
  func close() throws {
    condition.lock()
    isClosing = true
    condition.broadcast()
    while isWriting || isMerging { condition.wait() }
    let failure = failure
    condition.unlock()
    if let failure { throw failure }
    try flush()
  }

  /// Which records the files have entries of; others than the log has, where the log was put back to an earlier state.
  func coverage() -> IndexCoverage {
    condition.lock()
    defer { condition.unlock() }
    return IndexCoverage(size: manifest.covered, head: Digest(hex: manifest.head) ?? .zero)
  }

  /// Writes what is waiting now, on the caller's thread. What could not be written goes on waiting.
  func flush() throws {
    condition.lock()
    swap(&flushing, &active)
    let start = pendingStart
    pendingStart = nil
    let isAnything = flushing.count > 0 || start != nil
    condition.unlock()
    guard isAnything else { return }
    // Nobody else changes it until it is given back.
    let result = Result { try write(flushing, start) }
    condition.lock()
    if case .failure = result {
      flushing.merge(active)
      swap(&flushing, &active)
      pendingStart = pendingStart ?? start
    }
    flushing.removeAll()
    condition.broadcast()
    condition.unlock()
    try result.get()
  }

  private func writeBehind() {
    defer { hasEnded(\.isWriting) }
    while true {
      condition.lock()
      let deadline = Date(timeIntervalSinceNow: LogIndex.writeInterval)
      while !isClosing, active.count < LogIndex.writeCount, condition.wait(until: deadline) {}
      let isLast = isClosing
      condition.unlock()
      do {
        try flush()
      } catch {
        // No room, or no luck: the entries wait in memory, and when too many wait, so does appending.
        if !LogIndex.isFull(error) { replaceFolder() }
        Thread.sleep(forTimeInterval: isLast ? 0 : 1)
      }
      if isLast { return }
    }
  }

  private static func isFull(_ error: any Error) -> Bool {
    guard let error = error as? SystemError else { return false }
    return error.errno == ENOSPC || error.errno == EDQUOT
  }

  /// Something else stands where the files should go. What is open stays so; the next opening makes the index anew.
  private func replaceFolder() {
    files.lock()
    LogIndex.remove(path: path)
    files.unlock()
  }

  private func hasEnded(_ thread: ReferenceWritableKeyPath<LogIndex, Bool>) {
    condition.lock()
    self[keyPath: thread] = false
    condition.broadcast()
    condition.unlock()
  }

  private func write(_ memory: IndexMemory, _ start: IndexStart?) throws {
    try SystemCall.makeDirectory(path)
    condition.lock()
    let new = names.names(above: writtenNames)
    let from = manifest.covered
    condition.unlock()
    let run = try memory.count > 0 ? memory.write(to: path, from: from, names: new) : nil
    try change { manifest in
      if let start { manifest.set(start) }
      guard let run else { return }
      manifest.runs.append(run.description)
      manifest.covered = memory.coverage.size
      manifest.head = memory.coverage.head.hex
    } then: {
      guard let run else { return }
      runs.append(run)
      if let last = new.last { writtenNames = last.number }
    }
  }

  /// Moves the index from one state to the next, on the disk and then for look-ups.
  private func change(_ body: (inout IndexManifest) -> Void, then: () -> Void) throws {
    files.lock()
    defer { files.unlock() }
    condition.lock()
    var next = manifest
    condition.unlock()
    body(&next)
    try next.write(to: path)
    condition.lock()
    manifest = next
    then()
    condition.broadcast()
    condition.unlock()
  }

  // MARK: Merging

  private func mergeBehind() {
    defer { hasEnded(\.isMerging) }
    while true {
      condition.lock()
      var due = LogIndex.due(runs)
      while due.isEmpty, !isClosing {
        condition.wait()
        due = LogIndex.due(runs)
      }
      let isLast = isClosing
      condition.unlock()
      if isLast { return }
      do {
        try merge(due)
      } catch is CancellationError {
        return
      } catch let error as IndexError {
        condition.lock()
        failure = error
        condition.broadcast()
        condition.unlock()
        return
      } catch {
        // No room, or no luck: there are more runs than there should be, and nothing else.
        Thread.sleep(forTimeInterval: 1)
      }
    }
  }

  /// The newest runs that are to become one: those no larger than the last of them, when there are enough.
  private static func due(_ runs: [IndexRun]) -> [IndexRun] {
    guard let newest = runs.last else { return [] }
    let due = runs.reversed().prefix { size(of: $0) <= size(of: newest) }
    return due.count >= fanIn ? due.reversed() : []
  }

  /// By powers of ``fanIn``.
  private static func size(of run: IndexRun) -> Int { (64 - run.description.records.leadingZeroBitCount) / 2 }

  private func merge(_ old: [IndexRun]) throws {
    guard let first = old.first, let last = old.last else { return }
    let writer = try IndexRunWriter(
      folder: path, from: first.description.from, below: last.description.below,
      ids: old.reduce(0) { $0 + $1.ids.count }, subjects: old.reduce(0) { $0 + $1.subjects.count },
      names: old.flatMap(\.names))
    try copy(old, \.ids, to: writer.add)
    try copy(old, \.subjects, to: writer.add)
    try copy(old, \.events, to: writer.add)
    try copy(old, \.places, to: writer.add)
    let run = try IndexRun(writer.finish(), in: path)
    let names = Set(old.map(\.description.file))
    try change { manifest in
      guard let place = manifest.runs.firstIndex(where: { names.contains($0.file) }) else { return }
      manifest.runs.removeAll { names.contains($0.file) }
      manifest.runs.insert(run.description, at: place)
    } then: {
      guard let place = runs.firstIndex(where: { names.contains($0.description.file) }) else { return }
      runs.removeAll { names.contains($0.description.file) }
      runs.insert(run, at: place)
    }
    for run in old { unlink(run.path) }
  }

  private func copy<Entry: IndexEntry>(
    _ runs: [IndexRun], _ section: KeyPath<IndexRun, IndexRun.Section<Entry>>, to add: (Entry) throws -> Void
  ) throws {
    var merge = try IndexMerge(runs, section)
    var count = 0
    while let entry = try merge.next() {
      try add(entry)
      count += 1
      if count % (1 << 16) == 0, isAboutToClose { throw CancellationError() }
    }
  }

  private var isAboutToClose: Bool {
    condition.lock()
    defer { condition.unlock() }
    return isClosing
  }

  // MARK: Reading

  /// Look-ups from any thread.
  var reader: IndexReader { IndexReader(index: self) }

  func inMemory<Output>(_ body: (borrowing IndexMemory) -> Output?) -> (found: Output?, runs: [IndexRun]) {
    condition.lock()
    defer { condition.unlock() }
    return (body(active) ?? body(flushing), runs)
  }

  func collectInMemory<Output>(
    _ body: (borrowing IndexMemory, inout [Output]) -> Void
  ) -> (found: [Output], runs: [IndexRun]) {
    condition.lock()
    defer { condition.unlock() }
    var found: [Output] = []
    body(active, &found)
    // Between the moment at which a run has them and the one at which they go from memory, they are in both.
    if runs.last?.description.below ?? 0 < flushing.coverage.size { body(flushing, &found) }
    return (found, runs)
  }

  /// What is known of an event's key and of its subject.
  struct Known {
    var sequence: UInt64?
    var subject: SubjectEntry?
  }

  /// What is known of each of these events, in their order, for the sequencer, which asks for all.
  ///
  /// Memory is slow to answer where it was not asked lately, and answers several questions as fast as one: so each table
  /// and each run is asked for all events before the next.
  func find(_ events: ArraySlice<AppendRequest.Entry>, into known: inout [Known]) throws {
    known.removeAll(keepingCapacity: true)
    condition.lock()
    for event in events {
      known.append(
        Known(
          sequence: active.ids.value(for: event.key)?.sequence ?? flushing.ids.value(for: event.key)?.sequence,
          subject: recent.entry(of: event.subjectKey) ?? active.state(of: event.subjectKey)
            ?? flushing.state(of: event.subjectKey)))
    }
    let runs = runs
    condition.unlock()
    try events.withUnsafeBufferPointer { events in
      try known.withUnsafeMutableBufferPointer { known in
        for run in runs.reversed() { try run.find(events, into: known) }
      }
    }
  }

  func number(of name: String) -> UInt32? {
    condition.lock()
    defer { condition.unlock() }
    return names.number(of: name)
  }

  func text(_ number: UInt32) -> String? {
    condition.lock()
    defer { condition.unlock() }
    return names.text(number)
  }
}
