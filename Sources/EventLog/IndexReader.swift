import Foundation
import GRDB

/// The look-ups, over memory and file together.
struct IndexReader {
  let index: LogIndex?
  let db: Database

  /// The sequence of the record with that key.
  func sequence(of key: EventKey) throws -> UInt64? {
    if let found = index?.inMemory({ $0.ids[key] }) { return found }
    let statement = try IndexStatement(db, "SELECT sequence FROM ids WHERE key = ?")
    statement.bind(1, key)
    return try statement.first { $0.number(0) }
  }

  func state(of subject: String) throws -> SubjectState? {
    if let found = index?.inMemory({ $0.subjects[ExactText(subject)]?.state }) { return found }
    let statement = try IndexStatement(db, "SELECT version, state, first, last FROM subjects WHERE subject = ?")
    statement.bind(1, subject)
    return try statement.first { row in
      SubjectState(version: row.number(0), state: row.text(1), first: row.number(2), last: row.number(3))
    }
  }

  /// Whether someone other than `actor` has recorded an event of that type on the subject.
  func hasEvent(on subject: String, type: String, byOtherThan actor: String) throws -> Bool {
    let waiting = index?.allInMemory { $0.subjects[ExactText(subject)]?.events ?? [] } ?? []
    if waiting.contains(where: { $0.has(type, byOtherThan: actor) }) { return true }
    let statement = try db.cachedStatement(
      sql: """
        SELECT EXISTS (
          SELECT 1
          FROM events
          WHERE subject = (SELECT first FROM subjects WHERE subject = ?)
          AND type = (SELECT id FROM names WHERE name = ?)
          AND actor IS NOT (SELECT id FROM names WHERE name = ?)
        )
        """)
    return try Bool.fetchOne(statement, arguments: [subject, type, actor]) ?? false
  }

  /// Sequences of the subject's records in `from..<below`, at most `limit`, in order.
  func sequences(of subject: String, from: UInt64, below: UInt64, limit: Int) throws -> [UInt64] {
    // Memory first: what moves to the file in between is then found there too, and named once.
    let waiting = (index?.allInMemory { $0.subjects[ExactText(subject)]?.events ?? [] } ?? []).map(\.sequence).filter {
      $0 >= from && $0 < below
    }
    let statement = try db.cachedStatement(
      sql: """
        SELECT sequence
        FROM events
        WHERE subject = (SELECT first FROM subjects WHERE subject = ?)
        AND sequence >= ?
        AND sequence < ?
        ORDER BY sequence
        LIMIT ?
        """)
    let written = try Int64.fetchAll(
      statement, arguments: [subject, Int64(clamping: from), Int64(clamping: below), limit]
    ).map { UInt64($0) }
    return Array((written + waiting.filter { $0 > written.last ?? 0 || written.isEmpty }).prefix(limit))
  }

  /// The newest record of that type on the subject among the first `size` of the log.
  func newest(of type: String, on subject: String, below size: UInt64) throws -> UInt64? {
    let statement = try db.cachedStatement(
      sql: """
        SELECT max(sequence)
        FROM events
        WHERE subject = (SELECT first FROM subjects WHERE subject = ?)
        AND type = (SELECT id FROM names WHERE name = ?)
        AND sequence < ?
        """)
    return try Int64.fetchOne(statement, arguments: [subject, type, Int64(clamping: size)]).map { UInt64($0) }
  }

  /// The records of that type on the subject among the first `size` of the log, in order.
  func sequences(of type: String, on subject: String, below size: UInt64) throws -> [UInt64] {
    let statement = try db.cachedStatement(
      sql: """
        SELECT sequence
        FROM events
        WHERE subject = (SELECT first FROM subjects WHERE subject = ?)
        AND type = (SELECT id FROM names WHERE name = ?)
        AND sequence < ?
        ORDER BY sequence
        """)
    return try Int64.fetchAll(statement, arguments: [subject, type, Int64(clamping: size)]).map { UInt64($0) }
  }

  /// The nearest place at or before the record that is known without reading the log.
  func place(before sequence: UInt64) throws -> LogPosition? {
    if let found = index?.inMemory({ $0.places.last { $0.size <= sequence } }) { return found }
    let statement = try db.cachedStatement(
      sql: "SELECT sequence, segment, offset FROM places WHERE sequence <= ? ORDER BY sequence DESC LIMIT 1")
    return try Row.fetchOne(statement, arguments: [Int64(clamping: sequence)]).map { row in
      LogPosition(
        size: UInt64(bitPattern: row[0]), segment: Segment(first: UInt64(bitPattern: row[1])),
        offset: UInt64(bitPattern: row[2]))
    }
  }
}
