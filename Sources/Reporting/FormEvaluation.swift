public import DomainPacks
import Foundation
public import LogFormat
public import ReadModels
import TransparencyLog

/// What a form's result would be with some answers more.
///
/// The records of the subject, and of those its result rests on, are projected together with the event that the answers
/// would make, by the same SQL that projects the log: there is no second implementation of a pack's rules.
public struct FormEvaluation {
  /// Where a subject stands.
  public struct Status: Sendable {
    /// All answers in force, a JSON object.
    public let answers: JSONValue
    /// The rows of the result, by the form's columns.
    public let rows: [[SQLValue]]
    /// The fields that the result waits for.
    public let missing: Set<String>
  }

  /// Stands in for who answers; the form does not look at it.
  private static let author = "formular"

  public let form: Form
  public let subject: String
  private let plan: ProjectionPlan
  private let timeZone: String
  /// The records of subjects, in the order of the log.
  private let records: (Set<String>) throws -> [Record]
  private let snapshot: ProjectionSnapshot
  private let loaded = Loaded()

  /// The records read so far: most answers need no others.
  private final class Loaded {
    var subjects: Set<String> = []
    var records: [Record] = []
  }

  /// - Parameters:
  ///   - snapshot: the projections of the log as it is.
  ///   - records: gives the records of some subjects, in the order of the log.
  public init(
    form: Form, subject: String, snapshot: ProjectionSnapshot, timeZone: String,
    records: @escaping (Set<String>) throws -> [Record]
  ) throws {
    self.form = form
    self.subject = subject
    self.snapshot = snapshot
    self.timeZone = timeZone
    self.records = records
    plan = try ProjectionPlan(snapshot.packs)
  }

  /// - Parameter event: what would be recorded; nil for the subject as it is.
  /// - Throws: ``EventRefusal`` where the packs would refuse the event.
  public func status(with event: Event?) throws -> Status {
    if let event { _ = try snapshot.packs.check(event) }
    let subjects = try subjects(of: event)
    if subjects != loaded.subjects {
      loaded.records = try records(subjects)
      loaded.subjects = subjects
    }
    var lines = RestampedRecords()
    for record in loaded.records { lines.append(Event(record)) }
    if let event { lines.append(event.authid == nil ? event.acting(as: FormEvaluation.author) : event) }

    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("aktenspur-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let scratch = try Projections.build(
      at: folder.appendingPathComponent("formular.sqlite").path, plan: plan, source: lines,
      size: UInt64(lines.lines.count), timeZone: timeZone)
    return try status(in: scratch)
  }

  private func subjects(of event: Event?) throws -> Set<String> {
    var subjects: Set<String> = [subject]
    subjects.formUnion(form.surroundings.subjects)
    guard let view = form.surroundings.view else { return subjects }
    let field = form.surroundings.field
    let given = event?.payload.json?.answer([field])
    guard let answer = try given ?? answers(in: snapshot).answer([field]) else { return subjects }
    let rows = try snapshot.rows(
      "SELECT \(quoted(view.subject)) FROM \(quoted(view.name)) WHERE \(quoted(field)) = :antwort",
      arguments: ["antwort": .text(answer.string ?? String(decoding: answer.text, as: UTF8.self))]
    ).rows
    for case .text(let other)? in rows.map(\.first) { subjects.insert(other) }
    return subjects
  }

  private func answers(in snapshot: ProjectionSnapshot) throws -> JSONValue {
    let view = form.answers.view
    let rows = try snapshot.rows(
      "SELECT \(quoted(form.answers.column)) FROM \(quoted(view.name)) WHERE \(quoted(view.subject)) = :subject",
      arguments: ["subject": .text(subject)], limits: .report
    ).rows
    guard case .text(let json)? = rows.first?.first else { return try JSONDocument("{}").root }
    return try JSONDocument(json).root
  }

  private func status(in snapshot: ProjectionSnapshot) throws -> Status {
    let columns = form.columns.map(\.name) + [form.missing]
    let rows = try snapshot.rows(
      "SELECT \(columns.map(quoted).joined(separator: ", ")) FROM \(quoted(form.result.name)) "
        + "WHERE \(quoted(form.result.subject)) = :subject",
      arguments: ["subject": .text(subject)], limits: .report
    ).rows
    var missing: Set<String> = []
    for case .text(let names)? in rows.map(\.last) {
      missing.formUnion(names.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) })
    }
    return Status(answers: try answers(in: snapshot), rows: rows.map { Array($0.dropLast()) }, missing: missing)
  }

  private func quoted(_ name: String) -> String {
    "\"" + name.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }
}

extension Event {
  /// The event that a record was made of; what is sealed in it stays so.
  fileprivate init(_ record: Record) {
    let payload: Payload =
      if let data = record.data { .json(data) } else { record.dataBase64.map { .base64($0) } ?? .none }
    self.init(
      id: record.id, source: record.source, type: record.type, subject: record.subject,
      time: record.time ?? record.recordedTime, extensions: record.extensions,
      dataContentType: record.dataContentType, dataSchema: record.dataSchema, payload: payload)
  }
}

/// Some records as if they were the whole log.
private struct RestampedRecords: RecordSource {
  private(set) var lines: [[UInt8]] = []
  private var previousHash = Digest.zero

  mutating func append(_ event: Event) {
    var line: [UInt8] = []
    event.writeLine(
      stamp: Stamp(
        sequence: UInt64(lines.count), subjectVersion: UInt64(lines.count + 1),
        recordedTime: event.time.flatMap { Timestamp($0) } ?? Timestamp(microseconds: 0),
        recordedBy: "formular", batchEnd: nil, previousHash: previousHash),
      to: &line)
    previousHash = RFC6962.leafHash(line)
    lines.append(line)
  }

  func forEachLine(from: UInt64, below: UInt64, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    guard from < min(below, UInt64(lines.count)) else { return }
    for line in lines[Int(from)..<Int(min(below, UInt64(lines.count)))] { try line.withUnsafeBytes { try body($0) } }
  }
}
