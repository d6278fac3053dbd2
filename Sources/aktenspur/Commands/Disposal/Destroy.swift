import ArgumentParser
import EventLog
import Foundation
import Ledger
import LogFormat

struct Destroy: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Record the destruction of files; refused, with the reason, while they must be kept.",
    discussion: """
      Each file is destroyed on its own; the exit status is 65 if any was refused. The log stays as it is.
      """)

  @OptionGroup var options: DisposalOptions
  @Option(help: "Why, as it is recorded.") var reason: String
  @Flag(help: "All files that are due.") var due = false
  @Argument(help: "Files, e.g. akte/10.03/2012/1.") var files: [String] = []

  func validate() throws {
    guard due != !files.isEmpty else { throw ValidationError("say either files or --due") }
  }

  func run() async throws {
    let reader = try LedgerReader(at: try options.ledger.path(), packs: options.packs.source)
    let subjects =
      try due
      ? DueList.files("vernichtung", in: try reader.snapshot(), on: AsOf.today(in: reader.log.description.timeZone))
      : files
    var refused = 0
    try await DaemonClient.withConnection(to: try options.socket.path()) { client in
      for subject in subjects {
        var event = DisposalEvents(authid: options.authid)
        event.add("vernichtet", subject, id: "vernichtet-\(subject)", [("grund", reason)])
        do {
          try await event.record(through: client)
          Terminal.print(Language.text(en: "\(subject): destroyed", de: "\(subject): vernichtet"))
        } catch let failure as Failure where failure.status == .badInput {
          refused += 1
          Terminal.error("\(subject): \(failure.message)")
        }
      }
    }
    guard refused == 0 else {
      throw Failure(
        .badInput, Language.text(en: "\(refused) refused, see above", de: "\(refused) abgelehnt, siehe oben"))
    }
  }
}
