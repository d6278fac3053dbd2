import ArgumentParser
import Audit
import TransparencyLog

struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Verify a ledger offline: chain, tree, checkpoints, versions, batches, times.",
    discussion: "Exit status 0: sound; 1: not sound, with the findings. Never writes into the ledger.")

  @OptionGroup var ledger: LedgerOption
  @Option(name: .customLong("checkpoint"), help: "A checkpoint kept elsewhere; may be given several times.")
  var checkpoints: [String] = []
  @Option(help: "The verifier key kept elsewhere; without it the one in record 0 is used.") var key: String?
  @Flag(help: "Check the contents of documents too.") var documents = false
  @Option(help: "Where large checks may keep temporary files.") var tmp: String?
  @Flag(help: "Print the result as JSON.") var json = false

  func run() throws {
    let key: VerifierKey?
    do {
      key = try self.key.map { try VerifierKey($0) }
    } catch let error as NoteError {
      throw Failure(.usage, "--key: \(error)")
    }
    let verifier = LedgerVerifier(
      ledger: try ledger.path(),
      options: LedgerVerifier.Options(
        checkpoints: checkpoints, key: key, documents: documents, temporaryDirectory: tmp))
    let progress = ProgressLine()
    let report: VerificationReport
    do {
      report = try verifier.run { progress.show(Double($0.bytes) / Double(max($0.totalBytes, 1))) }
    } catch {
      throw Failure(.inputOutput, "\(error)")
    }
    progress.clear()
    let language: Audit.Language = Language.isGerman ? .german : .english
    if json {
      Terminal.print(report.json(in: language))
    } else {
      Terminal.write(report.text(in: language).utf8)
    }
    if !report.isSound { throw ExitCode(Failure.Status.checkFailed.rawValue) }
  }
}
