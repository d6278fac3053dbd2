import DocumentStore
public import EventLog
import LogFormat
import ReadModels
import TimeStamps
import TransparencyLog

/// Puts RFC 4998 evidence records together from what the ledger has recorded and kept.
///
/// Nothing of a tree is stored: it is made again from the log, and its root is the one that was stamped, or the log is
/// not what it was.
struct AnchorEvidence {
  private let objects: AnchorObjects
  private let series: StampSeries

  init(_ chain: [AnchorStamp], _ objects: AnchorObjects) throws {
    try self.init(AnchorEvidence.tokens(of: chain, in: objects.documents), objects)
  }

  private init(_ tokens: [TimeStampToken], _ objects: AnchorObjects) throws {
    guard let first = tokens.first else { preconditionFailure("a chain begins with a time stamp") }
    var series = try StampSeries(first, over: objects.tree())
    for token in tokens.dropFirst() {
      let algorithm = token.imprint.algorithm
      if algorithm == series.newestAlgorithm {
        try series.renew(with: token)
      } else {
        let tree = try AnchorEvidence.tree(over: objects, by: algorithm, after: series)
        try series.renewHashTree(with: token, over: tree)
      }
    }
    self.objects = objects
    self.series = series
  }

  /// The evidence record of a data object.
  func record(of object: AnchorObjects.Object) throws -> EvidenceRecord {
    try series.record(of: AnchorEvidence.hashes(of: object, series.algorithms))
  }

  /// What a time stamp must be given for to renew the newest one of a chain. With the hash function of the newest tree
  /// that is the token (time-stamp renewal), with another one all objects again (hash-tree renewal; RFC 4998 §5.2), which
  /// reads every record under the first time stamp once for each tree.
  ///
  /// - Parameter algorithm: nil for the newest tree's.
  static func renewal(
    of chain: [AnchorStamp], by algorithm: HashAlgorithm?, _ objects: AnchorObjects
  ) throws -> Imprint {
    let tokens = try tokens(of: chain, in: objects.documents)
    guard let newest = tokens.last else { preconditionFailure("a chain begins with a time stamp") }
    let algorithm = algorithm ?? newest.imprint.algorithm
    if algorithm == newest.imprint.algorithm { return Imprint(of: newest.bytes, algorithm) }
    let evidence = try AnchorEvidence(tokens, objects)
    return try tree(over: objects, by: algorithm, after: evidence.series).root
  }

  /// The tokens of a chain, oldest first.
  private static func tokens(of chain: [AnchorStamp], in documents: DocumentStore) throws -> [TimeStampToken] {
    try chain.map { stamp in
      guard let token = try TimeStampResponse(der: try documents.get(stamp.response)).token else {
        throw AnchorError.noToken(stamp.sequence)
      }
      return token
    }
  }

  /// The tree over all objects with the evidence there is for each.
  private static func tree(
    over objects: AnchorObjects, by algorithm: HashAlgorithm, after series: StampSeries
  ) throws -> EvidenceTree {
    var leaves: [Imprint] = []
    try objects.forEach { object in
      leaves.append(try series.renewalLeaf(of: hashes(of: object, series.algorithms + [algorithm]), by: algorithm))
    }
    return try EvidenceTree(algorithm, leaves: leaves)
  }

  private static func hashes(of object: AnchorObjects.Object, _ algorithms: [HashAlgorithm]) throws -> [Imprint] {
    try Set(algorithms).map { try object.imprint($0) }
  }
}

/// Evidence out of a ledger's directory, with or without a daemon.
public struct EvidenceExport: Sendable {
  private let reader: LogReader

  public init(_ reader: LogReader) {
    self.reader = reader
  }

  /// The RFC 4998 EvidenceRecord of a record, in DER: the data object is its line without LF.
  ///
  /// - Throws: ``AnchorError``; ``EvidenceError`` where the log is not the one that was stamped.
  public func evidenceRecord(of sequence: UInt64) throws -> [UInt8] {
    guard let line = try reader.line(at: sequence) else { throw AnchorError.noRecord(sequence) }
    var records: [Record] = []
    let filter = LineFilter(subject: Log.ledgerSubject, type: Log.ledgerTypePrefix + AnchorRecord.name)
    try reader.forEachLine(from: sequence, filter: filter) { line, _ in
      records.append(try Record(line: Array(line)))
      return true
    }
    let stamps = try AnchorStamps(records)
    guard let first = stamps.first(covering: sequence) else { throw AnchorError.notStamped(sequence) }
    let objects = try AnchorObjects(
      checkpoint: Checkpoint(
        origin: reader.origins().origin(ofSize: first.size).name, size: first.size, root: first.root),
      from: first.from,
      source: LogFilesSource(reader: reader), documents: try DocumentStore(directory: reader.directory.documents))
    let evidence = try AnchorEvidence(stamps.chain(from: first), objects)
    return try evidence.record(of: AnchorObjects.Object(digest: SHA256.hash(line)) { line }).der
  }
}
