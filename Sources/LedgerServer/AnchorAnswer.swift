import EventLog
import HTTPTypes
import HummingbirdCore
import Ledger
import LogFormat
import TimeStamps
import TransparencyLog

/// `POST /v1/anchors`: what somebody outside has confirmed about the log, and what is sent there.
///
/// By `kind`, with the members beside it:
/// - `checkpoint`: answers 200 `{"checkpoint":"…"}`, signed over every durable record, and kept, for it leaves the house.
/// - `cosignature`, `checkpoint` (the note with the cosignature) or `cosignature` (its line alone), `witness` (vkey):
///   answers the receipt.
/// - `time-stamp-request`, `renews` (the record of the time stamp to renew), `algorithm` (of its new tree): answers 200
///   `{"size":…,"von":…,"algorithmus":"sha256","baumwurzel":"<hex>","checkpoint":"…"}`, what to ask an authority for.
/// - `time-stamp`, `response` (base64 of the DER), `certificates` (PEM), `size`, `renews`: answers the receipt.
enum AnchorAnswer {
  static func answer(
    _ body: JSONValue, from ledger: Ledger, to principal: Principal
  ) async throws(Problem) -> Response {
    switch try text("kind", of: body) {
    case "checkpoint":
      try expect(only: ["kind"], in: body)
      let note = try await call { () throws(Refusal) in try await ledger.checkpointToSend(by: principal) }
      return .json(.ok, Array(#"{"checkpoint":\#(JSONText.string(note))}"#.utf8))
    case "cosignature":
      try expect(only: ["kind", "checkpoint", "cosignature", "witness"], in: body)
      let answer = try cosignature(body)
      let witness = try key("witness", of: body)
      return receipt(
        try await call { () throws(Refusal) in
          try await ledger.anchor(answer, by: witness, asked: principal)
        })
    case "time-stamp-request":
      try expect(only: ["kind", "renews", "algorithm"], in: body)
      let (renews, algorithm) = (try sequence("renews", of: body), try algorithm(of: body))
      let question = try await call { () throws(Refusal) in
        try await ledger.timeStampQuestion(renewing: renews, by: algorithm, asked: principal)
      }
      return .json(.ok, Array(json(question).utf8))
    case "time-stamp":
      try expect(only: ["kind", "response", "certificates", "size", "renews"], in: body)
      guard let response = Base64.decode(try text("response", of: body)) else {
        throw .malformed("/response", "expected base64")
      }
      let answer = TimeStampAnswer(
        response: response, certificates: try text("certificates", of: body), size: try sequence("size", of: body),
        renews: try sequence("renews", of: body))
      return receipt(
        try await call { () throws(Refusal) in try await ledger.anchor(answer, asked: principal) })
    default:
      throw .malformed(
        "/kind", "expected \"checkpoint\", \"cosignature\", \"time-stamp-request\" or \"time-stamp\"")
    }
  }

  private static func json(_ question: TimeStampQuestion) -> String {
    let members = [
      #""size":\#(question.size)"#, #""von":\#(question.from)"#,
      #""algorithmus":"\#(question.imprint.algorithm.rawValue)""#, #""baumwurzel":"\#(question.imprint.hex)""#,
      #""checkpoint":\#(JSONText.string(question.checkpoint))"#,
    ]
    return "{" + members.joined(separator: ",") + "}"
  }

  private static func cosignature(_ body: JSONValue) throws(Problem) -> CosignatureAnswer {
    guard body["checkpoint"] == nil || body["cosignature"] == nil else {
      throw .malformed("/cosignature", "the checkpoint holds it already")
    }
    if body["cosignature"] != nil { return .lines(try text("cosignature", of: body)) }
    let note = Array(try text("checkpoint", of: body).utf8)
    do {
      return .note(try SignedNote(parsing: note))
    } catch {
      throw .malformed("/checkpoint", "\(error)")
    }
  }

  private static func receipt(_ receipt: Receipt) -> Response {
    var body: [UInt8] = []
    receipt.writeJSON(to: &body)
    return .json(receipt.duplicate ? .ok : .created, body)
  }

  private static func call<Value: Sendable>(
    _ body: () async throws(Refusal) -> Value
  ) async throws(Problem) -> Value {
    do {
      return try await body()
    } catch {
      throw Problem(error)
    }
  }

  // MARK: Members

  static func text(_ name: String, of body: JSONValue) throws(Problem) -> String {
    guard let text = body[name]?.string else { throw .malformed("/" + name, "expected a string") }
    return text
  }

  /// A number that may be missing.
  private static func sequence(_ name: String, of body: JSONValue) throws(Problem) -> UInt64? {
    guard let value = body[name] else { return nil }
    guard let number = value.integer.flatMap({ UInt64(exactly: $0) }) else {
      throw .malformed("/" + name, "expected a whole number from 0")
    }
    return number
  }

  private static func algorithm(of body: JSONValue) throws(Problem) -> HashAlgorithm? {
    guard body["algorithm"] != nil else { return nil }
    guard let algorithm = HashAlgorithm(rawValue: try text("algorithm", of: body)) else {
      throw .malformed(
        "/algorithm", "expected \(HashAlgorithm.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return algorithm
  }

  private static func key(_ name: String, of body: JSONValue) throws(Problem) -> VerifierKey {
    let vkey = try text(name, of: body)
    do {
      return try VerifierKey(vkey)
    } catch {
      throw .malformed("/" + name, "\(error)")
    }
  }

  static func expect(only names: Set<String>, in body: JSONValue) throws(Problem) {
    guard body.kind == .object else { throw .malformed("", "expected an object") }
    for member in body.members where !names.contains(member.name) {
      throw .malformed(
        "/" + JSONText.pointerToken(member.name), "unknown; expected \(names.sorted().joined(separator: ", "))")
    }
  }
}
