import EventLog
import HTTPTypes
import Ledger

/// The answers to one group of events: one alone, or a batch.
enum AppendAnswer {
  /// 201 where the event is recorded now, 200 where it was before.
  ///
  /// - Parameter proofs: the proof of every receipt, where the client has waited for them.
  static func event(_ receipts: [Receipt], proofs: [String]? = nil) -> WholeAnswer {
    var body: [UInt8] = []
    body.reserveCapacity(256)
    receipts.first?.writeJSON(proof: proofs?.first, to: &body)
    return answer(receipts, body, hasProofs: proofs != nil)
  }

  /// 201 where anything is recorded now, 200 where all of it was before.
  ///
  /// - Parameter proofs: the proof of every receipt, where the client has waited for them.
  static func batch(_ receipts: [Receipt], proofs: [String]? = nil) -> WholeAnswer {
    var body: [UInt8] = []
    body.reserveCapacity(256 * receipts.count)
    for (index, receipt) in receipts.enumerated() {
      body.append(index == 0 ? UInt8(ascii: "[") : UInt8(ascii: ","))
      receipt.writeJSON(proof: proofs?[index], to: &body)
    }
    body.append(UInt8(ascii: "]"))
    return answer(receipts, body, hasProofs: proofs != nil)
  }

  private static func answer(_ receipts: [Receipt], _ body: [UInt8], hasProofs: Bool) -> WholeAnswer {
    var answer = WholeAnswer.json(receipts.allSatisfy(\.duplicate) ? .ok : .created, body)
    if hasProofs { answer.headers[.preferenceApplied] = "wait" }
    return answer
  }
}

extension [Result<[Receipt], Refusal>] {
  /// The receipts of the one group that was given to the ledger.
  func onlyReceipts() throws(Problem) -> [Receipt] {
    guard let result = first else { preconditionFailure("the ledger answers every group it is given") }
    do {
      return try result.get()
    } catch {
      throw Problem(error)
    }
  }
}
