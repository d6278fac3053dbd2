import ArgumentParser
import Audit
import EventLog
import Foundation
import Ledger
import TransparencyLog

struct Restore: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make a ledger from a backup, under a new name and key; print the new verifier key.",
    discussion: """
      The backup is verified with its documents, then its records up to the newest checkpoint go into the new ledger. \
      Record N says that they were signed under the old name and which name and key come next; nothing is ever signed \
      for the old name, because nobody knows what was signed behind the backup. The log may have gone on after the \
      backup was made: name every newer checkpoint that is kept elsewhere with --checkpoint, then this is noticed. \
      What services recorded since, they send again: an event that is there already gets its first receipt.

      --keys: a copy of keys/personen, without which sealed fields cannot be read. A key that the log says is erased is \
      destroyed again when the ledger is opened.

      Exit status 1: the backup does not verify, or a checkpoint shows that it is not the newest. Nothing is left behind.
      """)

  @Argument(help: "The folder of the backup.") var folder: String
  @OptionGroup var ledger: LedgerOption
  @Option(help: "The log's name from now on; none that it has had.") var newOrigin: String
  @Option(help: "The verifier key of the backup's log, kept elsewhere.") var key: String?
  @Option(name: .customLong("checkpoint"), help: "A checkpoint kept elsewhere; may be given several times.")
  var checkpoints: [String] = []
  @Option(help: "A folder with a copy of keys/personen.") var keys: String?

  func run() async throws {
    let path = try ledger.path()
    let key: VerifierKey?
    do {
      key = try self.key.map { try VerifierKey($0) }
    } catch let error as NoteError {
      throw Failure(.usage, "--key: \(error)")
    }
    // Before anything that takes long.
    guard FileManager.default.fileExists(atPath: LedgerDirectory(folder).description) else {
      throw Failure(
        .inputOutput, Language.text(en: "there is no backup in \(folder)", de: "in \(folder) liegt keine Sicherung"))
    }
    try verify(folder, LedgerVerifier.Options(checkpoints: checkpoints, key: key, documents: true))
    let restoration = try restored(to: path)
    do {
      try verify(
        path,
        LedgerVerifier.Options(
          checkpoints: [folder + "/checkpoint"], key: restoration.log.verifierKey, documents: true))
    } catch {
      try restoration.discard()
      throw error
    }
    try restoration.commit()
    report(restoration)
    Terminal.print("\(restoration.log.verifierKey)")
  }

  private func restored(to path: String) throws -> Restoration {
    do {
      return try Restoration(of: folder, as: newOrigin, in: path, keys: keys)
    } catch let error as NoteError {
      throw Failure(.usage, "--new-origin: \(error)")
    } catch ResumingError.usedBefore(let name) {
      throw Failure(
        .usage,
        Language.text(
          en: "--new-origin: \(ResumingError.usedBefore(name))",
          de: """
            --new-origin: das Protokoll wurde schon als \(name) unterschrieben, vielleicht über diese Sicherung hinaus: ein \
            Name darf nie zwei Verläufe unterschreiben; einen neuen wählen
            """))
    } catch let error as ResumingError {
      throw Failure(.checkFailed, "\(error)")
    } catch let error as BackupError {
      throw Failure(.inputOutput, Language.text(en: error.texts.english, de: error.texts.german))
    } catch let error as SystemError {
      throw Failure(.cannotCreate, "\(error)")
    }
  }

  private func verify(_ path: String, _ options: LedgerVerifier.Options) throws {
    let report: VerificationReport
    do throws(VerifierError) {
      report = try LedgerVerifier(ledger: path, options: options).run()
    } catch {
      throw Failure(.inputOutput, "\(error)")
    }
    guard report.isSound else {
      throw Failure(.checkFailed, "\(path)\n" + report.text(in: Language.isGerman ? .german : .english))
    }
  }

  private func report(_ restoration: Restoration) {
    let log = restoration.log
    Terminal.error(
      Language.text(
        en: """
          \(log.ended.size) records signed as \(log.ended.origin), \(restoration.documents) documents, \
          \(restoration.keyFiles) files of person keys; goes on as \(newOrigin). Give the new verifier key to everybody who \
          verifies
          """,
        de: """
          \(log.ended.size) Datensätze, unterschrieben als \(log.ended.origin), \(restoration.documents) Dokumente, \
          \(restoration.keyFiles) Dateien von Personenschlüsseln; weiter als \(newOrigin). Den neuen Prüfschlüssel allen \
          geben, die prüfen
          """))
    guard log.unsigned > 0 else { return }
    Terminal.error(
      Language.text(
        en: "\(log.unsigned) records behind the backup's checkpoint are not signed and were left out",
        de: "\(log.unsigned) Datensätze hinter dem Checkpoint der Sicherung sind nicht unterschrieben und blieben weg"))
  }
}
