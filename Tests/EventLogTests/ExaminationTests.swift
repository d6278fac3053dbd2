import LogFormat
import Synchronization
import Testing

@testable import EventLog

/// What was found out about earlier records holds for the log as it was then.
@Suite struct ExaminationTests {
  /// Appends an event that was examined when the log had so many records.
  ///
  /// - Returns: what became of it, and for which sizes it was examined again.
  private func append(
    _ event: PreparedEvent, to log: Log, examinedAt size: UInt64, _ objection: AppendError? = nil
  ) async -> (result: Result<[Receipt], AppendError>, sizes: [UInt64]) {
    let asked = Asked()
    var request = AppendRequest(recordedBy: "test")
    request.add(event.event, transition: event.transition)
    request.closeGroup(
      Examination(size: size) { size in
        asked.sizes.withLock { $0.append(size) }
        return objection
      })
    let outcome = await log.append(request)
    return (outcome.receipts(of: 0), asked.sizes.withLock { $0 })
  }

  private final class Asked: Sendable {
    let sizes = Mutex<[UInt64]>([])
  }

  @Test("Where nothing came since, nothing is asked again")
  func current() async throws {
    try await withLedger { ledger in
      let log = try ledger.open()
      _ = await log.append([AppendGroup([event("1")], recordedBy: "test")])
      let (result, sizes) = await append(
        event("2", on: "akte/2"), to: log, examinedAt: log.size, .objection(index: 0, reasons: ["no"]))
      #expect(try result.get().count == 1)
      #expect(sizes.isEmpty)
    }
  }

  @Test("What came since is examined before the event gets its place, and may refuse it")
  func outdated() async throws {
    try await withLedger { ledger in
      let log = try ledger.open()
      let before = log.size
      _ = await log.append([AppendGroup([event("1")], recordedBy: "test")])
      let size = log.size
      let refused = await append(
        event("2", on: "akte/2"), to: log, examinedAt: before, .objection(index: 0, reasons: ["gesperrt"]))
      #expect(refused.result == .failure(.objection(index: 0, reasons: ["gesperrt"])))
      #expect(refused.sizes == [size])
      #expect(log.size == size)
      let taken = await append(event("2", on: "akte/2"), to: log, examinedAt: before)
      #expect(try taken.result.get().first?.sequence == size)
      #expect(taken.sizes == [size])
    }
  }

  @Test("A repeated event is answered for without being asked about")
  func repeated() async throws {
    try await withLedger { ledger in
      let log = try ledger.open()
      let before = log.size
      let first = try await log.append([AppendGroup([event("1")], recordedBy: "test")])[0].get()
      let again = await append(event("1"), to: log, examinedAt: before, .objection(index: 0, reasons: ["no"]))
      #expect(try again.result.get().map(\.sequence) == first.map(\.sequence))
      #expect(again.sizes.isEmpty)
    }
  }
}
