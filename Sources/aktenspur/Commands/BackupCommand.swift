import ArgumentParser
import Audit
import EventLog
import Foundation
import Ledger
import LogFormat
import TransparencyLog

struct BackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Copy a ledger to another folder, or bring such a copy up to date.",
    discussion: """
      With or without a running daemon. The copy holds the log, checkpoints and documents, and is verified before it \
      counts; only what is new is copied. It holds no keys: neither the signing key, with which somebody could sign another \
      log, nor the keys of persons, which would outlive an erasure.

      --keys FOLDER --keys-until DAY --socket PATH copies the keys of persons as well, to be removed after that day, which \
      is at most 90 days ahead. The daemon records the day first, and 'erase' says it.

      Exit status 1: the ledger is older than its backup or another one, or the copy does not verify. The backup is then \
      what it was before.
      """)

  @OptionGroup var ledger: LedgerOption
  @Argument(help: "The folder of the backup: empty, new, or a backup of this ledger.") var folder: String
  @Option(help: "The verifier key that the ledger must be signed with.") var key: String?
  @Flag(help: "Read the documents that were there before as well.") var documents = false
  @Option(help: "An empty folder for a copy of the keys of persons, outside of the backup.") var keys: String?
  @Option(help: "The last day of that copy, YYYY-MM-DD.") var keysUntil: String?
  @OptionGroup var socket: SocketOption
  @Flag(help: "Print one object: origin, size, root, copied bytes, documents.") var json = false

  func validate() throws {
    guard (keys == nil) == (keysUntil == nil) else { throw ValidationError("--keys and --keys-until go together") }
    guard let keys else { return }
    let (inner, outer) = (URL(filePath: keys).standardizedFileURL.path, URL(filePath: folder).standardizedFileURL.path)
    guard inner != outer, !inner.hasPrefix(outer + "/") else {
      throw ValidationError("--keys: name a folder outside of the backup, which is kept longer")
    }
  }

  func run() async throws {
    do {
      let backup = try Backup(of: try ledger.path(), to: folder)
      let summary = try backup.copy()
      try verify(backup)
      try report(backup, summary)
      if let keys, let keysUntil { try await copyKeys(to: keys, until: keysUntil) }
    } catch let error as BackupError {
      let text = Language.text(en: error.texts.english, de: error.texts.german)
      switch error {
      case .noCheckpoint, .newer, .fork, .document: throw Failure(.checkFailed, text)
      case .notThisLedger, .notEmpty: throw Failure(.cannotCreate, text)
      case .busy: throw Failure(.busy, text)
      case .system: throw Failure(.inputOutput, text)
      }
    }
  }

  /// The first backup into a folder has nothing to lose: its checkpoint is put there before it is verified.
  private func verify(_ backup: Backup) throws {
    let isFirst = backup.previousSize == nil
    if isFirst { try backup.commit() }
    let options = LedgerVerifier.Options(
      checkpoints: isFirst ? [] : [backup.staged], key: try key.map { try VerifierKey($0) },
      documents: documents || isFirst)
    let report = try LedgerVerifier(ledger: folder, options: options).run()
    guard report.isSound else {
      if isFirst { try FileManager.default.removeItem(atPath: backup.target.checkpoint) }
      throw Failure(.checkFailed, report.text(in: Language.isGerman ? .german : .english))
    }
    if !isFirst { try backup.commit() }
  }

  /// Recorded first: a copy that nobody knows of would undo erasures.
  private func copyKeys(to folder: String, until day: String) async throws {
    try KeyBackup.prepare(folder)
    try await DaemonClient.withConnection(to: try socket.path()) { client in
      let body = #"{"until":\#(JSONText.string(day))}"#
      let answer = try await client.send(
        .post("/v1/key-backups", contentType: "application/json", .bytes(Array(body.utf8))))
      guard answer.isSuccess else { throw answer.failure }
    }
    let copied = try KeyBackup.copy(from: try ledger.path(), to: folder)
    Terminal.error(
      Language.text(
        en: "\(copied) files of person keys in \(folder): remove it after \(day)",
        de: "\(copied) Dateien von Personenschlüsseln in \(folder): nach dem \(day) löschen"))
  }

  private func report(_ backup: Backup, _ summary: Backup.Summary) throws {
    let checkpoint = backup.checkpoint
    if json {
      return Terminal.print(
        """
        {"origin":"\(checkpoint.origin)","size":\(checkpoint.size),"root":"\(checkpoint.root.base64)",\
        "logbytes":\(summary.logBytes),"documents":\(summary.documents),"checkpoints":\(summary.checkpoints)}
        """)
    }
    Terminal.print(
      Language.text(
        en:
          "\(folder) holds \(checkpoint.size) signed records, verified; copied \(summary.logBytes) bytes of the log and "
          + "\(summary.documents) documents",
        de:
          "\(folder) enthält \(checkpoint.size) unterschriebene Datensätze, geprüft; kopiert wurden \(summary.logBytes) "
          + "Bytes des Protokolls und \(summary.documents) Dokumente"))
  }
}
