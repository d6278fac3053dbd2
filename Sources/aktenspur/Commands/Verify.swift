import ArgumentParser
import Audit
import TransparencyLog

struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Verify a ledger or a bundle offline: chain, tree, tiles, checkpoints, anchors, versions, batches, times.",
    discussion: """
      Exit status 0: sound; 1: not sound, with the findings. Never writes into the ledger. Uses every processor; the \
      memory does not grow with the ledger, what does not fit goes to temporary files without names.
      """)

  @OptionGroup var ledger: LedgerOption
  @Option(help: "Verify a bundle instead of a ledger's directory.") var bundle: String?
  @Option(name: .customLong("checkpoint"), help: "A checkpoint kept elsewhere; may be given several times.")
  var checkpoints: [String] = []
  @Option(help: "The verifier key kept elsewhere; without it the one in record 0 is used.") var key: String?
  @Option(help: "A C2SP tlog-policy file: which witnesses must have cosigned a checkpoint.") var policy: String?
  @Flag(help: "Check the contents of documents too (of a bundle always).") var documents = false
  @Option(help: "Where temporary files may be kept (default: $TMPDIR, else /tmp).") var tmp: String?
  @Flag(help: "Print the result as JSON.") var json = false

  func run() throws {
    if bundle != nil, ledger.argument != nil { throw ValidationError("name either --ledger or --bundle") }
    let options = try options()
    let ledger = bundle == nil ? try self.ledger.path() : ""
    let progress = ProgressLine()
    func show(_ state: VerificationProgress) {
      progress.show(Double(state.bytes) / Double(max(state.totalBytes, 1)))
    }
    let report: VerificationReport
    do throws(VerifierError) {
      if let bundle {
        report = try BundleVerifier(bundle: bundle, options: options).run(progress: show)
      } else {
        report = try LedgerVerifier(ledger: ledger, options: options).run(progress: show)
      }
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
    Terminal.error(report.pace(in: language))
    if !report.isSound { throw ExitCode(Failure.Status.checkFailed.rawValue) }
  }

  private func options() throws -> LedgerVerifier.Options {
    let key: VerifierKey?
    do {
      key = try self.key.map { try VerifierKey($0) }
    } catch let error as NoteError {
      throw Failure(.usage, "--key: \(error)")
    }
    return LedgerVerifier.Options(
      checkpoints: checkpoints, key: key, policy: try policy.map { try WitnessPolicy.read($0) }, documents: documents,
      temporaryDirectory: tmp)
  }
}
