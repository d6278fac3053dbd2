import ArgumentParser
import Audit
import TransparencyLog

/// `export --bundle FILE`: the log, or a selection of its records, in one file that can be checked anywhere.
struct ExportBundle: ParsableArguments {
  @Option(
    name: .customLong("bundle"),
    help: "The file of the bundle: the log or a selection of it, with all that is needed to check it elsewhere.")
  var file: String?
  @Option(help: "Of a bundle: only the records on this subject; of --ndjson: the subject.") var subject: String?
  @Option(help: "Of a bundle: only the records from this sequence on …") var from: UInt64?
  @Option(help: "… to this one, which is included.") var to: UInt64?

  func validate() throws {
    guard file != nil else {
      if from != nil || to != nil { throw ValidationError("--from and --to need --bundle") }
      return
    }
    guard (from == nil) == (to == nil) else { throw ValidationError("--from and --to go together") }
    if let from, let to, from > to { throw ValidationError("--from must not be greater than --to") }
    if subject != nil && from != nil { throw ValidationError("either --subject or --from and --to") }
  }

  private var selection: BundleSelection {
    if let subject { return .subject(subject) }
    if let from, let to { return .range(from: from, to: to) }
    return .all
  }

  /// - Parameter socket: of the ledger's daemon, which is then asked to sign a checkpoint over all that is durable.
  func write(to file: String, ledger: String, socket: String?) async throws {
    if let socket {
      try await DaemonClient.withConnection(to: socket) { client in
        let answer = try await client.send(.post("/checkpoint"))
        guard answer.isSuccess else { throw answer.failure }
      }
    }
    let summary: BundleWriter.Summary
    do {
      summary = try BundleWriter(ledger: ledger, selection: selection).write(to: file)
    } catch let error as BundleError {
      throw Failure(ExportBundle.status(of: error), "\(error)")
    } catch VerifierError.io(let call, let path, let code) where ["mkdtemp", "rename", "write", "fsync"].contains(call)
    {
      throw Failure(.cannotCreate, "\(VerifierError.io(call: call, path: path, code: code))")
    }
    let checkpoint = summary.checkpoint
    Terminal.error(
      Language.text(
        en: "\(file): \(summary.records) of \(checkpoint.size) records, root \(checkpoint.root.base64)",
        de: "\(file): \(summary.records) von \(checkpoint.size) Datensätzen, Wurzel \(checkpoint.root.base64)"))
  }

  private static func status(of error: BundleError) -> Failure.Status {
    switch error {
    case .noLedger: .inputOutput
    case .noCheckpoint, .checkpoint, .brokenLog: .checkFailed
    case .nothingSelected: .badInput
    case .memberTooLarge: .cannotCreate
    }
  }
}
