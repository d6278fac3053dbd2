import EventLog
import HTTPTypes
import Ledger

/// The answers to one group of events: one alone, or a batch.
enum AppendAnswer {
  /// 201 where the event is recorded now, 200 where it was before.
  static func event(_ results: [Result<[Receipt], Refusal>]) throws(Problem) -> WholeAnswer {
    let receipts = try receipts(results)
    var body: [UInt8] = []
    body.reserveCapacity(256)
    receipts.first?.writeJSON(to: &body)
    return .json(receipts.allSatisfy(\.duplicate) ? .ok : .created, body)
  }

  /// 201 where anything is recorded now, 200 where all of it was before.
  static func batch(_ results: [Result<[Receipt], Refusal>]) throws(Problem) -> WholeAnswer {
    let receipts = try receipts(results)
    var body: [UInt8] = []
    body.reserveCapacity(256 * receipts.count)
    for receipt in receipts {
      body.append(body.isEmpty ? UInt8(ascii: "[") : UInt8(ascii: ","))
      receipt.writeJSON(to: &body)
    }
    body.append(UInt8(ascii: "]"))
    return .json(receipts.allSatisfy(\.duplicate) ? .ok : .created, body)
  }

  private static func receipts(_ results: [Result<[Receipt], Refusal>]) throws(Problem) -> [Receipt] {
    guard let result = results.first else { preconditionFailure("the ledger answers every group it is given") }
    do {
      return try result.get()
    } catch {
      throw Problem(error)
    }
  }
}
