import SwiftASN1

/// The proof that a data object existed at a time, kept valid by renewals for as long as it is needed (RFC 4998).
///
/// ```
/// EvidenceRecord ::= SEQUENCE {
///   version                   INTEGER { v1(1) },
///   digestAlgorithms          SEQUENCE OF AlgorithmIdentifier,
///   cryptoInfos               [0] CryptoInfos OPTIONAL,
///   encryptionInfo            [1] EncryptionInfo OPTIONAL,
///   archiveTimeStampSequence  ArchiveTimeStampSequence }
/// ArchiveTimeStampSequence ::= SEQUENCE OF ArchiveTimeStampChain
/// ArchiveTimeStampChain    ::= SEQUENCE OF ArchiveTimeStamp
/// ```
///
/// A chain holds the first time stamp and those that renew it with the same hash function. When that function gets
/// weak, a new chain with another begins, whose first time stamp covers data object and all older chains.
public struct EvidenceRecord: Sendable, Hashable {
  /// The most bytes a record may have. One time stamp over a million objects takes about 8,000.
  public static let maximumByteCount = 1 << 24

  /// Never empty, nor is any chain.
  public private(set) var chains: [[ArchiveTimeStamp]]
  /// Every hash function that the data object is hashed with.
  public private(set) var digestAlgorithms: [HashAlgorithm]
  /// The DER of `cryptoInfos`, carried along.
  private let cryptoInfos: [UInt8]?

  /// The record of an object that is time-stamped for the first time.
  public init(_ first: ArchiveTimeStamp) {
    self.init(chains: [[first]])
  }

  /// A record of chains of which none is empty.
  init(chains: [[ArchiveTimeStamp]]) {
    self.chains = chains
    digestAlgorithms = chains.reduce(into: []) { algorithms, chain in
      if !algorithms.contains(chain[0].algorithm) { algorithms.append(chain[0].algorithm) }
    }
    cryptoInfos = nil
  }

  /// Reads a record. It must be DER, complete, and nothing must follow.
  public init(der: [UInt8]) throws(EvidenceError) {
    guard der.count <= Self.maximumByteCount else {
      throw .tooLarge(byteCount: der.count, limit: Self.maximumByteCount)
    }
    guard let root = try? DER.parse(der), root.identifier == .sequence, var fields = root.children?[...],
      let version = fields.popFirst(), version.identifier == .integer, case .primitive(let number) = version.content
    else { throw .malformed(.evidenceRecord) }
    guard number.elementsEqual([1]) else { throw .unsupportedVersion }
    guard let algorithms = fields.popFirst(), algorithms.identifier == .sequence, let listed = algorithms.children,
      !listed.isEmpty
    else { throw .malformed(.digestAlgorithms) }
    // A record may list functions that only encrypted or older parts used; those that a chain uses are needed here.
    digestAlgorithms = try listed.map { node throws(EvidenceError) in try HashAlgorithm(node) }
    let before = fields.first
    cryptoInfos = try fields.takeTagged(0) == nil ? nil : before.map { Array($0.encodedBytes) }
    guard try fields.takeTagged(1) == nil else { throw .encrypted }
    guard fields.count == 1, let sequence = fields.first, sequence.identifier == .sequence,
      let chainNodes = sequence.children, !chainNodes.isEmpty
    else { throw .malformed(.archiveTimeStampSequence) }
    chains = try chainNodes.map { node throws(EvidenceError) in
      guard node.identifier == .sequence, let links = node.children, !links.isEmpty
      else { throw .malformed(.archiveTimeStampChain) }
      return try links.map { node throws(EvidenceError) in try ArchiveTimeStamp(node) }
    }
  }

  /// The record in DER, as it is handed over; its files are usually named `.ers`.
  public var der: [UInt8] {
    var coder = DER.Serializer()
    coder.appendConstructedNode(identifier: .sequence) { coder in
      coder.appendPrimitiveNode(identifier: .integer) { $0.append(1) }
      coder.appendConstructedNode(identifier: .sequence) { coder in
        for algorithm in digestAlgorithms { algorithm.serialize(into: &coder) }
      }
      if let cryptoInfos { coder.serializeRawBytes(cryptoInfos) }
      coder.serializeRawBytes(Self.sequence(of: chains))
    }
    return coder.serializedBytes
  }

  /// The DER of the `ArchiveTimeStampSequence` of these chains.
  static func sequence(of chains: some Sequence<[ArchiveTimeStamp]>) -> [UInt8] {
    var coder = DER.Serializer()
    coder.appendConstructedNode(identifier: .sequence) { coder in
      for chain in chains {
        coder.appendConstructedNode(identifier: .sequence) { coder in
          for link in chain { coder.serializeRawBytes(link.der) }
        }
      }
    }
    return coder.serializedBytes
  }
}

extension EvidenceRecord {
  /// What a time stamp must cover to renew the newest one (RFC 4998 §5.2, time-stamp renewal): the hash of its token,
  /// by the function of its chain. Either the stamp is asked for this hash itself, or for the root of a tree over many.
  ///
  /// Do it before ``TimeStamp/certificatesExpire``, and before an algorithm of the signature gets weak.
  public var renewalImprint: Imprint {
    // A chain is never empty.
    chains[chains.count - 1].last?.tokenImprint ?? Imprint(of: [])
  }

  /// Adds a time stamp that renews the newest one.
  ///
  /// - Throws: ``EvidenceError/unexpectedAlgorithm(expected:found:)`` and
  ///   ``EvidenceError/notCovered(_:expected:)``.
  public mutating func renew(with link: ArchiveTimeStamp) throws(EvidenceError) {
    let chain = chains.count - 1
    let imprint = renewalImprint
    guard link.algorithm == imprint.algorithm else {
      throw .unexpectedAlgorithm(expected: imprint.algorithm, found: link.algorithm)
    }
    guard link.root(of: imprint) == link.token.imprint else {
      throw .notCovered(ArchiveTimeStampPlace(chain: chain, index: chains[chain].count), expected: imprint)
    }
    chains[chain].append(link)
  }

  /// What the first time stamp of a new chain must cover (RFC 4998 §5.2, hash-tree renewal): the new function's hash
  /// of the object's hash followed by the hash of the DER of all chains so far.
  ///
  /// Each record has a value of its own. A new ``EvidenceTree`` over the values of all takes one time stamp for all.
  ///
  /// - Parameter hash: of the data object, by the new function.
  public func hashTreeRenewalImprint(for hash: Imprint) -> Imprint {
    Self.renewalImprint(for: hash, after: chains[...])
  }

  /// Begins a new chain with a time stamp by a new hash function.
  ///
  /// - Parameter hash: of the data object, by the new function.
  /// - Throws: ``EvidenceError/unexpectedAlgorithm(expected:found:)`` and
  ///   ``EvidenceError/notCovered(_:expected:)``.
  public mutating func renewHashTree(with link: ArchiveTimeStamp, for hash: Imprint) throws(EvidenceError) {
    guard link.algorithm == hash.algorithm else {
      throw .unexpectedAlgorithm(expected: hash.algorithm, found: link.algorithm)
    }
    let imprint = hashTreeRenewalImprint(for: hash)
    guard link.root(of: imprint) == link.token.imprint else {
      throw .notCovered(ArchiveTimeStampPlace(chain: chains.count, index: 0), expected: imprint)
    }
    chains.append([link])
    if !digestAlgorithms.contains(link.algorithm) { digestAlgorithms.append(link.algorithm) }
  }

  static func renewalImprint(for hash: Imprint, after chains: ArraySlice<[ArchiveTimeStamp]>) -> Imprint {
    let sequence = Imprint(of: Self.sequence(of: chains), hash.algorithm)
    return Imprint(of: hash.bytes + sequence.bytes, hash.algorithm)
  }
}
