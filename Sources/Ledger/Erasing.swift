import Dispatch
import EventLog
import LogFormat
import Privacy

/// Carries erasures through: asked for by one, carried out by another, recorded before the key goes.
///
/// 1. Nothing more is sealed with the key, and what was sealed with it has been answered.
/// 2. The record is durable.
/// 3. The key is destroyed. After a crash before this, opening does it.
struct Erasing: Sendable {
  let log: Log
  let keys: KeyStore
  let gate: SealingGate

  /// What is to be done for one person.
  private struct Step {
    var person: String
    var key: ErasedKey
    /// The request of someone else, which this step carries out.
    var request: Record?

    var name: String { request == nil ? ErasureRecord.requested : ErasureRecord.carriedOut }
  }

  /// - Returns: what became of it for each person, in their order.
  /// - Throws: ``Refusal``; then nothing has been recorded for any of them, or it says what was.
  func erase(_ request: ErasureRequest, by principal: Principal) async throws(Refusal) -> [Erasure] {
    try check(request, by: principal)
    let actor = principal.delegates ? request.authid ?? principal.name : principal.name
    for person in request.persons { keys.withhold(person) }
    defer { for person in request.persons { keys.release(person) } }
    await gate.settle()
    do {
      return try await erase(request, as: actor, principal)
    } catch  where error.pointer == Erasing.raced {
      // Someone else asked for the same in between: what they recorded is there now.
      return try await erase(request, as: actor, principal)
    }
  }

  private static let raced = "/id"

  private func erase(
    _ request: ErasureRequest, as actor: String, _ principal: Principal
  ) async throws(Refusal) -> [Erasure] {
    let steps = try await blocking { () throws(Refusal) in
      var steps: [Step] = []
      for (place, person) in request.persons.enumerated() {
        steps.append(try step(for: person, as: actor, pointer: "/persons/\(place)"))
      }
      return steps
    }
    let receipts: [Receipt]
    do {
      receipts = try await Ledger.record(
        steps.map { step in
          Ledger.OwnRecord(
            name: step.name, id: step.key.id.hex,
            data: ErasureRecord.json(step.person, step.key, request, requestedBy: step.request))
        }, as: actor, by: principal.name, log)
    } catch let refusal as Refusal {
      throw Refusal(refusal.kind, pointer: refusal.pointer.hasSuffix("/id") ? Erasing.raced : "", refusal.detail)
    } catch {
      throw Refusal(.unavailable, "\(error)")
    }
    try await blocking { () throws(Refusal) in
      for (step, receipt) in zip(steps, receipts) where step.request != nil {
        do {
          try keys.destroy(step.key.id)
        } catch {
          throw Refusal(
            .unavailable,
            "recorded as \(receipt.sequence); key \(step.key.id) is used no more, but its file is still there: \(error); "
              + "opening the ledger again removes it")
        }
      }
    }
    return zip(steps, receipts).map { step, receipt in
      Erasure(
        person: step.person, state: step.request == nil ? .requested : .erased, key: step.key.id.hex,
        request: step.request?.sequence ?? receipt.sequence, receipt: receipt)
    }
  }

  private func check(_ request: ErasureRequest, by principal: Principal) throws(Refusal) {
    guard principal.rights.contains(.administer) else {
      throw Refusal(.forbidden, "\(principal.name) may not erase personal data")
    }
    guard !request.persons.isEmpty else {
      throw Refusal(.malformed, pointer: "/persons", "expected at least one person")
    }
    for (place, person) in request.persons.enumerated() where request.persons[..<place].contains(person) {
      throw Refusal(.malformed, pointer: "/persons/\(place)", "named twice")
    }
    for (name, text) in [("reason", request.reason), ("legalbasis", request.legalBasis)]
    where text.allSatisfy(\.isWhitespace) {
      throw Refusal(.malformed, pointer: "/" + name, "expected a text")
    }
    if let authid = request.authid, authid.isEmpty {
      throw Refusal(.malformed, pointer: "/authid", "expected who asks for it")
    }
  }

  private func step(for person: String, as actor: String, pointer: String) throws(Refusal) -> Step {
    let key: ErasedKey
    do {
      switch try keys.state(of: person) {
      case .unknown: throw Refusal(.notFound, pointer: pointer, "nothing was ever sealed for \(person)")
      case .destroyed(let id, _):
        let record = try log.record(source: Log.ledgerSource, id: "\(ErasureRecord.carriedOut)-\(id)")
        throw Refusal(
          .conflict, pointer: pointer,
          "\(person) was erased with record \(record.map { "\($0.sequence)" } ?? "unknown"); nothing was sealed since")
      case .sealing(let id, let generation): key = ErasedKey(id: id, generation: generation)
      }
      let request = try log.record(source: Log.ledgerSource, id: "\(ErasureRecord.requested)-\(key.id)")
      guard let request else { return Step(person: person, key: key, request: nil) }
      guard request.authid != actor else {
        throw Refusal(
          .conflict, pointer: "/authid",
          "four eyes: \(actor) asked for the erasure of \(person) with record \(request.sequence); "
            + "someone else must carry it out")
      }
      return Step(person: person, key: key, request: request)
    } catch let refusal as Refusal {
      throw refusal
    } catch {
      throw Refusal(.unavailable, pointer: pointer, "\(error)")
    }
  }

  private func blocking<Value: Sendable>(
    _ body: @escaping @Sendable () throws(Refusal) -> Value
  ) async throws(Refusal) -> Value {
    let result: Result<Value, Refusal> = await withCheckedContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(returning: Result(catching: body)) }
    }
    return try result.get()
  }
}
