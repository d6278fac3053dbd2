import Glibc
import LogFormat
public import TransparencyLog

/// Verifies a ledger's directory: chain, tree, checkpoints and the rules between records. It only reads, and it never
/// repairs.
///
/// Whom it trusts: nobody but the verifier key, SHA-256, and the checkpoints the auditor brings along. With the key from
/// record 0 it shows that the ledger is whole in itself; with the key that the auditor noted when the ledger was made, that
/// it is the same ledger; with an older checkpoint, that nothing covered by that has been changed since, even by somebody
/// who has the signing key.
public struct LedgerVerifier: Sendable {
  public struct Options: Sendable {
    /// Older checkpoints, as files.
    public var checkpoints: [String]
    /// The key the ledger must be signed with; nil: the one that record 0 names.
    public var key: VerifierKey?
    /// Which witnesses must have cosigned a checkpoint; nil: none.
    public var policy: WitnessPolicy?
    /// Whether the contents in `documents/` are read and hashed as well.
    public var documents: Bool
    /// Whether contents that were filed must be there. A bundle has none of them.
    package var filedContents = true
    /// A folder for what does not fit the memory (64 bytes of each record); nil: `$TMPDIR`, or else `/tmp`. The files
    /// there have no name, so that nothing is left behind however the verification ends.
    public var temporaryDirectory: String?
    /// How many threads verify; nil: one for each processor.
    public var threads: Int?
    /// The parts into which the log is cut for the threads, in bytes.
    package var chunkSize: UInt64 = 1 << 20
    /// The memory for sorting, in bytes.
    package var sortingMemory = 16 << 20

    public init(
      checkpoints: [String] = [], key: VerifierKey? = nil, policy: WitnessPolicy? = nil, documents: Bool = false,
      temporaryDirectory: String? = nil,
      threads: Int? = nil
    ) {
      self.checkpoints = checkpoints
      self.key = key
      self.policy = policy
      self.documents = documents
      self.temporaryDirectory = temporaryDirectory
      self.threads = threads
    }

    var sorting: KeySorter.Limits {
      KeySorter.Limits(
        memory: sortingMemory,
        temporaryDirectory: temporaryDirectory ?? getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp")
    }
  }

  private let ledger: String
  private let options: Options

  /// - Parameter ledger: path of the ledger's directory.
  public init(ledger: String, options: Options = Options()) {
    self.ledger = ledger
    self.options = options
  }

  /// - Throws: where files cannot be read. What is wrong with the ledger stands in the report.
  public func run(progress: (VerificationProgress) -> Void = { _ in }) throws(VerifierError) -> VerificationReport {
    let start = ContinuousClock.now
    guard try directoryEntries(ledger) != nil else { throw .noLedger(path: ledger) }
    // The checkpoint is read before the extent of the log: beside a daemon it is then never ahead of it.
    let files = try CheckpointFile.load(ledger: ledger, given: options.checkpoints)
    let extent = try LogExtent(ledger: ledger)
    let newest = files.first { $0.role == .newest }?.claim
    var claims: [UInt64: Set<Digest>] = [:]
    for claim in files.compactMap(\.claim) { claims[claim.size, default: []].insert(claim.root) }

    let workers = try Workers(count: options.threads ?? Workers.available)
    let tiles = try TileComparison(ledger: ledger)
    func walk(_ sizes: Set<UInt64>) throws(VerifierError) -> ChainAuditor.Result {
      let repetitions = RepetitionCheck(workers: workers, limits: options.sorting)
      let scanner = ChunkScanner(
        chunkSize: options.chunkSize, fingerprinter: repetitions.fingerprinter, sizes: sizes.sorted(), tiles: tiles)
      let scout = ChunkScout(
        workers: workers, scanner: scanner, chunks: LogChunks(extent, chunkSize: options.chunkSize))
      var auditor = ChainAuditor(
        extent: extent, coveredSize: newest?.size ?? 0, tree: TreeRoots(claims: claims, sizes: sizes, tiles: tiles),
        scout: scout, repetitions: repetitions,
        filings: options.documents && options.filedContents ? FilingList(limits: options.sorting) : nil)
      return try auditor.run(progress: progress)
    }
    let sizes = Set(claims.keys)
    var log = try walk(sizes)
    // An anchored checkpoint is kept in `checkpoints/`, and so is one that a name ended with. Where one has gone, what it
    // spoke of is known only now.
    let restored = log.resumptions.compactMap { $0.record.data.flatMap { Resumption($0) }?.ended.size }
    let anchored = Set((log.anchors.flatMap(\.sizes) + restored).filter { $0 > 0 && $0 <= log.size })
    if !anchored.isSubset(of: sizes) { log = try walk(sizes.union(anchored)) }
    var findings = log.findings
    func report(_ finding: Finding) { findings.append(finding, .evidence) }

    let names = Names(log.opening, log.resumptions, key: options.key, report: report)
    if log.size == 0 {
      let place = log.end ?? LogPlace(segmentSequence: 0, offset: 0)
      report(Finding(.truncated, sequence: 0, place: place, Phrase("das Protokoll ist leer", "the log is empty")))
    } else if log.size < extent.durableRecords {
      report(LedgerVerifier.truncated(log, promised: extent.durableRecords, by: "run/durable"))
    }
    let signed = CheckpointAudit(files: files, names: names, log: log).run(report: report)
    names.check(root: { log.tree.roots[$0] }, claims: files.compactMap(\.claim), report: report)
    log.tree.tileFaults.report(to: &findings)
    let covered = options.policy.map { PolicyAudit(policy: $0, files: files, names: names).run(report: report) }
    let timeStamps = TimeStampAudit(
      ledger: ledger, extent: extent, workers: workers, sorting: options.sorting, chunkSize: options.chunkSize,
      names: names, checksDocuments: options.documents)
    try AnchorAudit(log: log, extent: extent, names: names, files: files, timeStamps: timeStamps)
      .run(report: report)
    var documents: DocumentSummary?
    if options.documents {
      documents = try DocumentAudit(ledger: ledger, named: log.documents)
        .run(filings: log.filings, in: extent, report: report)
    }

    let signedSize = signed.map { min($0.size, log.size) } ?? 0
    return VerificationReport(
      origin: names.origin, signed: signedSize, unsigned: log.size - signedSize,
      root: signed?.root ?? log.tree.root, keys: names.keys.map { "\($0)" }, checkpoints: files.count,
      records: log.size, bytes: log.byteCount - log.tornByteCount, tornBytes: log.tornByteCount,
      findings: findings.sorted, omittedFindings: findings.omitted,
      witnessed: covered ?? nil, anchors: log.anchors.count, names: names.statements,
      documents: documents, seconds: start.duration(to: .now).seconds)
  }

  static func truncated(_ log: ChainAuditor.Result, promised: UInt64, by witness: String) -> Finding {
    Finding(
      .truncated, sequence: log.size, place: log.end ?? LogPlace(segmentSequence: 0, offset: 0),
      Phrase(
        "das Protokoll endet nach \(log.size) Datensätzen, \(witness) nennt \(promised)",
        "the log ends after \(log.size) records, \(witness) says \(promised)"))
  }
}

/// How far a verification has come.
public struct VerificationProgress: Sendable {
  public let records: UInt64
  public let bytes: UInt64
  public let totalBytes: UInt64
}
