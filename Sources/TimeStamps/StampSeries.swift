/// The time stamps over one set of data objects, oldest first: one over the tree of their hashes, and those that renew
/// it for all of them at once (RFC 4998 §5.2).
///
/// ```swift
/// var series = try StampSeries(first, over: EvidenceTree(leaves: digests))
/// try series.renew(with: second)
/// let record = try series.record(of: [Imprint(of: object)])
/// ```
///
/// The objects share tokens and trees; each has an ``EvidenceRecord`` of its own. All trees are kept, so memory is linear
/// in the number of objects: about twice the length of a hash for each object and tree.
public struct StampSeries: Sendable {
  private enum Link {
    /// For a tree; each object has its own reduction of it.
    case tree(EvidenceTree, TimeStampToken)
    /// For the token before it: the same for every object.
    case renewal(ArchiveTimeStamp)

    var token: TimeStampToken {
      switch self {
      case .tree(_, let token): token
      case .renewal(let link): link.token
      }
    }
  }

  /// Begins with a tree.
  private var links: [Link]
  /// The hash function of each chain, in their order.
  public private(set) var algorithms: [HashAlgorithm]

  /// - Parameter tree: of the objects' hashes.
  /// - Throws: ``EvidenceError/rootMismatch(expected:found:)``, ``EvidenceError/tokenNotDER``.
  public init(_ first: TimeStampToken, over tree: EvidenceTree) throws(EvidenceError) {
    links = [try Self.link(first, over: tree)]
    algorithms = [tree.algorithm]
  }

  /// The hash function of the newest chain: one more time stamp for a hash by it is a time-stamp renewal, one by another
  /// function needs a new tree.
  public var newestAlgorithm: HashAlgorithm { algorithms[algorithms.count - 1] }

  /// What a time stamp must be given for to renew the newest one (time-stamp renewal).
  public var renewalImprint: Imprint { Imprint(of: links[links.count - 1].token.bytes, newestAlgorithm) }

  /// Adds a time stamp that was given for the token of the newest one.
  ///
  /// - Throws: ``EvidenceError/notCovered(_:expected:)``, ``EvidenceError/tokenNotDER``.
  public mutating func renew(with token: TimeStampToken) throws(EvidenceError) {
    let imprint = renewalImprint
    guard token.imprint == imprint else {
      let inChain = links.reversed().prefix { if case .renewal = $0 { true } else { false } }
      throw .notCovered(ArchiveTimeStampPlace(chain: algorithms.count - 1, index: inChain.count + 1), expected: imprint)
    }
    links.append(.renewal(try ArchiveTimeStamp(token)))
  }

  /// The leaf of an object in the tree of a hash-tree renewal: the hash of its hash and of its evidence so far.
  ///
  /// - Parameter hashes: of the object, by the new function and by those of all chains.
  /// - Throws: ``EvidenceError/missingHash(_:)``, ``EvidenceError/leafNotInTree(_:)``.
  public func renewalLeaf(of hashes: [Imprint], by algorithm: HashAlgorithm) throws(EvidenceError) -> Imprint {
    try record(of: hashes).hashTreeRenewalImprint(for: Self.hash(by: algorithm, among: hashes))
  }

  /// Begins a new chain.
  ///
  /// - Parameter tree: of the ``renewalLeaf(of:by:)`` of every object.
  /// - Throws: ``EvidenceError/rootMismatch(expected:found:)``, ``EvidenceError/tokenNotDER``.
  public mutating func renewHashTree(with token: TimeStampToken, over tree: EvidenceTree) throws(EvidenceError) {
    links.append(try Self.link(token, over: tree))
    algorithms.append(tree.algorithm)
  }

  /// The evidence of one of the objects.
  ///
  /// - Parameter hashes: of the object, by the functions of all chains.
  /// - Throws: ``EvidenceError/missingHash(_:)``, ``EvidenceError/leafNotInTree(_:)``.
  public func record(of hashes: [Imprint]) throws(EvidenceError) -> EvidenceRecord {
    var chains: [[ArchiveTimeStamp]] = []
    for link in links {
      switch link {
      case .renewal(let link): chains[chains.count - 1].append(link)
      case .tree(let tree, let token):
        let hash = try Self.hash(by: tree.algorithm, among: hashes)
        let leaf = chains.isEmpty ? hash : EvidenceRecord.renewalImprint(for: hash, after: chains[...])
        guard let reducedTree = tree.reduced(to: leaf) else { throw .leafNotInTree(leaf) }
        chains.append([ArchiveTimeStamp(checked: token, algorithm: tree.algorithm, reducedTree: reducedTree)])
      }
    }
    return EvidenceRecord(chains: chains)
  }

  private static func link(_ token: TimeStampToken, over tree: EvidenceTree) throws(EvidenceError) -> Link {
    guard token.imprint == tree.root else { throw .rootMismatch(expected: tree.root, found: token.imprint) }
    guard token.isDER else { throw .tokenNotDER }
    return .tree(tree, token)
  }

  private static func hash(
    by algorithm: HashAlgorithm, among hashes: [Imprint]
  ) throws(EvidenceError) -> Imprint {
    guard let hash = hashes.first(where: { $0.algorithm == algorithm }) else { throw .missingHash(algorithm) }
    return hash
  }
}
