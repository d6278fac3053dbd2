import EventLog
import HTTPTypes
import HummingbirdCore
import Ledger
import LogFormat
import NIOCore

/// The answers to events sent one by one or as a batch.
enum AppendAnswer {
  /// 201 where the event is recorded now, 200 where it was before.
  static func event(_ event: Event, to ledger: Ledger, by principal: Principal) async throws(Problem) -> Response {
    let receipts = try receipts(await ledger.append([[event]], by: principal).first)
    var body: [UInt8] = []
    body.reserveCapacity(256)
    receipts.first?.writeJSON(to: &body)
    return .json(receipts.allSatisfy(\.duplicate) ? .ok : .created, body)
  }

  /// 201 where anything is recorded now, 200 where all of it was before.
  static func batch(_ events: [Event], to ledger: Ledger, by principal: Principal) async throws(Problem) -> Response {
    guard !events.isEmpty else { return .json(.ok, Array("[]".utf8)) }
    let receipts = try receipts(await ledger.append([events], by: principal, asBatch: true).first)
    var body: [UInt8] = []
    body.reserveCapacity(256 * receipts.count)
    for receipt in receipts {
      body.append(body.isEmpty ? UInt8(ascii: "[") : UInt8(ascii: ","))
      receipt.writeJSON(to: &body)
    }
    body.append(UInt8(ascii: "]"))
    return .json(receipts.allSatisfy(\.duplicate) ? .ok : .created, body)
  }

  private static func receipts(_ result: Result<[Receipt], Refusal>?) throws(Problem) -> [Receipt] {
    switch result {
    case .success(let receipts)?: return receipts
    case .failure(let refusal)?: throw Problem(refusal)
    case nil: preconditionFailure("the ledger answers every group it is given")
    }
  }
}

extension Response {
  /// A JSON text.
  static func json(_ status: HTTPResponse.Status, _ text: [UInt8]) -> Response {
    .whole(status, "application/json", text)
  }

  static func whole(_ status: HTTPResponse.Status, _ contentType: String, _ text: [UInt8]) -> Response {
    Response(
      status: status, headers: [.contentType: contentType],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: text)))
  }
}
