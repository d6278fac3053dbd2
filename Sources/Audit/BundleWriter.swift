import Glibc
import LogFormat
public import TransparencyLog

/// Writes a bundle: one file that holds a ledger, or a selection of its records, with all that is needed to check it
/// without the ledger, without its keeper and without this program.
///
/// A bundle is a POSIX ustar archive. The same ledger, checkpoint and selection give the same bytes. It covers the records
/// below the newest checkpoint; the log must bear that checkpoint out, for else nothing could be proved. Documents go in
/// as they are, and one that is missing is left out: what is wrong with them, the verification of the bundle says.
///
/// It reads the ledger once for the proofs and once more for the bytes, and keeps nothing of it in memory.
public struct BundleWriter {
  /// What was written.
  public struct Summary: Sendable, Hashable {
    public let checkpoint: Checkpoint
    /// Records in the bundle, those that are in every one included.
    public let records: UInt64
    /// Bytes of the file.
    public let bytes: UInt64
  }

  private let ledger: String
  private let selection: BundleSelection

  /// - Parameter ledger: path of the ledger's directory. A daemon may be writing to it.
  public init(ledger: String, selection: BundleSelection) {
    self.ledger = ledger
    self.selection = selection
  }

  /// Writes the bundle beside its path and moves it there when it is whole and on the disk.
  ///
  /// - Throws: ``BundleError`` or ``VerifierError``; there is no file then that was not there before.
  public func write(to path: String) throws -> Summary {
    guard try directoryEntries(ledger + "/log") != nil else { throw BundleError.noLedger(path: ledger) }
    // The checkpoint is read before the log is listed: the log is then never shorter than it says.
    let files = try CheckpointFile.load(ledger: ledger, given: [])
    let newest = try newestCheckpoint(files)
    if case .range(let from, let to) = selection, from > to || to >= newest.size {
      throw BundleError.nothingSelected(selection, size: newest.size)
    }
    let scratch = try BundleScratch(in: folder(of: path), prefix: ".aktenspur-bundle-")
    let reading = try BundleReading(ledger: ledger, below: newest.size, selection: selection, scratch: scratch)
    guard reading.root == newest.root else { throw BundleError.brokenLog(sequence: newest.size - 1) }
    guard reading.selectedCount > 0 else { throw BundleError.nothingSelected(selection, size: newest.size) }
    let checkpoints = try BundleCheckpoints(files, names: reading.names, newest: newest)

    guard let key = reading.names.newestKey else { throw BundleError.brokenLog(sequence: 0) }

    let output = try BundleOutput(creating: scratch.file("bundle"))
    var tar = TarWriter(output)
    try write(reading, checkpoints, key, to: &tar)
    try tar.finish()
    try output.synchronize()
    guard rename(output.path, path) == 0 else { throw VerifierError.io(call: "rename", path: path, code: errno) }
    return Summary(checkpoint: newest, records: reading.recordCount, bytes: output.byteCount)
  }

  private func newestCheckpoint(_ files: [CheckpointFile]) throws -> Checkpoint {
    guard let file = files.first(where: { $0.role == .newest }) else { throw BundleError.noCheckpoint }
    do {
      let checkpoint = try file.content.get().checkpoint
      guard checkpoint.size > 0 else { throw BundleError.noCheckpoint }
      return checkpoint
    } catch let error as NoteError {
      throw BundleError.checkpoint(name: file.name, reason: "\(error)")
    }
  }

  private func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  // MARK: The members, in their order

  private func write(
    _ reading: BundleReading, _ checkpoints: BundleCheckpoints, _ key: VerifierKey, to tar: inout TarWriter
  ) throws {
    func add(_ member: BundleMember, _ text: String) throws { try tar.add(member.name, text) }
    let description = BundleDescription(checkpoints.newest, selection)
    try add(.description, description.json)
    try add(.page, BundlePage(description, key: key, olderSizes: checkpoints.older.map(\.size)).html)
    try add(.verifierKey, "\(key)\n")
    try add(.checkpoint, checkpoints.newestNote)
    for older in checkpoints.older { try add(.olderCheckpoint(older.size), older.note) }
    switch selection {
    case .all:
      for segment in reading.segments {
        let file = try BundleInput(segment.path)
        try tar.add(BundleMember.segment(segment.firstSequence).name, file, size: segment.byteCount)
      }
    case .subject, .range:
      try writeSelection(reading, checkpoints, to: &tar)
    }
    for digest in try documents(reading.documents) {
      guard let file = try BundleInput(ifPresent: "\(ledger)/\(BundleMember.document(digest).name)") else { continue }
      try tar.add(BundleMember.document(digest).name, file)
    }
  }

  private func writeSelection(
    _ reading: BundleReading, _ checkpoints: BundleCheckpoints, to tar: inout TarWriter
  ) throws {
    let size = checkpoints.newest.size
    for older in checkpoints.older {
      let proof = try ConsistencyProof.make(from: older.size, to: size, node: reading.node)
      try tar.add(
        BundleMember.consistency(from: older.size, to: size).name, proof.map { $0.base64 + "\n" }.joined())
    }
    try tar.add(BundleMember.records.name, BundleInput(reading.recordsPath))
    try reading.forEachRecord { record in
      let hashes = try InclusionProof.make(index: record.sequence, size: size, node: reading.node)
      let proof = TlogProof(index: record.sequence, hashes: hashes, checkpoint: Array(checkpoints.newestNote.utf8))
      try tar.add(BundleMember.proof(record.sequence).name, proof.encoded)
    }
  }

  /// Ascending, each once: what records name, and the files that the manifests among them list.
  private func documents(_ named: [NamedDocument]) throws -> [Digest] {
    var digests: Set<Digest> = []
    for document in named {
      digests.insert(document.digest)
      guard let file = try BundleInput(ifPresent: "\(ledger)/\(BundleMember.document(document.digest).name)") else {
        continue
      }
      digests.formUnion(NamedDocument.files(inManifest: try file.bytes(0..<file.byteCount)))
    }
    return digests.sorted()
  }
}
