/// An evidence record that was checked against its data object.
public struct VerifiedEvidence: Sendable, Hashable {
  /// The time stamps in the order of the record's chains.
  public let chains: [[TimeStamp]]
  /// The one that proves when the object existed.
  public let first: TimeStamp
  /// The one that must be renewed next, before ``TimeStamp/certificatesExpire``.
  public let newest: TimeStamp
}

extension EvidenceRecord {
  /// Checks the record for a data object (RFC 4998 §5.3).
  ///
  /// - Parameters:
  ///   - data: the object's bytes.
  ///   - time: POSIX seconds of the check; the newest time stamp's certificates must be valid then. Without it they
  ///     must have been valid when it was given, which is all that can be asked of a record that nobody renews.
  /// - Throws: see ``verify(hashes:trust:at:)``.
  public func verify(
    _ data: [UInt8], trust: TrustAnchors, at time: Int64? = nil
  ) throws(EvidenceError) -> VerifiedEvidence {
    try verify(hashes: Set(chains.map { $0[0].algorithm }).map { Imprint(of: data, $0) }, trust: trust, at: time)
  }

  /// Checks the record for a data object whose hashes are known.
  ///
  /// The first time stamp of the first chain covers the object's hash, the first of each later chain the object and
  /// all older chains, every other one the token before it; all of a chain use one hash function, which the record
  /// lists. Every token holds, its certificates are valid at the time it states and also at the time of the token that
  /// renews it, and no time stamp is older than the one before.
  ///
  /// - Parameter hashes: of the object, one by the function of each chain.
  public func verify(
    hashes: [Imprint], trust: TrustAnchors, at time: Int64? = nil
  ) throws(EvidenceError) -> VerifiedEvidence {
    try checkTimes()
    var verified: [[TimeStamp]] = []
    for (chainIndex, chain) in chains.enumerated() {
      let algorithm = chain[0].algorithm
      guard digestAlgorithms.contains(algorithm) else { throw .unlistedAlgorithm(algorithm) }
      guard let hash = hashes.first(where: { $0.algorithm == algorithm }) else { throw .missingHash(algorithm) }
      var covered = chainIndex == 0 ? hash : Self.renewalImprint(for: hash, after: chains[..<chainIndex])
      var stamps: [TimeStamp] = []
      for (index, link) in chain.enumerated() {
        let place = ArchiveTimeStampPlace(chain: chainIndex, index: index)
        guard link.algorithm == algorithm else {
          throw .unexpectedAlgorithm(expected: algorithm, found: link.algorithm)
        }
        guard let root = link.root(of: covered) else { throw .notCovered(place, expected: covered) }
        let renewal = successor(of: place)?.token.generationTime.secondsSinceEpoch
        do {
          stamps.append(try link.token.verify(root, trust: trust, at: renewal ?? time))
        } catch {
          throw .timeStamp(place, error)
        }
        covered = link.tokenImprint
      }
      verified.append(stamps)
    }
    guard let first = verified.first?.first, let newest = verified.last?.last
    else { throw .malformed(.archiveTimeStampSequence) }
    return VerifiedEvidence(chains: verified, first: first, newest: newest)
  }

  /// The archive time stamp that renews the one at `place`; nil for the newest.
  private func successor(of place: ArchiveTimeStampPlace) -> ArchiveTimeStamp? {
    if place.index + 1 < chains[place.chain].count { return chains[place.chain][place.index + 1] }
    return place.chain + 1 < chains.count ? chains[place.chain + 1][0] : nil
  }

  private func checkTimes() throws(EvidenceError) {
    var earlier: GenerationTime?
    for (chain, links) in chains.enumerated() {
      for (index, link) in links.enumerated() {
        let later = link.token.generationTime
        if let earlier, later < earlier {
          throw .timeRunsBackwards(
            ArchiveTimeStampPlace(chain: chain, index: index), earlier: earlier, later: later)
        }
        earlier = later
      }
    }
  }
}
