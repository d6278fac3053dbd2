import Foundation
import GRDB
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
    do {
      let file = try LogIndex.readingFile(path: reader.directory.index) { _, description in description }
      guard let file, file.identity == identity else { return .missing }
      try makeIndex(at: scratch, covering: file.covered)
      let differences = try compare(with: scratch)
      return differences.isEmpty ? .sound(records: file.covered) : .differs(differences)
    } catch let error as DatabaseError {
      return .unreadable("\(error)")
    }
  }

  /// Removes the index of a ledger that nobody has open; the next opening makes it anew.
  public static func remove(_ directory: LedgerDirectory) {
    LogIndex.remove(path: directory.index)
  }

  private func makeIndex(at path: String, covering count: UInt64) throws {
    let (index, _) = try LogIndex.open(path: path, identity: "check", anew: true)
    var delta = IndexDelta()
    var states: [ExactText: SubjectState] = [:]
    try LogLines(directory: reader.directory, end: reader.end).forEachPlace(below: count) { line, place in
      let record = try Record(line: Array(line))
      let before = states[ExactText(record.subject)]
      let state = SubjectState(
        version: record.subjectVersion, state: rules.stateAfter(record.type) ?? before?.state,
        first: before?.first ?? record.sequence, last: record.sequence)
      states[ExactText(record.subject)] = state
      delta.add(
        key: EventKey(source: record.source, id: record.id), subject: record.subject, state: state, type: record.type,
        actor: record.authid ?? record.recordedBy, hash: RFC6962.leafHash(line), place: place)
      if delta.count > 50_000 {
        try index.add(delta)
        try index.flush()
        delta = IndexDelta()
      }
    }
    try index.add(delta)
    try index.close()
  }

  /// - Returns: how many rows of each table are in one of the two only.
  private func compare(with scratch: String) throws -> [String: Int] {
    let queue = try DatabaseQueue(path: scratch)
    try queue.inDatabase { db in
      try db.execute(sql: "ATTACH ? AS live", arguments: [reader.directory.index])
    }
    let named = """
      SELECT subject, sequence, (SELECT name FROM %.names WHERE id = type), (SELECT name FROM %.names WHERE id = actor)
      FROM (
        SELECT s.subject AS subject, e.sequence AS sequence, e.type AS type, e.actor AS actor
        FROM %.events e JOIN %.subjects s ON s.first = e.subject
      )
      """
    let tables: [(name: String, rows: String)] = [
      ("ids", "SELECT key, sequence FROM %.ids"),
      ("subjects", "SELECT subject, version, state, first, last FROM %.subjects"),
      ("events", named),
      ("places", "SELECT sequence, segment, offset FROM %.places"),
    ]
    var differences: [String: Int] = [:]
    try queue.read { db in
      for table in tables {
        let fresh = table.rows.replacing("%", with: "main")
        let live = table.rows.replacing("%", with: "live")
        let surplus = try Int.fetchOne(db, sql: "SELECT count(*) FROM (\(live) EXCEPT \(fresh))") ?? 0
        let lacking = try Int.fetchOne(db, sql: "SELECT count(*) FROM (\(fresh) EXCEPT \(live))") ?? 0
        if surplus + lacking > 0 { differences[table.name] = surplus + lacking }
      }
    }
    return differences
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
