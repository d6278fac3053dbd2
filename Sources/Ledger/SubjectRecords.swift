public import DomainPacks
public import EventLog
public import LogFormat
public import ReadModels

/// Everything recorded on a subject, on what belongs to it, and about them elsewhere: what its history is told from.
public struct SubjectRecords: Sendable {
  public let subject: String
  /// What belongs to the subject, as the packs say: the Vorgänge and Dokumente of an Akte.
  public let parts: [String]
  /// In the order of the log. Those of other subjects are what the packs name as mentions, such as read accesses.
  public let records: [Record]
  /// Up to where the log was looked at.
  public let head: LogHead
  public let packs: PackSet
}

/// Where records are looked up.
protocol RecordLookUp {
  func records(on subjects: [String], below size: UInt64) throws -> [Record]
  func records(at sequences: [UInt64]) throws -> [Record]
}

extension Log: RecordLookUp {}
extension LogReader: RecordLookUp {}

extension SubjectRecords {
  /// - Throws: ``Refusal`` `.notFound` where nothing is recorded on the subject.
  init(of subject: String, in log: some RecordLookUp, _ snapshot: ProjectionSnapshot) throws {
    let queries = snapshot.packs.packs.flatMap(\.history)
    func values(_ kind: HistoryQuery.Kind, _ arguments: [String: SQLValue]) throws -> [SQLValue] {
      try queries.filter { $0.kind == kind }.flatMap { query in
        let result = try snapshot.rows(query.sql, arguments: arguments, limits: .report)
        guard let column = result.columns.firstIndex(of: kind.column) else {
          throw HistoryQueryError(title: query.title, column: kind.column)
        }
        return result.rows.map { $0[column] }
      }
    }
    var parts: Set<String> = []
    for case .text(let part) in try values(.parts, ["subject": .text(subject)]) where part != subject {
      parts.insert(part)
    }
    let subjects = [subject] + parts.sorted()
    var records = try log.records(on: subjects, below: snapshot.head.size)
    guard !records.isEmpty else { throw Refusal(.notFound, pointer: "/subject", "nothing is recorded on \(subject)") }
    var known = Set(records.map(\.sequence))
    var others: [UInt64] = []
    let mentions = try values(
      .mentions,
      [
        "subjects": .text("[\(subjects.map { JSONText.string($0) }.joined(separator: ","))]"),
        "sequences": .text("[\(records.map { String($0.sequence) }.joined(separator: ","))]"),
      ])
    for case .integer(let number) in mentions {
      if let sequence = UInt64(exactly: number), known.insert(sequence).inserted { others.append(sequence) }
    }
    if !others.isEmpty {
      records += try log.records(at: others)
      records.sort { $0.sequence < $1.sequence }
    }
    self.init(
      subject: subject, parts: parts.sorted(), records: records, head: snapshot.head, packs: snapshot.packs)
  }
}

/// A query in `history.sql` does not give what it should.
public struct HistoryQueryError: Error, Sendable, Hashable, CustomStringConvertible {
  public var title: String
  public var column: String

  public var description: String { "history.sql, \"\(title)\": its SELECT needs a column \"\(column)\"" }
}

extension LedgerReader {
  /// The records that the history of a subject is told from, of everything durable now or as of a place in the log.
  ///
  /// - Throws: ``Refusal`` `.notFound` where nothing is recorded on the subject.
  public func records(of subject: String, asOf: AsOf? = nil) throws -> SubjectRecords {
    try SubjectRecords(of: subject, in: log, try snapshot(asOf: asOf))
  }
}

extension Ledger {
  /// As ``LedgerReader/records(of:asOf:)``, as seen by a snapshot.
  public func records(of subject: String, _ snapshot: ProjectionSnapshot) throws -> SubjectRecords {
    try SubjectRecords(of: subject, in: log, snapshot)
  }
}
