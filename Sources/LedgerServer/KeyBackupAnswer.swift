import EventLog
import HTTPTypes
import HummingbirdCore
import Ledger
import LogFormat

/// `POST /v1/key-backups`: `{"until":"2026-12-31"}`, before the keys of persons are copied.
///
/// Answers 201 with the receipt of the record that says so.
enum KeyBackupAnswer {
  static func answer(
    _ body: JSONValue, from ledger: Ledger, to principal: Principal
  ) async throws(Problem) -> Response {
    let day = try AnchorAnswer.text("until", of: body)
    try AnchorAnswer.expect(only: ["until"], in: body)
    let receipt: Receipt
    do {
      receipt = try await ledger.recordKeyBackup(until: day, by: principal)
    } catch {
      throw Problem(error)
    }
    var answer: [UInt8] = []
    receipt.writeJSON(to: &answer)
    return .json(.created, answer)
  }
}
