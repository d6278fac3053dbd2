import EventLog
import HTTPTypes
import HummingbirdCore
import Ledger
import LogFormat
import ReadModels
import Reporting

/// Figures, reports and projected rows. All of them stand on one snapshot of the projections.
extension Reading {
  func figures(_ query: Query, for user: UInt32) async throws(Problem) -> Response {
    let effective = try query.text("effective") ?? today
    let names = query.all("name")
    return .json(
      .ok,
      try await evaluate(query, for: user) { snapshot in
        Figures.json(
          try Figures.compute(snapshot: snapshot, effective: effective, names: names.isEmpty ? nil : names))
      })
  }

  func report(_ name: Substring, _ query: Query, for user: UInt32) async throws(Problem) -> Response {
    guard let name = percentDecoded(name) else {
      throw .malformed("/name", "expected percent-encoded UTF-8 (RFC 3986 §2.1)")
    }
    guard let text = try query.text("period") else {
      throw .malformed("/period", "required, and missing; e.g. 2022-H2")
    }
    let period: Period
    do {
      period = try Period(text)
    } catch {
      throw .malformed("/period", error.description)
    }
    guard let format = ReportFormat(rawValue: query["format"] ?? ReportFormat.html.rawValue) else {
      let known = ReportFormat.allCases.map(\.rawValue).joined(separator: ", ")
      throw .malformed("/format", "expected one of \(known)")
    }
    let subject = try query.text("subject")
    let table = try query.text("table")
    let file = try await evaluate(query, for: user) { snapshot in
      try Report.build(name: name, snapshot: snapshot, period: period, subject: subject, table: table).render(format)
    }
    return .whole(.ok, format.contentType, file)
  }

  /// A subject's history, as a page or as JSON.
  func history(of subject: Substring, _ query: Query, for user: UInt32) async throws(Problem) -> Response {
    guard let subject = percentDecoded(subject) else {
      throw .malformed("/subject", "expected percent-encoded UTF-8 (RFC 3986 §2.1)")
    }
    let format = query["format"] ?? "html"
    guard ["html", "json"].contains(format) else { throw .malformed("/format", "expected one of html, json") }
    let file = try await evaluate(query, for: user) { snapshot in
      do {
        let records = try ledger.records(of: subject, snapshot)
        let history = History(
          of: subject, parts: records.parts, records: records.records, packs: records.packs, asof: records.head)
        return format == "json" ? history.json : try history.html
      } catch let refusal as Refusal {
        throw Problem(refusal)
      }
    }
    return .whole(.ok, format == "json" ? "application/json" : "text/html; charset=utf-8", file)
  }

  /// One array of objects, a row each.
  func rows(
    of table: Substring, in pack: Substring, _ query: Query, for user: UInt32
  ) async throws(Problem) -> Response {
    guard let pack = percentDecoded(pack), let table = percentDecoded(table) else {
      throw .malformed("/table", "expected percent-encoded UTF-8 (RFC 3986 §2.1)")
    }
    return .json(
      .ok,
      try await evaluate(query, for: user) { snapshot in
        guard let object = snapshot.objects.first(where: { $0.pack == pack && $0.name == table }) else {
          throw Problem.notFound("the pack \(pack) has no table or view \(table)")
        }
        let quoted = object.name.replacing(scalar: "\"", with: "\"\"")
        var rows = RowsJSON()
        try snapshot.forEachRow("SELECT * FROM \"\(quoted)\"", limits: .query) {
          rows.columns = $0
        } row: {
          rows.append($0)
        }
        return rows.finished()
      })
  }

  /// Draws something from a snapshot, as of what the query asks for.
  private func evaluate(
    _ query: Query, for user: UInt32, _ draw: @escaping @Sendable (ProjectionSnapshot) throws -> [UInt8]
  ) async throws(Problem) -> [UInt8] {
    var asOf: AsOf?
    if let text = query["as-of"] {
      asOf = AsOf(text)
      if asOf == nil {
        throw .malformed("/as-of", "expected a number of records, a day, or a moment (RFC 3339)")
      }
    }
    // A past state is built for the asking, which may take long.
    if asOf != nil { try builds.enter(user) }
    defer { if asOf != nil { builds.leave(user) } }
    return try await blocking(on: threads.evaluating) { [asOf] in
      let snapshot = try ledger.snapshot(asOf: asOf)
      defer { snapshot.close() }
      do {
        return try draw(snapshot)
      } catch let error as ReportingError {
        throw Problem(error) ?? error
      } catch let error as QueryError {
        throw Problem(.serviceUnavailable, "too-much", title: "Too much", error.description)
      }
    }
  }

  /// The calendar day in the ledger's time zone.
  private var today: String { AsOf.today(in: ledger.log.description.timeZone) }
}

extension Problem {
  /// What the caller asked for wrongly; nil where the fault is a pack's.
  fileprivate init?(_ error: ReportingError) {
    switch error {
    case .notADay: self = .malformed("/effective", error.description)
    case .unknownFigures:
      self = .notFound(error.description)
      pointer = "/name"
    case .unknownReport: self = .notFound(error.description)
    case .unknownTable:
      self = .notFound(error.description)
      pointer = "/table"
    case .ambiguousReport, .unknownPacks, .definition, .query: return nil
    }
  }
}
