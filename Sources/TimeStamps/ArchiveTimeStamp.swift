import SwiftASN1

/// A time stamp over the root of a hash tree, and the part of that tree that leads to it from one data object
/// (RFC 4998 §4.1).
///
/// ```
/// ArchiveTimeStamp ::= SEQUENCE {
///   digestAlgorithm [0] AlgorithmIdentifier OPTIONAL,
///   attributes      [1] Attributes OPTIONAL,
///   reducedHashtree [2] SEQUENCE OF PartialHashtree OPTIONAL,
///   timeStamp       ContentInfo }
/// PartialHashtree ::= SEQUENCE OF OCTET STRING
/// ```
public struct ArchiveTimeStamp: Sendable, Hashable {
  /// The hash function of the tree.
  public let algorithm: HashAlgorithm
  /// The lists from the leaf to the root, each in binary ascending order; empty where the time stamp is for the leaf.
  public let reducedTree: [[[UInt8]]]
  public let token: TimeStampToken
  /// As written or read. Renewals hash these bytes, so they are never written anew.
  public let der: [UInt8]

  /// A time stamp over `tree`, reduced to one of its leaves.
  ///
  /// - Throws: ``EvidenceError/leafNotInTree(_:)``, ``EvidenceError/rootMismatch(expected:found:)``,
  ///   ``EvidenceError/tokenNotDER``.
  public init(_ token: TimeStampToken, over tree: EvidenceTree, for leaf: Imprint) throws(EvidenceError) {
    guard let reducedTree = tree.reduced(to: leaf) else { throw .leafNotInTree(leaf) }
    guard token.imprint == tree.root else { throw .rootMismatch(expected: tree.root, found: token.imprint) }
    try self.init(token, algorithm: tree.algorithm, reducedTree: reducedTree)
  }

  /// A time stamp for a single hash, without a tree.
  ///
  /// - Throws: ``EvidenceError/tokenNotDER``.
  public init(_ token: TimeStampToken) throws(EvidenceError) {
    try self.init(token, algorithm: token.imprint.algorithm, reducedTree: [])
  }

  private init(
    _ token: TimeStampToken, algorithm: HashAlgorithm, reducedTree: [[[UInt8]]]
  ) throws(EvidenceError) {
    guard token.isDER else { throw .tokenNotDER }
    self.init(checked: token, algorithm: algorithm, reducedTree: reducedTree)
  }

  /// For a token that is DER and for the root of that tree, as was checked once for all leaves.
  init(checked token: TimeStampToken, algorithm: HashAlgorithm, reducedTree: [[[UInt8]]]) {
    self.algorithm = algorithm
    self.reducedTree = reducedTree
    self.token = token
    var coder = DER.Serializer()
    coder.appendConstructedNode(identifier: .sequence) { coder in
      // digestAlgorithm is left out: it is the imprint's.
      if !reducedTree.isEmpty {
        let tag = ASN1Identifier(tagWithNumber: 2, tagClass: .contextSpecific)
        coder.appendConstructedNode(identifier: tag) { coder in
          for list in reducedTree {
            coder.appendConstructedNode(identifier: .sequence) { coder in
              for hash in list {
                coder.appendPrimitiveNode(identifier: .octetString) { $0.append(contentsOf: hash) }
              }
            }
          }
        }
      }
      coder.serializeRawBytes(token.bytes)
    }
    der = coder.serializedBytes
  }

  init(_ node: ASN1Node) throws(EvidenceError) {
    guard node.identifier == .sequence, var fields = node.children?[...] else { throw .malformed(.archiveTimeStamp) }
    let algorithm: HashAlgorithm? = try fields.takeTagged(0).map { fields throws(EvidenceError) in
      try HashAlgorithm(contentOf: fields)
    }
    // Attributes are defined by other documents and change nothing of what is checked here.
    if let attributes = try fields.takeTagged(1), attributes.isEmpty { throw .malformed(.archiveTimeStamp) }
    reducedTree = try (fields.takeTagged(2) ?? []).map { node throws(EvidenceError) in
      guard node.identifier == .sequence, let hashes = node.children, !hashes.isEmpty
      else { throw .malformed(.partialHashtree) }
      return try hashes.map { node throws(EvidenceError) in
        guard let hash = node.octets else { throw .malformed(.partialHashtree) }
        return hash
      }
    }
    guard fields.count == 1, let timeStamp = fields.first else { throw .malformed(.archiveTimeStamp) }
    do {
      token = try TimeStampToken(Array(timeStamp.encodedBytes))
    } catch {
      throw .unreadableToken(error)
    }
    let treeAlgorithm = algorithm ?? token.imprint.algorithm
    // Hashes of another length could be cut differently when they are concatenated.
    guard reducedTree.allSatisfy({ $0.allSatisfy { $0.count == treeAlgorithm.byteCount } })
    else { throw .malformed(.partialHashtree) }
    self.algorithm = treeAlgorithm
    der = Array(node.encodedBytes)
  }

  /// The hash of the token, which the next archive time stamp of a chain covers (RFC 4998 §5.2).
  var tokenImprint: Imprint { Imprint(of: token.bytes, algorithm) }

  /// The root that the reduced tree leads to from a leaf (RFC 4998 §4.3); nil where the leaf is not in the first list.
  func root(of leaf: Imprint) -> Imprint? {
    guard var list = reducedTree.first else { return leaf }
    guard list.contains(leaf.bytes) else { return nil }
    var hash = list[0]
    for (level, further) in reducedTree.enumerated() {
      list = level == 0 ? further : further + [hash]
      // A data group of one object, and a list without neighbours, hand their hash up as it is (§4.2, step 3).
      hash =
        list.count == 1
        ? list[0] : algorithm.hash(list.sorted { $0.lexicographicallyPrecedes($1) }.flatMap { $0 })
    }
    return Imprint(hashed: hash, by: algorithm)
  }
}

extension TimeStampToken {
  /// Whether the token is DER and not only BER, which authorities may send.
  var isDER: Bool { (try? DER.parse(bytes)) != nil }
}

extension ArraySlice<ASN1Node> {
  /// Takes the first node off if it has this context-specific tag, and gives the nodes in it.
  mutating func takeTagged(_ number: UInt) throws(EvidenceError) -> [ASN1Node]? {
    guard let node = first, node.identifier == ASN1Identifier(tagWithNumber: number, tagClass: .contextSpecific)
    else { return nil }
    guard let children = node.children else { throw .malformed(.archiveTimeStamp) }
    removeFirst()
    return children
  }
}
