import Foundation
import LogFormat
import TransparencyLog

/// Compares the index with one made anew from the log.
public struct IndexExamination: Sendable {
  public enum Result: Sendable, Hashable {
    /// The index says of so many records what the log says. Those behind them are read at the next opening.
    case sound(records: UInt64)
    /// There is no index that the next opening would use; it makes one.
    case missing
    /// Rows that the log does not bear out, or that are missing, by table.
    case differs([String: Int])
    /// The file of the index cannot be read as a whole.
    case unreadable(String)
  }

  private let reader: LogReader
  private let rules: Log.Rules

  public init(_ reader: LogReader, rules: Log.Rules) {
    self.reader = reader
    self.rules = rules
  }

  /// Reads the whole log. To be run while nobody writes.
  public func run() throws -> Result {
    let identity = rules.identity(origin: reader.description.origin)
    let scratch = reader.directory.index + ".check"
    defer { LogIndex.remove(path: scratch) }
    guard let live = IndexFiles(path: reader.directory.index), live.manifest.identity == identity else {
      return .missing
    }
    try makeIndex(at: scratch, covering: live.manifest.covered)
    guard let fresh = IndexFiles(path: scratch) else {
      throw IndexError.damaged(path: scratch, detail: "cannot be read, and has just been written")
    }
    do {
      let differences = try IndexComparison(live: live, fresh: fresh).run()
      return differences.isEmpty ? .sound(records: live.manifest.covered) : .differs(differences)
    } catch let error as IndexError {
      return .unreadable("\(error)")
    }
  }

  /// Removes the index of a ledger that nobody has open; the next opening makes it anew.
  public static func remove(_ directory: LedgerDirectory) {
    LogIndex.remove(path: directory.index)
  }

  private func makeIndex(at path: String, covering count: UInt64) throws {
    let (index, _) = LogIndex.open(path: path, identity: "check", files: nil)
    var memory = IndexMemory()
    var states: [IndexKey: SubjectEntry] = [:]
    try LogLines(directory: reader.directory, end: reader.end).forEachPlace(below: count) { line, place in
      let record = try Record(line: Array(line))
      let key = IndexKey(subject: record.subject)
      let before = states[key]
      let subject = SubjectEntry(
        key: key, version: record.subjectVersion, first: before?.first ?? record.sequence, last: record.sequence,
        state: rules.stateAfter(record).map { index.add(name: $0) } ?? before?.state ?? 0)
      states[key] = subject
      memory.add(
        key: IndexKey(source: record.source, id: record.id), subject: subject, type: index.add(name: record.type),
        actor: index.add(name: record.authid ?? record.recordedBy), hash: RFC6962.leafHash(line), place: place)
      if memory.count >= 50_000 {
        try index.add(memory)
        try index.flush()
        memory.removeAll()
      }
    }
    try index.add(memory)
    try index.close()
  }
}

/// Counts the entries that are in one of two indexes only.
private struct IndexComparison {
  let live: IndexFiles
  let fresh: IndexFiles

  func run() throws -> [String: Int] {
    var differences: [String: Int] = [:]
    func note(_ kind: String, _ count: Int) {
      if count > 0 { differences[kind] = count }
    }
    let numbers = numbersInLive()
    note("ids", try count(\.ids) { $0 })
    note(
      "subjects",
      try count(\.subjects) { entry in
        var entry = entry
        entry.state = entry.state == 0 ? 0 : numbers[Int(entry.state)]
        return entry
      })
    note(
      "events",
      try count(\.events) { entry in
        var entry = entry
        entry.type = numbers[Int(entry.type)]
        entry.actor = numbers[Int(entry.actor)]
        return entry
      })
    note("places", try count(\.places) { $0 })
    return differences
  }

  /// For each number of the fresh one the number of that name in the other; names there that it does not have get one that
  /// no entry has.
  private func numbersInLive() -> [UInt32] {
    [0] + (0..<fresh.names.count).map { number in fresh.text(number + 1).flatMap(live.number) ?? .max }
  }

  /// - Parameter translate: an entry of the fresh one as the other would have it.
  private func count<Entry: IndexEntry>(
    _ section: KeyPath<IndexRun, IndexRun.Section<Entry>>, translate: (Entry) -> Entry
  ) throws -> Int {
    var (lefts, rights) = (try IndexMerge(live.runs, section), try IndexMerge(fresh.runs, section))
    var (left, right) = (try lefts.next(), try rights.next().map(translate))
    var count = 0
    while left != nil || right != nil {
      if let there = left, right.map({ there.key < $0.key }) ?? true {
        count += 1
        left = try lefts.next()
      } else if let wanted = right, left.map({ wanted.key < $0.key }) ?? true {
        count += 1
        right = try rights.next().map(translate)
      } else {
        // The row that is there and the one that should be.
        if left != right { count += 2 }
        (left, right) = (try lefts.next(), try rights.next().map(translate))
      }
    }
    return count
  }
}

extension LogLines {
  /// Hands out the lines of the first `count` records, each with the place of its first byte.
  fileprivate func forEachPlace(
    below count: UInt64, _ body: (UnsafeRawBufferPointer, LogPosition) throws -> Void
  ) throws {
    var reader = try LineReader(
      directory, from: LogPosition(size: 0, segment: Segment(first: 0), offset: 0), end: end)
    var size: UInt64 = 0
    while size < min(count, end.size) {
      let segment = reader.segment
      let read: Bool? = try reader.next { line, offset in
        try body(line, LogPosition(size: size, segment: segment, offset: offset))
        return true
      }
      if read == nil {
        guard try reader.advance() else { return }
      } else {
        size += 1
      }
    }
  }
}
