public import EventLog
import Foundation
import LogFormat
public import TransparencyLog

/// A copy of a ledger in another folder: the log up to a signed checkpoint and what follows it, the checkpoints, and the
/// documents. It holds no key and nothing that is derived, and is brought up to date by copying only what is new, and by
/// removing the contents that were destroyed since.
///
/// The log only grows, so an older backup is the beginning of a newer one, and copying over it loses nothing:
/// 1. `ledger.json` says of which ledger the folder is a backup.
/// 2. Documents are added, segments grow, kept checkpoints are added; everything is synced.
/// 3. The copy is verified; that is the caller's part.
/// 4. `checkpoint` is replaced. Until then the backup is what it was.
public struct Backup {
  /// What was copied.
  public struct Summary: Sendable, Hashable {
    /// Bytes of the log, of which only those that were not there.
    public var logBytes: UInt64 = 0
    public var documents = 0
    public var checkpoints = 0
  }

  public let target: LedgerDirectory
  /// The checkpoint of the ledger, which the backup will have.
  public let checkpoint: Checkpoint
  /// The size of the checkpoint that the backup has; nil where it has none yet.
  public let previousSize: UInt64?

  private let source: LogReader
  private let note: String
  private let lock: FolderLock

  /// Looks at both sides, takes the backup's lock, and changes nothing but an empty folder.
  ///
  /// - Throws: ``BackupError``, and ``LedgerOpenError`` where there is no ledger.
  public init(of ledger: String, to folder: String) throws {
    let directory = LedgerDirectory(ledger)
    // The checkpoint first: what is durable later covers it.
    guard let note = try LogReader(directory).checkpoint() else { throw BackupError.noCheckpoint }
    source = try LogReader(directory)
    self.note = note
    target = LedgerDirectory(folder)
    checkpoint = try Checkpoint(text: SignedNote(parsing: Array(note.utf8)).text)
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
    lock = try FolderLock(folder)
    let description = try Data(contentsOf: URL(filePath: directory.description))
    let there = try FileManager.default.contentsOfDirectory(atPath: folder)
    if there.isEmpty || there == ["ledger.json.new"] {
      try DurableFile.write(description, to: target.description, mode: 0o640)
    } else {
      let found = try? Data(contentsOf: URL(filePath: target.description))
      guard found == description else { throw BackupError.notThisLedger(folder) }
    }
    previousSize = try Backup.previous(target, source, checkpoint)
  }

  /// Whether the ledger goes on from where the backup is.
  private static func previous(
    _ target: LedgerDirectory, _ source: LogReader, _ checkpoint: Checkpoint
  ) throws -> UInt64? {
    guard let bytes = try? Data(contentsOf: URL(filePath: target.checkpoint)) else { return nil }
    let previous = try Checkpoint(text: SignedNote(parsing: Array(bytes)).text)
    guard previous.size <= checkpoint.size else {
      throw BackupError.newer(backup: previous.size, ledger: checkpoint.size)
    }
    guard try source.signedTree().root(of: previous.size) == previous.root else {
      throw BackupError.fork(size: previous.size)
    }
    return previous.size
  }

  /// Copies what is new. The backup's checkpoint is still the old one afterwards; the new one lies beside it in
  /// ``staged``.
  public func copy() throws -> Summary {
    var summary = Summary()
    for (name, mode) in [("log", 0o750), ("checkpoints", 0o750), ("documents", 0o700), ("documents/sha256", 0o700)] {
      try Backup.makeFolder(target.path + "/" + name, mode)
    }
    // The end of what is copied of the log is fixed, and a content is there before the record that names it: so wherever
    // this is cut off, the copy has the contents of all records it has.
    summary.documents = try Backup.copyDocuments(
      from: source.directory, to: target, without: source.destroyedContents())
    for piece in try source.pieces() {
      let path = target.log + "/" + piece.name
      summary.logBytes += try DurableFile.extend(path, with: piece.path, to: piece.bytes)
      if piece.isClosed { try FileManager.default.setAttributes([.posixPermissions: 0o440], ofItemAtPath: path) }
    }
    try DurableFile.synchronizeFolder(target.log)
    summary.checkpoints = try copyCheckpoints()
    try DurableFile.write(Data(note.utf8), to: staged, mode: 0o640)
    return summary
  }

  /// Where the new checkpoint lies between ``copy()`` and ``commit()``.
  public var staged: String { target.path + "/checkpoint.staged" }

  /// Makes the copy the backup, and removes from it the contents that were destroyed: until then, it had the records that
  /// name them and not those of their destruction.
  public func commit() throws {
    guard rename(staged, target.checkpoint) == 0 else {
      throw BackupError.system(call: "rename", path: target.checkpoint, errno: errno)
    }
    try DurableFile.synchronizeFolder(target.path)
    for digest in try source.destroyedContents() {
      let folder = "\(target.documents)/sha256/\(digest.hex.prefix(2))"
      guard unlink("\(folder)/\(digest.hex.dropFirst(2))") == 0 else { continue }
      try DurableFile.synchronizeFolder(folder)
    }
  }

  /// Kept checkpoints gain signature lines, so one that differs is replaced.
  private func copyCheckpoints() throws -> Int {
    var copied = 0
    let names = (try? FileManager.default.contentsOfDirectory(atPath: source.directory.checkpoints)) ?? []
    for name in names.sorted() where name.wholeMatch(of: #/[0-9]{20}/#) != nil {
      let path = target.checkpoints + "/" + name
      let content = try Data(contentsOf: URL(filePath: source.directory.checkpoints + "/" + name))
      guard content != (try? Data(contentsOf: URL(filePath: path))) else { continue }
      try DurableFile.write(content, to: path, mode: 0o640)
      copied += 1
    }
    return copied
  }

  /// A document never changes: one that is there is not copied again.
  static func copyDocuments(
    from source: LedgerDirectory, to target: LedgerDirectory, without destroyed: Set<Digest>
  ) throws -> Int {
    var copied = 0
    let (from, to) = (source.documents + "/sha256", target.documents + "/sha256")
    for folder in try FileManager.default.contentsOfDirectory(atPath: from).sorted()
    where folder.wholeMatch(of: #/[0-9a-f]{2}/#) != nil {
      try makeFolder("\(to)/\(folder)", 0o700)
      for name in try FileManager.default.contentsOfDirectory(atPath: "\(from)/\(folder)").sorted() {
        guard let digest = Digest(hex: folder + name), !destroyed.contains(digest) else { continue }
        let path = "\(to)/\(folder)/\(name)"
        if FileManager.default.fileExists(atPath: path) { continue }
        guard try DurableFile.copy("\(from)/\(folder)/\(name)", to: path, mode: 0o600) == digest else {
          throw BackupError.document(digest)
        }
        copied += 1
      }
    }
    return copied
  }

  private static func makeFolder(_ path: String, _ mode: Int) throws {
    guard !FileManager.default.fileExists(atPath: path) else { return }
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: mode])
    try DurableFile.synchronizeFolder((path as NSString).deletingLastPathComponent)
  }
}

/// Why there is no backup. Nothing of an older one has been lost.
public enum BackupError: Error, Sendable, Hashable {
  case noCheckpoint
  /// The folder is not empty, and no backup of this ledger.
  case notThisLedger(String)
  /// The backup has more records than the ledger.
  case newer(backup: UInt64, ledger: UInt64)
  /// The ledger has had other records than the backup.
  case fork(size: UInt64)
  /// A document of the ledger does not have the content of its name.
  case document(Digest)
  /// Keys are copied into an empty folder only, so that none outlives the day of its copy.
  case notEmpty(String)
  /// Another backup into the folder is running.
  case busy(String)
  case system(call: String, path: String, errno: Int32)

  /// In both languages.
  public var texts: (english: String, german: String) {
    switch self {
    case .noCheckpoint:
      ("the ledger has no checkpoint: run 'doctor'", "das Ledger hat keinen Checkpoint: 'doctor' ausführen")
    case .notThisLedger(let path):
      (
        "\(path) is not empty and no backup of this ledger: name another folder",
        "\(path) ist nicht leer und keine Sicherung dieses Ledgers: einen anderen Ordner nennen"
      )
    case .newer(let backup, let ledger):
      (
        "the backup has \(backup) records, the ledger \(ledger): the ledger was set back; keep the backup, and find out why",
        "die Sicherung hat \(backup) Datensätze, das Ledger \(ledger): das Ledger wurde zurückgesetzt; die Sicherung "
          + "behalten und die Ursache klären"
      )
    case .fork(let size):
      (
        "the ledger's first \(size) records are not those of the backup: the log was written anew; keep the backup, and "
          + "find out why",
        "die ersten \(size) Datensätze des Ledgers sind nicht die der Sicherung: das Protokoll wurde neu geschrieben; die "
          + "Sicherung behalten und die Ursache klären"
      )
    case .document(let digest):
      (
        "document \(digest) of the ledger was altered: run 'doctor'",
        "Dokument \(digest) des Ledgers wurde verändert: 'doctor' ausführen"
      )
    case .notEmpty(let path):
      (
        "\(path) is not empty: every copy of keys goes into a folder of its own and is removed with it",
        "\(path) ist nicht leer: jede Kopie von Schlüsseln kommt in einen eigenen Ordner und wird mit ihm gelöscht"
      )
    case .busy(let path):
      ("another backup is being written to \(path)", "eine andere Sicherung nach \(path) läuft")
    case .system(let call, let path, let errno):
      ("\(call) \(path): \(String(cString: strerror(errno)))", "\(call) \(path): \(String(cString: strerror(errno)))")
    }
  }
}

extension BackupError: CustomStringConvertible {
  public var description: String { texts.english }
}
