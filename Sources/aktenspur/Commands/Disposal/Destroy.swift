import ArgumentParser
import EventLog
import Foundation
import Ledger
import LogFormat
import NIOHTTP1
import ReadModels

struct Destroy: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Record the destruction of files; refused, with the reason, while they must be kept.",
    discussion: """
      Each file is destroyed on its own, and then every content of its documents that no living Dokument refers to any \
      more; the exit status is 65 if any file was refused. The log stays as it is.
      """)

  @OptionGroup var options: DisposalOptions
  @Option(help: "Why, as it is recorded.") var reason: String
  @Option(help: "The provision that the destruction of contents rests on.") var legalBasis =
    "Aussonderung (§ 6 LArchivG M-V)"
  @Flag(help: "All files that are due.") var due = false
  @Argument(help: "Files, e.g. akte/10.03/2012/1.") var files: [String] = []

  private static let contents = """
    SELECT DISTINCT i.inhalt
    FROM akte_gegenstand AS t
    JOIN dokument_inhalt AS i
      ON i.dokument = t.subject
    WHERE t.akte = :subject
    ORDER BY i.inhalt
    """
  private static let destroyed = "SELECT 1 FROM akte WHERE subject = :subject AND vernichtet IS NOT NULL"

  /// Destroys a content, unless it is still referred to. What the ledger does not hold is not its to destroy.
  private func destroy(_ content: String, _ client: DaemonClient) async throws {
    var components = URLComponents()
    components.path = "/v1/documents/\(content)"
    components.queryItems = [("reason", reason), ("legalbasis", legalBasis), ("authid", options.authid)]
      .compactMap { name, value in value.map { URLQueryItem(name: name, value: $0) } }
    let uri = (components.string ?? "").replacingOccurrences(of: "+", with: "%2B")
    let answer = try await client.send(.init(method: .DELETE, path: uri, contentType: nil, body: .none))
    switch answer.status {
    case 404: return
    case 409: Terminal.error("\(content): \(answer.failure.message)")
    default: guard answer.isSuccess else { throw answer.failure }
    }
  }

  func validate() throws {
    guard due != !files.isEmpty else { throw ValidationError("say either files or --due") }
  }

  func run() async throws {
    let reader = try LedgerReader(at: try options.ledger.path(), packs: options.packs.source)
    let snapshot = try reader.snapshot()
    let subjects =
      try due
      ? DueList.files("vernichtung", in: snapshot, on: AsOf.today(in: reader.log.description.timeZone)) : files
    var refused = 0
    try await DaemonClient.withConnection(to: try options.socket.path()) { client in
      for subject in subjects {
        do {
          if try PackTables.rows(Destroy.destroyed, ["subject": .text(subject)], in: snapshot).rows.isEmpty {
            var event = DisposalEvents(authid: options.authid)
            event.add("vernichtet", subject, id: "vernichtet-\(subject)", [("grund", reason)])
            try await event.record(through: client)
            Terminal.print(Language.text(en: "\(subject): destroyed", de: "\(subject): vernichtet"))
          } else {
            // Somebody has come so far: what is left of its contents goes.
            Terminal.print(
              Language.text(
                en: "\(subject): was destroyed before; contents that are left go",
                de: "\(subject): war schon vernichtet; übrige Inhalte werden entfernt"))
          }
          for content in try PackTables.rows(Destroy.contents, ["subject": .text(subject)], in: snapshot).rows {
            try await destroy(content[0].shown, client)
          }
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
