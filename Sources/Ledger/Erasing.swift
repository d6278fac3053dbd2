import Dispatch
import EventLog
import Foundation
import LogFormat
import Privacy
import ReadModels

/// Carries erasures through: asked for by one, carried out by another, recorded before the key goes.
///
/// 1. The records that hold something sealed of the person are found, and the packs say whether any must be kept.
/// 2. Nothing more is sealed with the key, and what was sealed with it has been answered. The packs are asked again, and
///    once more if something is recorded before the record has its place.
/// 3. The record is durable. From here on the key opens nothing more.
/// 4. Every other file of the ledger is looked through for the key and for what was sealed. As long as the key is there, a
///    crash can be made up for: without it nobody would know what to look for.
/// 5. The key is destroyed, and what came out of the search is recorded.
///
/// What a crash broke off behind the record, opening finishes: ``finish(in:keys:)``.
struct Erasing: Sendable {
  let log: Log
  let keys: KeyStore
  let gate: SealingGate
  let holds: HoldCheck

  /// Where something is sealed of a person, in the first `size` records.
  private struct Found {
    var person: String
    var subjects: Set<String> = []
    var size: UInt64 = 0
  }

  /// What is to be done for one person.
  private struct Step {
    var person: String
    var key: ErasedKey
    /// The request of someone else, which this step carries out.
    var request: Record?
    /// What the key has sealed.
    var traces = ErasedTraces()

    var name: String { request == nil ? ErasureRecord.requested : ErasureRecord.carriedOut }
  }

  /// - Returns: what became of it for each person, in their order.
  /// - Throws: ``Refusal``; then nothing has been recorded for any of them, or it says what was.
  func erase(_ request: ErasureRequest, by principal: Principal) async throws(Refusal) -> [Erasure] {
    try check(request, by: principal)
    let actor = principal.delegates ? request.authid ?? principal.name : principal.name
    let found = try await blocking { () throws(Refusal) in try refuseHeld(request.persons, actor: actor) }
    for person in request.persons { keys.withhold(person) }
    defer { for person in request.persons { keys.release(person) } }
    await gate.settle()
    do {
      return try await erase(request, found, as: actor, principal)
    } catch  where error.pointer == Erasing.raced {
      // Someone else asked for the same in between: what they recorded is there now.
      return try await erase(request, found, as: actor, principal)
    }
  }

  private static let raced = "/id"

  private func erase(
    _ request: ErasureRequest, _ found: [Found], as actor: String, _ principal: Principal
  ) async throws(Refusal) -> [Erasure] {
    let (steps, examination) = try await blocking { () throws(Refusal) in
      var steps: [Step] = []
      for (place, person) in request.persons.enumerated() {
        var step = try step(for: person, as: actor, pointer: "/persons/\(place)")
        if step.request != nil { step.traces = try traces(of: step) }
        steps.append(step)
      }
      return (steps, try examine(found).examination)
    }
    let receipts: [Receipt]
    do {
      receipts = try await Ledger.record(
        steps.map { step in
          Ledger.OwnRecord(
            name: step.name, id: step.key.id.hex,
            data: ErasureRecord.json(step.person, step.key, request, requestedBy: step.request))
        }, as: actor, by: principal.name, log, examination: examination)
    } catch let refusal as Refusal {
      throw Refusal(refusal.kind, pointer: refusal.pointer.hasSuffix("/id") ? Erasing.raced : "", refusal.detail)
    } catch {
      throw Refusal(.unavailable, "\(error)")
    }
    for step in steps where step.request != nil { keys.retire(step.key.id) }
    var erasures: [Erasure] = []
    for (step, receipt) in zip(steps, receipts) {
      var erasure = Erasure(
        person: step.person, state: step.request == nil ? .requested : .erased, key: step.key.id.hex,
        request: step.request?.sequence ?? receipt.sequence, receipt: receipt)
      if step.request != nil { erasure.remains = try await destroy(step, receipt, as: actor, principal) }
      erasures.append(erasure)
    }
    return erasures
  }

  // MARK: What stands against it

  /// Refuses persons whose data must be kept (DSGVO Art. 17 Abs. 3 Buchst. b), before anything is withheld or recorded.
  private func refuseHeld(_ persons: [String], actor: String) throws(Refusal) -> [Found] {
    // What is refused anyway need not be looked for in the whole log.
    for (place, person) in persons.enumerated() { _ = try step(for: person, as: actor, pointer: "/persons/\(place)") }
    return try examine(persons.map { Found(person: $0) }).found
  }

  /// Asks whether anything must be kept, by everything durable now.
  ///
  /// - Parameter found: what is known from before; only the log behind it is read.
  /// - Returns: the same as of now, and the examination for the records. While the keys are withheld, what is recorded
  ///   later can add holds, but no subjects.
  private func examine(_ found: [Found]) throws(Refusal) -> (found: [Found], examination: Examination) {
    var found = found
    for place in found.indices {
      let person = found[place].person
      do {
        let size = log.size
        try PersonSearch.forEachSealed(
          person, keys: try log.keys(of: person, keys), in: log, from: found[place].size, below: size
        ) { found[place].subjects.insert($0.record.subject) }
        found[place].size = size
      } catch {
        throw Refusal(
          .unavailable, pointer: "/persons/\(place)", "whether anything must be kept cannot be told: \(error)")
      }
    }
    let matters = found.map {
      HoldCheck.Matter(
        matter: .person($0.person, subjects: $0.subjects.sorted()),
        refusal: "\($0.person) cannot be erased (DSGVO Art. 17 Abs. 3 Buchst. b): ")
    }
    do throws(AppendError) {
      return (found, try holds.examination(of: matters))
    } catch {
      throw Refusal(hold: error, pointer: { "/persons/\($0)" })
    }
  }

  // MARK: What is left

  private func traces(of step: Step) throws(Refusal) -> ErasedTraces {
    do {
      return try ErasedTraces(of: step.key.id, person: step.person, log: log, keys: keys)
    } catch {
      throw Refusal(.unavailable, "what is sealed of \(step.person) cannot be read: \(error)")
    }
  }

  /// Searches, destroys the key, and records what came out.
  private func destroy(
    _ step: Step, _ receipt: Receipt, as actor: String, _ principal: Principal
  ) async throws(Refusal) -> RemainsSearch.Result {
    let search = step.traces.search(in: log.directory)
    let result = try await blocking { () throws(Refusal) in
      let result = search.run()
      do {
        try keys.destroy(step.key.id)
      } catch {
        throw Refusal(
          .unavailable,
          "recorded as \(receipt.sequence); key \(step.key.id) is used no more, but its file is still there: \(error); "
            + "opening the ledger again removes it")
      }
      return result
    }
    do {
      let record = Ledger.OwnRecord(
        name: ErasureRecord.searched, id: step.key.id.hex, data: ErasureRecord.json(step.person, step.key, result))
      try await Ledger.record([record], as: actor, by: principal.name, log)
    } catch let refusal as Refusal {
      throw Refusal(
        refusal.kind, pointer: refusal.pointer,
        "\(step.person) is erased and \(result.count) remains were found, which is not recorded: \(refusal.detail)")
    } catch {
      throw Refusal(.unavailable, "\(error)")
    }
    return result
  }

  /// Finishes at opening what a crash broke off behind the record: what is left is searched for, and the key goes.
  ///
  /// A copy of the keys that was put back is destroyed in the same way. Where the key was gone before anything could be
  /// opened with it, nobody knows what to look for, and that is recorded.
  static func finish(in log: Log, keys: KeyStore) async throws {
    for record in try log.ledgerRecords(ErasureRecord.carriedOut) {
      let key = try ErasureRecord.key(record)
      let isSearched = try log.isRecorded(source: Log.ledgerSource, id: "\(ErasureRecord.searched)-\(key)")
      let traces =
        isSearched
        ? nil : Result { try ErasedTraces(of: key, person: record.data?["person"]?.string ?? "", log: log, keys: keys) }
      let outcome = traces?.map { $0.search(in: log.directory).run() }
      try keys.destroy(key)
      guard let outcome else { continue }
      try await Ledger.record(
        ErasureRecord.searched, id: key.hex, try ErasureRecord.json(outcome, after: record), log)
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
    if let authid = request.authid, !Attribute.isActor(authid) {
      throw Refusal(.malformed, pointer: "/authid", "expected who asks for it, without white space at its ends")
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
