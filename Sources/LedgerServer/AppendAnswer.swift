import EventLog
import HTTPTypes
import Ledger

/// The answers to one group of events: one alone, or a batch.
enum AppendAnswer {
  /// 201 where the event is recorded now, 200 where it was before.
  ///
  /// - Parameter proofs: the proof of every receipt, where the client has waited for them.
  static func event(_ events: PlacedEvents, proofs: [String]? = nil) -> WholeAnswer {
    var body: [UInt8] = []
    body.reserveCapacity(256)
    events.writeReceipt(of: 0, proof: proofs?.first, to: &body)
    return answer(events, body, hasProofs: proofs != nil)
  }

  /// 201 where anything is recorded now, 200 where all of it was before.
  ///
  /// - Parameter proofs: the proof of every receipt, where the client has waited for them.
  static func batch(_ events: PlacedEvents, proofs: [String]? = nil) -> WholeAnswer {
    var body: [UInt8] = []
    body.reserveCapacity(256 * events.count)
    for event in 0..<events.count {
      body.append(event == 0 ? UInt8(ascii: "[") : UInt8(ascii: ","))
      events.writeReceipt(of: event, proof: proofs?[event], to: &body)
    }
    body.append(UInt8(ascii: "]"))
    return answer(events, body, hasProofs: proofs != nil)
  }

  private static func answer(_ events: PlacedEvents, _ body: [UInt8], hasProofs: Bool) -> WholeAnswer {
    var answer = WholeAnswer.json(events.areDuplicates ? .ok : .created, body)
    if hasProofs { answer.headers[.preferenceApplied] = "wait" }
    return answer
  }
}

extension Appended {
  /// The events of the one group that was given to the ledger.
  func onlyGroup() throws(Problem) -> PlacedEvents {
    guard let result = results.first else { preconditionFailure("the ledger answers every group it is given") }
    do {
      return try result.get()
    } catch {
      throw Problem(error)
    }
  }
}
