import LogFormat
import TimeStamps
import TransparencyLog

/// Checks the time stamps that anchors name: the authority's answer and certificates are kept as documents, and what was
/// stamped is computed anew from the log.
///
/// The certificates come from the ledger, so this shows that the stamp is one by whoever holds them. Whether that is an
/// authority to believe, the auditor decides who compares their digest with a list of such.
struct TimeStampAudit {
  let ledger: String
  let extent: LogExtent
  let workers: Workers
  let sorting: KeySorter.Limits
  let chunkSize: UInt64
  let names: Names
  /// Whether documents are checked elsewhere, so that one that is altered is not named twice.
  let checksDocuments: Bool

  /// - Returns: the time that the authority has signed; nil where it has not, or where that cannot be told.
  func check(
    _ stamp: Anchor.TimeStamp, _ covered: Anchor.Covered, of anchor: Anchor, among anchors: [Anchor],
    in log: ChainAuditor.Result, report: (Finding) -> Void
  ) throws(VerifierError) -> Timestamp? {
    func refuse(_ german: String, _ english: String) {
      report(
        Finding(
          .signature, sequence: anchor.sequence, place: anchor.place,
          Phrase("der Zeitstempel gilt nicht: \(german)", "the time stamp does not hold: \(english)")))
    }
    guard let answer = try content(stamp.answer, of: anchor, report: report),
      let certificates = try content(stamp.trustAnchors, of: anchor, report: report)
    else { return nil }
    let renewed: [RenewedStamp]?
    let imprint: Imprint
    switch try expected(stamp, covered, of: anchor, among: anchors, in: log, report: report) {
    case .imprint(let expected, let earlier): (imprint, renewed) = (expected, earlier)
    case .unknown: return nil
    case .nothing(let reason):
      refuse(reason.german, reason.english)
      return nil
    }
    guard imprint.hex == stamp.treeRoot else {
      refuse(
        "die Baumwurzel der Datensätze ist \(imprint.hex)", "the root of the records' hash tree is \(imprint.hex)")
      return nil
    }
    do throws(TimeStampError) {
      let response = try TimeStampResponse(der: answer)
      guard let token = response.token else { throw .notGranted(response.status) }
      let found = try token.verify(imprint, policy: stamp.policy, trust: TrustAnchors(certificates))
      let time = Timestamp(
        microseconds: found.generationTime.secondsSinceEpoch * 1_000_000
          + Int64(found.generationTime.nanoseconds) / 1000)
      guard time == stamp.time, stamp.serialNumber == nil || stamp.serialNumber == found.serialNumber else {
        refuse("er sagt \(found.generationTime)", "it says \(found.generationTime)")
        return nil
      }
      if let newest = renewed?.last, let reason = try reason(against: found, renewing: newest) {
        refuse(reason.german, reason.english)
        return nil
      }
      return time
    } catch {
      refuse("\(error)", "\(error)")
      return nil
    }
  }

  /// A document, if it is there and is what it is named for.
  func content(
    _ digest: Digest, of anchor: Anchor, report: (Finding) -> Void
  ) throws(VerifierError) -> [UInt8]? {
    let documents = DocumentAudit(ledger: ledger, named: [])
    guard let bytes = try documents.contents(of: digest) else {
      if !checksDocuments {
        report(documents.missing(digest, NamedDocument(digest: digest, sequence: anchor.sequence, place: anchor.place)))
      }
      return nil
    }
    guard SHA256.hash(bytes) == digest else {
      if !checksDocuments { report(DocumentAudit.altered(digest)) }
      return nil
    }
    return bytes
  }

  /// What a time stamp must have been given for.
  enum Expected {
    /// With the time stamps that it renews, oldest first.
    case imprint(Imprint, renewing: [RenewedStamp]?)
    /// The log does not say it, because records or documents are missing or altered, which has been found already.
    case unknown
    /// Nothing that there is.
    case nothing(Phrase)
  }

  private func expected(
    _ stamp: Anchor.TimeStamp, _ covered: Anchor.Covered, of anchor: Anchor, among anchors: [Anchor],
    in log: ChainAuditor.Result, report: (Finding) -> Void
  ) throws(VerifierError) -> Expected {
    if let renewed = stamp.renewed {
      return try expected(stamp, covered, renewing: renewed, of: anchor, among: anchors, in: log, report: report)
    }
    guard stamp.algorithm == HashAlgorithm.sha256.rawValue else {
      return .nothing(
        Phrase("ein erster Baum ist nicht mit \(stamp.algorithm)", "no first tree is by \(stamp.algorithm)"))
    }
    guard let range = try soundBytes(of: stamp.from..<covered.size, in: log) else { return .unknown }
    var tree = EvidenceRoot(workers: workers, sorting: sorting)
    try tree.add(
      Checkpoint(origin: names.origin(ofSize: covered.size), size: covered.size, root: covered.root).text)
    try tree.add(linesOf: range, extent: extent, chunkSize: chunkSize)
    return .imprint(Imprint(try tree.root()), renewing: nil)
  }

  /// Where the lines of these records stand in the log; nil where one of the log's lines up to there is known not to be
  /// what was written.
  func soundBytes(
    of records: Range<UInt64>, in log: ChainAuditor.Result
  ) throws(VerifierError) -> Range<UInt64>? {
    guard !log.findings.concernBytes(ofFirst: records.upperBound) else { return nil }
    return try bytes(of: records, in: log)
  }

  /// Where the lines of these records stand in the log.
  private func bytes(of records: Range<UInt64>, in log: ChainAuditor.Result) throws(VerifierError) -> Range<UInt64>? {
    func end(_ size: UInt64) throws(VerifierError) -> UInt64? {
      if size == 0 { return 0 }
      guard let place = log.tree.places[size] else { return nil }
      let offset = extent.offset(of: place)
      return try LineReader.line(at: offset, of: extent).map { offset + UInt64($0.length) + ($0.isEnded ? 1 : 0) }
    }
    guard let start = try end(records.lowerBound), let end = try end(records.upperBound), start <= end else {
      return nil
    }
    return start..<end
  }
}
