import DomainPacks
import Foundation
import GRDB
import GRDBSQLite
import LogFormat
import Synchronization
import TransparencyLog

/// Applies records to one connection: rows, and the position they stand for.
///
/// Used on the connection's queue only.
final class Projector {
  private let db: Database
  private let budget: StepBudget
  private var days: LocalDays
  private var handlers = HandlerTable()
  /// As of the last transaction.
  private(set) var state: ProjectionState
  private var dayText: [UInt8] = Array("0000-00-00".utf8)
  private var dayNumber = Int64.min

  /// - Parameter packs: the packs whose handlers run; their tables must be there.
  init(_ db: Database, _ budget: StepBudget, _ plan: ProjectionPlan, packs: Set<String>, _ state: ProjectionState)
    throws
  {
    self.db = db
    self.budget = budget
    self.state = state
    days = try LocalDays(timeZone: state.timeZone)
    for pack in plan.plans where packs.contains(pack.name) {
      for handler in pack.handlers { handlers.add(try Handler(handler, db)) }
    }
  }

  /// Applies the records up to `size`, at most `batch` in a transaction.
  ///
  /// - Throws: ``ProjectionError``, ``ReadModelError`` or SQLite's own; the transaction it happened in is undone, those
  ///   before it stay.
  func apply(from source: any RecordSource, to size: UInt64, batch: UInt64) throws {
    while state.frontier.size < size {
      let end = min(state.frontier.size + batch, size)
      var next = state
      try db.inTransaction {
        try source.forEachLine(from: next.frontier.size, below: end) { line in try apply(line, &next) }
        guard next.frontier.size == end else { throw ReadModelError.logEnds(at: next.frontier.size, wanted: size) }
        try next.store(in: db)
        return .commit
      }
      state = next
    }
  }

  private func apply(_ line: UnsafeRawBufferPointer, _ state: inout ProjectionState) throws {
    let sequence = state.frontier.size
    guard let record = RecordFields(line), let type = record.type else {
      throw ReadModelError.brokenLog(sequence: sequence, detail: "the line is not a record")
    }
    guard record.sequence == sequence else {
      throw ReadModelError.brokenLog(sequence: sequence, detail: "the line does not hold this sequence")
    }
    guard record.previousHash.flatMap({ Digest(hex: $0.bytes) }) == state.lastLeaf else {
      throw ReadModelError.brokenLog(
        sequence: sequence, detail: "previoushash is not the leaf hash of the record before")
    }
    if let interested = handlers[type.bytes] { try run(interested, record, sequence) }
    state.lastLeaf = RFC6962.leafHash(line)
    state.frontier.append(state.lastLeaf)
  }

  private func run(_ interested: [Handler], _ record: RecordFields, _ sequence: UInt64) throws {
    budget.refill(steps: StepLimit.record)
    defer { budget.lift() }
    if interested.contains(where: \.usesDay) { try setDay(record, sequence) }
    try dayText.withUnsafeBytes { day in
      for handler in interested {
        do {
          try handler.run(record, day: day)
        } catch let error as DatabaseError where !error.concernsFile {
          let message = budget.exhaustion == nil ? error.text : StepLimit.message(StepLimit.record)
          throw ProjectionError(
            pack: handler.plan.pack, eventType: handler.plan.eventType, sequence: sequence, message: message)
        } catch let error as JSONError {
          throw ReadModelError.brokenLog(sequence: sequence, detail: "\(error)")
        }
      }
    }
  }

  private func setDay(_ record: RecordFields, _ sequence: UInt64) throws {
    guard let time = record.time ?? record.recordedTime, let moment = Timestamp(utf8: time.bytes) else {
      throw ReadModelError.brokenLog(sequence: sequence, detail: "time is not an RFC 3339 time")
    }
    let number = days.dayNumber(of: moment)
    guard number != dayNumber else { return }
    dayNumber = number
    dayText = Array(CivilDate.text(dayNumber: number).utf8)
  }
}

/// The handlers for each event type, found by the bytes of the type as it stands in the line.
private struct HandlerTable {
  private var buckets: [UInt64: [(type: [UInt8], handlers: [Handler])]] = [:]

  mutating func add(_ handler: Handler) {
    let type = Array(handler.plan.eventType.utf8)
    let key = type.withUnsafeBytes { HandlerTable.hash($0) }
    var bucket = buckets[key] ?? []
    if let place = bucket.firstIndex(where: { $0.type == type }) {
      bucket[place].handlers.append(handler)
    } else {
      bucket.append((type, [handler]))
    }
    buckets[key] = bucket
  }

  subscript(_ type: UnsafeRawBufferPointer) -> [Handler]? {
    buckets[HandlerTable.hash(type)]?.first { $0.type.elementsEqual(type) }?.handlers
  }

  /// FNV-1a, 64 bits.
  private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
