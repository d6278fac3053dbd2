import LogFormat
import TimeStamps
import TransparencyLog

/// A time stamp that another one renews, as its record and its documents have it.
struct RenewedStamp {
  let sequence: UInt64
  let covered: Anchor.Covered
  let stamp: Anchor.TimeStamp
  let token: TimeStampToken
  /// The certificates it is checked with.
  let certificates: [UInt8]
}

/// The renewals of RFC 4998 §5.2, computed anew from the log.
extension TimeStampAudit {
  /// What a renewal must have been given for. With the hash function of what it renews, that is the token (time-stamp
  /// renewal). With another one it is a new tree over all data objects, each hashed together with its evidence so far
  /// (hash-tree renewal): for that, all trees under the new one are kept, and memory is linear in the records under them,
  /// about 64 bytes for each record and SHA-256 tree and 128 for each SHA-512 tree.
  func expected(
    _ stamp: Anchor.TimeStamp, _ covered: Anchor.Covered, renewing renewed: UInt64, of anchor: Anchor,
    among anchors: [Anchor], in log: ChainAuditor.Result, report: (Finding) -> Void
  ) throws(VerifierError) -> Expected {
    func isOfTheSame(_ link: Link) -> Bool {
      link.stamp.from == stamp.from && link.covered.size == covered.size && link.covered.root == covered.root
    }
    guard let chain = TimeStampAudit.chain(upTo: renewed, before: anchor.sequence, among: anchors),
      chain.allSatisfy(isOfTheSame)
    else {
      return .nothing(
        Phrase(
          "Datensatz \(renewed) ist kein früherer Zeitstempel über dieselben Datensätze",
          "record \(renewed) is no earlier time stamp over the same records"))
    }
    guard let algorithm = HashAlgorithm(rawValue: stamp.algorithm) else {
      return .nothing(
        Phrase("das Hashverfahren \(stamp.algorithm) ist unbekannt", "the hash function \(stamp.algorithm) is unknown"))
    }
    var stamps: [RenewedStamp] = []
    for link in chain {
      guard let found = try renewedStamp(link) else { return .unknown }
      stamps.append(found)
    }
    guard let newest = stamps.last else { return .unknown }
    if newest.token.imprint.algorithm == algorithm {
      return .imprint(Imprint(of: newest.token.bytes, algorithm), renewing: stamps)
    }
    guard let range = try soundBytes(of: stamp.from..<covered.size, in: log) else { return .unknown }
    let objects = DataObjects(
      checkpoint: Checkpoint(origin: names.origin(ofSize: covered.size), size: covered.size, root: covered.root).text,
      range: range, extent: extent,
      documents: DocumentAudit(ledger: ledger, named: []))
    do throws(RenewalError) {
      let series = try StampSeries(stamps.map(\.token), over: objects)
      return .imprint(try series.renewedTree(over: objects, by: algorithm).root, renewing: stamps)
    } catch {
      switch error {
      case .audit(let error): throw error
      case .document(let digest):
        _ = try content(digest, of: anchor, report: report)
        return .unknown
      case .evidence(.tokenNotDER):
        return .nothing(Phrase("\(EvidenceError.tokenNotDER)", "\(EvidenceError.tokenNotDER)"))
      // A time stamp among those renewed is for something else, which is found at its own record.
      case .evidence: return .unknown
      }
    }
  }

  /// Why a time stamp may not renew another; nil where it may. What is renewed must hold until then: later, nobody could
  /// tell it from one made with a key that had become public.
  func reason(against stamp: TimeStamp, renewing renewed: RenewedStamp) throws(TimeStampError) -> Phrase? {
    let token = renewed.token
    let trust = try TrustAnchors(renewed.certificates)
    // That it does not hold at all is found at its own record.
    guard (try? token.verify(token.imprint, trust: trust)) != nil else { return nil }
    guard stamp.generationTime >= token.generationTime else {
      return Phrase(
        "er ist älter (\(stamp.generationTime)) als der von Datensatz \(renewed.sequence), den er erneuert",
        "it is older (\(stamp.generationTime)) than the one of record \(renewed.sequence), which it renews")
    }
    do throws(TimeStampError) {
      _ = try token.verify(token.imprint, trust: trust, at: stamp.generationTime.secondsSinceEpoch)
      return nil
    } catch {
      return Phrase(
        "der von Datensatz \(renewed.sequence), den er erneuert, galt nicht mehr: \(error)",
        "the one of record \(renewed.sequence), which it renews, did not hold any more: \(error)")
    }
  }

  private typealias Link = (sequence: UInt64, covered: Anchor.Covered, stamp: Anchor.TimeStamp)

  /// The time stamps that a renewal goes back to, oldest first; nil where one is missing or stands behind what renews it.
  private static func chain(upTo renewed: UInt64, before sequence: UInt64, among anchors: [Anchor]) -> [Link]? {
    var chain: [Link] = []
    var (next, limit): (UInt64?, UInt64) = (renewed, sequence)
    while let wanted = next {
      guard wanted < limit, let anchor = anchors.first(where: { $0.sequence == wanted }),
        case .timeStamp(let covered, let stamp) = anchor.content
      else { return nil }
      chain.append((wanted, covered, stamp))
      (next, limit) = (stamp.renewed, wanted)
    }
    return chain.reversed()
  }

  /// nil where a document is missing, altered or no answer: that is found at the record that names it.
  private func renewedStamp(_ link: Link) throws(VerifierError) -> RenewedStamp? {
    let documents = DocumentAudit(ledger: ledger, named: [])
    guard let answer = try documents.contents(of: link.stamp.answer), SHA256.hash(answer) == link.stamp.answer,
      let certificates = try documents.contents(of: link.stamp.trustAnchors),
      SHA256.hash(certificates) == link.stamp.trustAnchors, let token = (try? TimeStampResponse(der: answer))?.token
    else { return nil }
    return RenewedStamp(
      sequence: link.sequence, covered: link.covered, stamp: link.stamp, token: token, certificates: certificates)
  }
}

/// What a time stamp is given for: the text of a checkpoint, each line, and each document that these lines name.
private struct DataObjects {
  let checkpoint: String
  /// The lines, by their offset in the log.
  let range: Range<UInt64>
  let extent: LogExtent
  let documents: DocumentAudit

  func forEach(_ body: (_ object: [UInt8]) throws(RenewalError) -> Void) throws(RenewalError) {
    try body(Array(checkpoint.utf8))
    let reader = LineReader(extent)
    reader.seek(to: range.lowerBound)
    while reader.position < range.upperBound, let line = try audit({ () throws(VerifierError) in try reader.next() }) {
      try body(line.bytes)
      guard case .record(let record, _) = line.content else { continue }
      for named in NamedDocument.named(by: record, at: line.place) {
        let digest = named.digest
        guard let bytes = try audit({ () throws(VerifierError) in try documents.contents(of: digest) }),
          SHA256.hash(bytes) == digest
        else { throw .document(digest) }
        try body(bytes)
      }
    }
  }

  private func audit<Value>(_ body: () throws(VerifierError) -> Value) throws(RenewalError) -> Value {
    do throws(VerifierError) {
      return try body()
    } catch {
      throw .audit(error)
    }
  }
}

private enum RenewalError: Error {
  case audit(VerifierError)
  case evidence(EvidenceError)
  /// It is missing or another.
  case document(Digest)
}

extension StampSeries {
  /// The time stamps, oldest first, with the trees they were given for.
  fileprivate init(_ tokens: [TimeStampToken], over objects: DataObjects) throws(RenewalError) {
    var leaves: [Digest] = []
    try objects.forEach { (object) throws(RenewalError) in leaves.append(SHA256.hash(object)) }
    self = try evidence { () throws(EvidenceError) in
      try StampSeries(tokens[0], over: EvidenceTree(leaves: leaves))
    }
    for token in tokens.dropFirst() {
      let algorithm = token.imprint.algorithm
      if algorithm == newestAlgorithm {
        do throws(EvidenceError) { try renew(with: token) } catch { throw .evidence(error) }
      } else {
        let tree = try renewedTree(over: objects, by: algorithm)
        do throws(EvidenceError) { try renewHashTree(with: token, over: tree) } catch { throw .evidence(error) }
      }
    }
  }

  /// The tree over all objects with the evidence there is for each.
  fileprivate func renewedTree(
    over objects: DataObjects, by algorithm: HashAlgorithm
  ) throws(RenewalError) -> EvidenceTree {
    let functions = Set(algorithms + [algorithm])
    var leaves: [Imprint] = []
    try objects.forEach { (object) throws(RenewalError) in
      leaves.append(
        try evidence { () throws(EvidenceError) in
          try renewalLeaf(of: functions.map { Imprint(of: object, $0) }, by: algorithm)
        })
    }
    return try evidence { () throws(EvidenceError) in try EvidenceTree(algorithm, leaves: leaves) }
  }
}

private func evidence<Value>(_ body: () throws(EvidenceError) -> Value) throws(RenewalError) -> Value {
  do throws(EvidenceError) {
    return try body()
  } catch {
    throw .evidence(error)
  }
}
