import Dispatch
import DocumentStore
public import EventLog
import LogFormat
import ReadModels
public import TransparencyLog

extension Contents {
  /// Whether the newest record about a content says that it was destroyed.
  func isDestroyed(_ digest: Digest) throws -> Bool { try history(digest).destruction != nil }

  /// Carries out what was recorded before a crash, and takes back what was not.
  func finishRemovals() throws {
    for digest in try store.announcedRemovals() {
      if try isDestroyed(digest) { try store.remove(digest) } else { try store.withdrawRemoval(of: digest) }
    }
  }
}

extension Ledger {
  /// Destroys a content; its records stay, and one more says why it is gone.
  ///
  /// 1. The packs say whether it must be kept: as long as a Dokument that lives refers to it, for example.
  /// 2. That it is about to go is noted. 3. The record is durable. 4. The file goes; after a crash before, opening does it.
  ///
  /// - Throws: ``Refusal``: `.forbidden` without the right to administer, `.notFound` for what nobody has filed, `.conflict`
  ///   where it must be kept.
  public func destroyContent(
    _ digest: Digest, reason: String, legalBasis: String, authid: String?, by principal: Principal
  ) async throws -> Receipt {
    guard principal.rights.contains(.administer) else {
      throw Refusal(.forbidden, "\(principal.name) may not destroy contents")
    }
    let name = DocumentRecord.name(of: digest)
    let (filing, examination) = try await blocking { () throws -> (FiledContent, Examination) in
      guard let filed = try self.contents.filed(digest) else {
        throw Refusal(.notFound, "nobody has filed \(name), or it is destroyed")
      }
      let examination: Examination
      do throws(AppendError) {
        examination = try self.holds.examination(of: [
          HoldCheck.Matter(matter: .content(name), refusal: "\(name) must be kept: ")
        ])
      } catch {
        throw Refusal(hold: error, pointer: { _ in "/digest" })
      }
      try self.contents.store.announceRemoval(of: digest)
      return (filed, examination)
    }
    let record = OwnRecord(
      name: DocumentRecord.destroyed, id: "\(digest.hex)-\(filing.sequence)",
      data: DocumentRecord.destruction(digest, reason: reason, legalBasis: legalBasis, filing: filing.sequence),
      subject: DocumentRecord.filingSubject)
    let actor = principal.delegates ? authid ?? principal.name : principal.name
    let receipt: Receipt
    do {
      receipt = try await Ledger.record([record], as: actor, by: principal.name, log, examination: examination)[0]
    } catch let refusal as Refusal {
      // Nothing was recorded, so nothing is to go; unless somebody else has just recorded that it goes.
      if refusal.kind == .conflict {
        try await blocking {
          if try !self.contents.isDestroyed(digest) { try self.contents.store.withdrawRemoval(of: digest) }
        }
      }
      throw Refusal(refusal.kind, pointer: refusal.kind == .conflict ? "/digest" : "", refusal.detail)
    }
    try await blocking { try self.contents.store.remove(digest) }
    return receipt
  }

  private func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(with: Result(catching: body)) }
    }
  }
}
