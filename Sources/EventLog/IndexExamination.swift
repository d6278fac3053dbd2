import Foundation
import GRDB
import LogFormat

/// Compares the index with one made anew from the log.
public struct IndexExamination: Sendable {
  public enum Result: Sendable, Hashable {
    /// As many records as the index must cover are covered as the log says.
    case sound(records: UInt64)
    /// There is no index, or none of ours; the next opening makes one.
    case missing
    /// Rows that the log does not bear out, or that are missing, by table.
    case differs([String: Int])
  }

  private let reader: LogReader
  private let stateAfter: @Sendable (String) -> String?

  public init(_ reader: LogReader, stateAfter: @escaping @Sendable (_ type: String) -> String?) {
    self.reader = reader
    self.stateAfter = stateAfter
  }

  /// Reads the whole log. To be run while nobody writes.
  public func run() throws -> Result {
    let scratch = reader.directory.index + ".check"
    defer { for suffix in ["", "-wal", "-shm"] { unlink(scratch + suffix) } }
    let (index, _) = try LogIndex.open(path: scratch, identity: "check")
    var delta = IndexDelta()
    var states: [String: SubjectState] = [:]
    try LogLines(directory: reader.directory, end: reader.end).forEachPlace { line, place in
      let record = try Record(line: Array(line))
      let before = states[record.subject]
      let state = SubjectState(
        version: record.subjectVersion, state: stateAfter(record.type) ?? before?.state,
        first: before?.first ?? record.sequence, last: record.sequence)
      states[record.subject] = state
      delta.add(
        key: EventKey(source: record.source, id: record.id), subject: record.subject, state: state, type: record.type,
        actor: record.authid ?? record.recordedBy, place: place)
      if delta.count > 50_000 {
        try index.add(delta)
        try index.flush()
        delta = IndexDelta()
      }
    }
    try index.add(delta)
    try index.close()
    return try compare(with: scratch)
  }

  private func compare(with scratch: String) throws -> Result {
    let covered = try LogIndex.readingFile(path: reader.directory.index) { _, start in start.size }
    guard let covered else { return .missing }
    let queue = try DatabaseQueue(path: scratch)
    try queue.inDatabase { db in
      try db.execute(sql: "ATTACH ? AS live", arguments: [reader.directory.index])
    }
    // Rows behind the index's start may lack in the live file, and are then read again at opening; a row too many, or
    // one that says something else, is wrong anywhere.
    let named = """
      SELECT subject, sequence, (SELECT name FROM %.names WHERE id = type), (SELECT name FROM %.names WHERE id = actor)
      FROM (
        SELECT s.subject AS subject, e.sequence AS sequence, e.type AS type, e.actor AS actor
        FROM %.events e JOIN %.subjects s ON s.id = e.subject
      )
      """
    let tables: [(name: String, rows: String, bound: String)] = [
      ("ids", "SELECT key, sequence FROM %.ids", "sequence"),
      ("subjects", "SELECT subject, version, state, first, last FROM %.subjects", "last"),
      ("events", named, "sequence"),
      ("places", "SELECT sequence, segment, offset FROM %.places", "sequence"),
    ]
    var differences: [String: Int] = [:]
    try queue.read { db in
      for table in tables {
        let fresh = table.rows.replacing("%", with: "main")
        let live = table.rows.replacing("%", with: "live")
        let surplus = try Int.fetchOne(db, sql: "SELECT count(*) FROM (\(live) EXCEPT \(fresh))") ?? 0
        let lacking =
          try Int.fetchOne(
            db, sql: "SELECT count(*) FROM (\(fresh) EXCEPT \(live)) WHERE \(table.bound) < ?",
            arguments: [Int64(covered)]) ?? 0
        if surplus + lacking > 0 { differences[table.name] = surplus + lacking }
      }
    }
    return differences.isEmpty ? .sound(records: covered) : .differs(differences)
  }
}

extension LogLines {
  /// Hands out every line with the place of its first byte.
  fileprivate func forEachPlace(_ body: (UnsafeRawBufferPointer, LogPosition) throws -> Void) throws {
    var reader = try LineReader(
      directory, from: LogPosition(size: 0, segment: Segment(first: 0), offset: 0), end: end)
    var size: UInt64 = 0
    while size < end.size {
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
