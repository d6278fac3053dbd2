/// Why an evidence record is not made, not read or not believed.
public enum EvidenceError: Error, Sendable, Hashable {
  /// A tree has at least one leaf.
  case emptyTree
  /// The hash is not among the tree's leaves.
  case leafNotInTree(Imprint)
  /// All hashes of a tree and of a chain are made by one function.
  case unexpectedAlgorithm(expected: HashAlgorithm, found: HashAlgorithm)
  /// The time stamp is not for the root it is put over.
  case rootMismatch(expected: Imprint, found: Imprint)
  /// Evidence records are DER throughout, and the authority's token is not.
  case tokenNotDER

  /// More bytes than an evidence record may have.
  case tooLarge(byteCount: Int, limit: Int)
  /// The bytes are not the DER of an evidence record; where reading them failed.
  case malformed(EvidencePart)
  /// A version other than 1.
  case unsupportedVersion
  /// The hash function is not taken here; its object identifier.
  case unsupportedHashAlgorithm(String)
  /// The data were encrypted before they were hashed (RFC 4998 §6), which is not supported.
  case encrypted
  /// A chain uses a hash function that the record does not list in `digestAlgorithms` (RFC 4998 §3.1).
  case unlistedAlgorithm(HashAlgorithm)

  /// The caller gave no hash of the data by this function.
  case missingHash(HashAlgorithm)
  /// The first list of the reduced tree does not hold what the archive time stamp must cover: the data object, the
  /// time stamp before it or, at the head of a later chain, data object and older chains (RFC 4998 §5.3).
  case notCovered(ArchiveTimeStampPlace, expected: Imprint)
  /// An archive time stamp is older than the one it renews.
  case timeRunsBackwards(ArchiveTimeStampPlace, earlier: GenerationTime, later: GenerationTime)
  /// The token of this archive time stamp does not hold, or its certificates were no longer valid when it was renewed.
  case timeStamp(ArchiveTimeStampPlace, TimeStampError)
  /// A token in the record cannot be read.
  case unreadableToken(TimeStampError)
}

/// Where an archive time stamp stands in a record: chain and place in it, both from 0.
public struct ArchiveTimeStampPlace: Sendable, Hashable {
  public let chain: Int
  public let index: Int

  public init(chain: Int, index: Int) {
    self.chain = chain
    self.index = index
  }
}

/// The types of RFC 4998.
public enum EvidencePart: String, Sendable, Hashable {
  case evidenceRecord = "EvidenceRecord"
  case digestAlgorithms = "digestAlgorithms"
  case algorithmIdentifier = "AlgorithmIdentifier"
  case archiveTimeStampSequence = "ArchiveTimeStampSequence"
  case archiveTimeStampChain = "ArchiveTimeStampChain"
  case archiveTimeStamp = "ArchiveTimeStamp"
  case partialHashtree = "PartialHashtree"
}

extension ArchiveTimeStampPlace: CustomStringConvertible {
  public var description: String { "archive time stamp \(index) of chain \(chain)" }
}

extension EvidenceError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .emptyTree: "a hash tree without leaves"
    case .leafNotInTree(let leaf): "\(leaf) is not among the leaves of the hash tree"
    case .unexpectedAlgorithm(let expected, let found):
      "a hash by \(found.rawValue) where all are by \(expected.rawValue)"
    case .rootMismatch(let expected, let found): "the time stamp is for \(found), the root is \(expected)"
    case .tokenNotDER: "the time-stamp token is not DER, as an evidence record must be throughout"
    case .tooLarge(let byteCount, let limit): "an evidence record of \(byteCount) bytes: at most \(limit) are taken"
    case .malformed(let part): "not an evidence record: \(part.rawValue) cannot be read"
    case .unsupportedVersion: "the evidence record has a version other than 1"
    case .unsupportedHashAlgorithm(let oid): "hash algorithm \(oid): expected SHA-256, SHA-384 or SHA-512"
    case .encrypted: "the evidence record is for encrypted data, which is not supported"
    case .unlistedAlgorithm(let algorithm): "the evidence record does not list its hash algorithm \(algorithm.rawValue)"
    case .missingHash(let algorithm): "a hash of the data by \(algorithm.rawValue) is needed"
    case .notCovered(let place, let expected): "\(place) does not cover \(expected)"
    case .timeRunsBackwards(let place, let earlier, let later):
      "\(place) is of \(later), before the one it renews (\(earlier))"
    case .timeStamp(let place, let error): "\(place): \(error)"
    case .unreadableToken(let error): "a token of the evidence record cannot be read: \(error)"
    }
  }
}
