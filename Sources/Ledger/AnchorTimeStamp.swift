import DocumentStore
public import EventLog
import Foundation
import LogFormat
public import TimeStamps
import TransparencyLog

/// What an authority is to be asked for.
public struct TimeStampQuestion: Sendable {
  /// The root of the tree, or what renews a time stamp.
  public let imprint: Imprint
  /// The signed checkpoint; it is kept, for its hash leaves the house.
  public let checkpoint: String
  public let size: UInt64
  /// The first record that is stamped.
  public let from: UInt64
}

/// What an authority has answered.
public struct TimeStampAnswer: Sendable {
  /// The DER of the whole answer (RFC 3161).
  public var response: [UInt8]
  /// The certificates it is checked against, in PEM.
  public var certificates: String
  /// The size of the checkpoint stamped, where it is known.
  public var size: UInt64?
  /// The record of the time stamp that it renews.
  public var renews: UInt64?

  public init(response: [UInt8], certificates: String, size: UInt64?, renews: UInt64?) {
    self.response = response
    self.certificates = certificates
    self.size = size
    self.renews = renews
  }
}

extension Ledger {
  /// What to ask an authority for: a time stamp over everything recorded since the last one, or one that renews another.
  ///
  /// - Parameters:
  ///   - renewed: the record of the time stamp to renew.
  ///   - algorithm: of a renewal; one other than before makes a new tree (RFC 4998 §5.2).
  public func timeStampQuestion(
    renewing renewed: UInt64?, by algorithm: HashAlgorithm?, asked principal: Principal
  ) async throws(Refusal) -> TimeStampQuestion {
    try mayAnchor(principal)
    return try await anchoring.run { anchoring, tree in
      try anchoring.question(renewing: renewed, by: algorithm, in: tree)
    }
  }

  /// Checks an authority's answer, keeps it with its certificates, and records it. The same answer sent again gets its
  /// first receipt.
  public func anchor(_ answer: TimeStampAnswer, asked principal: Principal) async throws(Refusal) -> Receipt {
    try mayAnchor(principal)
    let record = try await anchoring.run { try $0.keep(answer, in: $1) }
    return try await recordAnchor(id: record.id, record.json)
  }
}

extension Anchoring {
  fileprivate func question(
    renewing renewed: UInt64?, by algorithm: HashAlgorithm?, in tree: SignedTree
  ) throws -> TimeStampQuestion {
    let stamps = try stamps()
    let note = try SignedNote(parsing: Array(tree.note.utf8))
    let pending: AnchorPending
    let imprint: Imprint
    if let renewed {
      guard let chain = stamps.chain(upTo: renewed), let newest = chain.last else {
        throw Refusal(.unprocessable, pointer: "/renews", "record \(renewed) is no time stamp")
      }
      guard stamps.chain(from: chain[0]).last?.sequence == renewed else {
        throw Refusal(.unprocessable, pointer: "/renews", "the time stamp of record \(renewed) has been renewed")
      }
      imprint = try AnchorEvidence.renewal(
        of: chain, by: algorithm, objects(size: newest.size, from: newest.from, in: tree))
      pending = AnchorPending(size: newest.size, from: newest.from, renews: renewed)
    } else {
      guard algorithm ?? .sha256 == .sha256 else {
        throw Refusal(.unprocessable, pointer: "/algorithm", "a first tree is made with sha256")
      }
      pending = AnchorPending(size: tree.size, from: stamps.starts(below: tree.size)[0])
      imprint = try objects(size: pending.size, from: pending.from, in: tree).tree().root
      _ = try keep(note, Checkpoint(text: note.text))
    }
    try pending.note(for: imprint, in: log.directory)
    return TimeStampQuestion(imprint: imprint, checkpoint: note.encoded, size: pending.size, from: pending.from)
  }

  fileprivate func keep(_ answer: TimeStampAnswer, in tree: SignedTree) throws -> AnchorRecord.TimeStamp {
    let token: TimeStampToken
    let trust: TrustAnchors
    do {
      let response = try TimeStampResponse(der: answer.response)
      guard let granted = response.token else { throw TimeStampError.notGranted(response.status) }
      token = granted
    } catch {
      throw Refusal(.unprocessable, pointer: "/response", "\(error)")
    }
    do {
      trust = try TrustAnchors(pem: answer.certificates)
    } catch {
      throw Refusal(.unprocessable, pointer: "/certificates", "\(error)")
    }
    let place = try place(of: token.imprint, answer, in: tree)
    let stamp: TimeStamp
    do {
      stamp = try token.verify(token.imprint, trust: trust)
    } catch {
      throw Refusal(.unprocessable, pointer: "/response", "\(error)")
    }
    try checkTime(of: stamp, place)
    if let renewed = place.renews { try checkRenewed(renewed, by: stamp) }
    let response = try documents.put(answer.response)
    let certificates = try documents.put(Array(answer.certificates.utf8))
    return AnchorRecord.TimeStamp(
      stamp: stamp, checkpoint: try checkpoint(size: place.size, in: tree), from: place.from, response: response,
      trust: certificates, renews: place.renews)
  }

  // MARK: What a time stamp is for

  /// Which stretch of the log, or which time stamp, has that hash.
  private func place(of imprint: Imprint, _ answer: TimeStampAnswer, in tree: SignedTree) throws -> AnchorPending {
    let stamps = try stamps()
    for place in candidates(for: imprint, answer, stamps) where place.from < place.size && place.size <= tree.size {
      let objects = try objects(size: place.size, from: place.from, in: tree)
      if let renewed = place.renews {
        guard let chain = stamps.chain(upTo: renewed) else { continue }
        if try AnchorEvidence.renewal(of: chain, by: imprint.algorithm, objects) == imprint { return place }
      } else if imprint.algorithm == .sha256, try objects.tree().root == imprint {
        return place
      }
    }
    throw Refusal(
      .unprocessable, pointer: "/response",
      "the time stamp is for \(imprint), which is nothing that this ledger has asked for"
        + (answer.size == nil ? "; name the size of the checkpoint" : ""))
  }

  /// Where the hash may come from. A tree costs reading the records under it, so only a few are tried.
  private func candidates(
    for imprint: Imprint, _ answer: TimeStampAnswer, _ stamps: AnchorStamps
  ) -> [AnchorPending] {
    if let renewed = answer.renews {
      return stamps.chain(upTo: renewed).map { chain in
        [AnchorPending(size: chain[0].size, from: chain[0].from, renews: renewed)]
      } ?? []
    }
    if let noted = AnchorPending(of: imprint, in: log.directory), answer.size == nil || answer.size == noted.size {
      return [noted]
    }
    let sizes = answer.size.map { [$0] } ?? ((try? kept.sizes()) ?? []).suffix(Anchoring.tries).reversed()
    return sizes.flatMap { size in
      stamps.starts(below: size).prefix(Anchoring.tries).map { AnchorPending(size: size, from: $0) }
    }
  }

  private static let tries = 4

  /// An authority cannot have seen what had not been recorded, nor is its time to come.
  private func checkTime(of stamp: TimeStamp, _ place: AnchorPending) throws {
    let time = stamp.generationTime
    let microseconds = time.secondsSinceEpoch * 1_000_000 + Int64(time.nanoseconds) / 1000
    guard microseconds <= Timestamp.now.microseconds + Anchoring.clockTolerance else {
      throw Refusal(.unprocessable, pointer: "/response", "the time stamp gives \(time), which is not yet")
    }
    if let reason = try reasonAgainst(microseconds, ofSize: place.size) {
      throw Refusal(.unprocessable, pointer: "/response", "the time stamp gives \(time), \(reason)")
    }
  }

  /// A time stamp is renewed while it still holds (RFC 4998 §5.2): later, nobody could tell it from one that was made
  /// with a key that had become public.
  private func checkRenewed(_ renewed: UInt64, by stamp: TimeStamp) throws {
    guard let old = try stamps().chain(upTo: renewed)?.last else { return }
    guard let token = try TimeStampResponse(der: documents.get(old.response)).token else {
      throw AnchorError.noToken(renewed)
    }
    let trust = try TrustAnchors(documents.get(old.trust))
    guard stamp.generationTime >= token.generationTime else {
      throw Refusal(
        .unprocessable, pointer: "/response",
        "the time stamp gives \(stamp.generationTime), before the one it renews (\(token.generationTime))")
    }
    do throws(TimeStampError) {
      _ = try token.verify(token.imprint, trust: trust, at: stamp.generationTime.secondsSinceEpoch)
    } catch {
      throw Refusal(
        .unprocessable, pointer: "/renews", "the time stamp of record \(renewed) does not hold any more: \(error)")
    }
  }

  // MARK: The log

  private func stamps() throws -> AnchorStamps {
    let filter = LineFilter(subject: Log.ledgerSubject, type: Log.ledgerTypePrefix + AnchorRecord.name)
    var records: [Record] = []
    var next: UInt64 = 0
    let size = log.size
    while next < size {
      let chunk = try log.lines(filter, from: next, below: size, maximumBytes: 1 << 20)
      for line in chunk.lines { records.append(try Record(line: Array(chunk.bytes[line.range].dropLast()))) }
      next = chunk.next
    }
    return try AnchorStamps(records)
  }

  private func objects(size: UInt64, from: UInt64, in tree: SignedTree) throws -> AnchorObjects {
    AnchorObjects(
      checkpoint: try checkpoint(size: size, in: tree), from: from, source: OpenLogSource(log: log),
      documents: documents)
  }

  /// The checkpoint of that size, under the name that the log had then.
  private func checkpoint(size: UInt64, in tree: SignedTree) throws -> Checkpoint {
    let origin = try log.origins().origin(ofSize: size)
    return Checkpoint(origin: origin.name, size: size, root: try tree.root(of: size))
  }
}
