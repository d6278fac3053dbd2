import DomainPacks
import Foundation
import GRDB
import GRDBSQLite
import LogFormat
import Threads
import TransparencyLog

/// Applies records to one connection: rows, and the position they stand for.
///
/// Used on the connection's queue only.
final class Projector {
  private let db: Database
  private let budget: StepBudget
  private let days: LocalDays
  /// Of the packs whose handlers run, until they are compiled.
  private var plans: [ProjectionPlan.PackPlan]
  private var types = EventTypes()
  /// By the number of their event type.
  private var handlers: [[Handler]] = []
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
    plans = plan.plans.filter { packs.contains($0.name) }
  }

  /// Compiles the packs' handlers, once: before the first record, since it takes longer than all else at opening.
  ///
  /// - Throws: SQLite's own, where the tables are not as the plan would have made them.
  func compile() throws {
    var (types, handlers) = (types, handlers)
    for pack in plans {
      for plan in pack.handlers {
        let handler = try Handler(plan, db)
        let number = types.add(plan.eventType, usesDay: handler.usesDay)
        if number == handlers.count { handlers.append([]) }
        handlers[number].append(handler)
      }
    }
    (self.types, self.handlers, plans) = (types, handlers, [])
  }

  /// Applies the records up to `size`, at most `batch` in a transaction, while those behind them are read.
  ///
  /// - Parameter committed: called after each transaction.
  /// - Throws: ``ProjectionError``, ``ReadModelError`` or SQLite's own; the transaction it happened in is undone, those
  ///   before it stay.
  func apply(
    from source: any RecordSource, to size: UInt64, batch: UInt64, courtesy: Courtesy = Courtesy(),
    committed: (ProjectionState) throws -> Void = { _ in }
  ) throws {
    try compile()
    guard state.frontier.size < size else { return }
    let stream = RecordStream(source, behind: state, to: size, batch: batch, types, days, courtesy)
    defer { stream.close() }
    while let first = try stream.next() {
      var next = state
      try db.inTransaction {
        var chunk = first
        while true {
          for entry in chunk.entries {
            try run(entry)
            if entry.sequence % 16 == 0 { courtesy.stepAside() }
          }
          if chunk.endsBatch { break }
          guard let following = try stream.next() else { preconditionFailure("the last chunk ends its batch") }
          chunk = following
        }
        next.frontier = chunk.frontier
        next.lastLeaf = chunk.lastLeaf
        try next.store(in: db)
        return .commit
      }
      state = next
      try committed(next)
    }
  }

  private func run(_ entry: RecordChunk.Entry) throws {
    let interested = handlers[entry.type]
    let limit = StepLimit.record(behind: entry.sequence)
    budget.refill(steps: limit)
    defer { budget.lift() }
    if entry.day != dayNumber, types.usesDay(entry.type) {
      dayNumber = entry.day
      dayText = Array(CivilDate.text(dayNumber: entry.day).utf8)
    }
    try dayText.withUnsafeBytes { day in
      for handler in interested {
        do {
          try handler.run(entry.fields, day: day)
        } catch let error as DatabaseError where !error.concernsFile {
          let message = budget.exhaustion == nil ? error.text : StepLimit.message(limit)
          throw ProjectionError(
            pack: handler.plan.pack, eventType: handler.plan.eventType, sequence: entry.sequence, message: message)
        } catch let error as JSONError {
          throw ReadModelError.brokenLog(sequence: entry.sequence, detail: "\(error)")
        }
      }
    }
  }
}
