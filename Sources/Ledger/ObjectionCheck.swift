import DomainPacks
import EventLog
import Foundation
import LogFormat
import ReadModels

/// Asks the packs' objections whether what is recorded speaks against an event.
struct ObjectionCheck: Sendable {
  let packs: PackSet
  let log: Log
  /// The projections with the first so many records taken in, or more.
  let snapshot: @Sendable (_ size: UInt64) throws -> ProjectionSnapshot

  /// Everybody waits for an examination that is made again.
  private static let limits = QueryLimits(
    maximumRows: 1_000, maximumBytes: 1 << 20, maximumSteps: 100_000_000, maximumTime: .seconds(5), allowsClock: false)

  /// What packs may object to the event.
  private func objections(to event: Event) -> [Objection] {
    packs.eventType(event.type)?.objections(to: event.payload.json) ?? []
  }

  /// Examines the last events of a request, which are to be a group, by everything durable now.
  ///
  /// - Returns: nil where no pack can object to any of them.
  func examination(ofLast count: Int, of request: AppendRequest) throws(AppendError) -> Examination? {
    var examined: [(place: Int, event: Event)] = []
    var subjects: [String] = []
    for place in 0..<count {
      let event: Event
      do {
        event = try request.event(at: request.eventCount - count + place)
        // Idempotency comes first: what was recorded is answered for, whatever speaks against it today.
        guard try !objections(to: event).isEmpty && !log.isRecorded(source: event.source, id: event.id) else {
          subjects.append(event.subject)
          continue
        }
      } catch {
        throw .notExamined(index: place, reason: "\(error)")
      }
      if let first = subjects.firstIndex(of: event.subject) {
        throw .objection(
          index: place,
          reasons: ["it depends on what is recorded, so it cannot be in one batch behind event \(first) on its subject"]
        )
      }
      subjects.append(event.subject)
      examined.append((place, event))
    }
    if examined.isEmpty { return nil }
    let (size, recordedBy) = (log.size, request.recordedBy)
    if let error = examine(examined, recordedBy, size) { throw error }
    return Examination(size: size) { [examined] in examine(examined, recordedBy, $0) }
  }

  private func examine(_ events: [(place: Int, event: Event)], _ recordedBy: String, _ size: UInt64) -> AppendError? {
    var place = events.first?.place ?? 0
    do {
      let snapshot = try self.snapshot(size)
      defer { snapshot.close() }
      for event in events {
        place = event.place
        let reasons = try reasons(against: event.event, recordedBy, snapshot)
        if !reasons.isEmpty { return .objection(index: event.place, reasons: reasons) }
      }
      return nil
    } catch {
      return .notExamined(index: place, reason: "\(error)")
    }
  }

  private func reasons(
    against event: Event, _ recordedBy: String, _ snapshot: ProjectionSnapshot
  ) throws -> [String] {
    let arguments: [String: SQLValue] = [
      "subject": .text(event.subject), "type": .text(event.type), "authid": .text(event.authid ?? recordedBy),
      "data": event.payload.json.map { .text(String(decoding: $0.text, as: UTF8.self)) } ?? .null,
      "effective": .text(AsOf.today(in: log.description.timeZone)),
    ]
    return try objections(to: event).flatMap { objection in
      let result = try snapshot.rows(objection.sql, arguments: arguments, limits: ObjectionCheck.limits)
      let column = result.columns.firstIndex(of: "text")
      return result.rows.map { row in
        if let column, case .text(let text) = row[column] { "\(objection.title): \(text)" } else { objection.title }
      }
    }
  }
}

extension AsOf {
  /// The calendar day in a time zone, `YYYY-MM-DD`.
  public static func today(in timeZone: String) -> String {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(identifier: timeZone) ?? .gmt
    let day = calendar.dateComponents([.year, .month, .day], from: Date())
    return String(format: "%04d-%02d-%02d", day.year ?? 0, day.month ?? 0, day.day ?? 0)
  }
}
