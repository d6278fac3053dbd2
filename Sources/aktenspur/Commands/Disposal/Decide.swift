import ArgumentParser
import Foundation
import Ledger
import ReadModels
import TransparencyLog
import Xdomea

struct Decide: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Take in what the archive has decided: a message 0502 of xdomea 3.1.0 or 4.0.0.",
    discussion: "All of it is recorded or nothing; the same message again is recorded once.")

  @OptionGroup var options: DisposalOptions
  @Argument(help: "The message's file.") var file: String

  private static let offer = """
    SELECT s.subject, s.prozess
    FROM akte_aussonderung AS s
    WHERE s.objekt = :objekt
    AND s.schritt = 'angeboten'
    ORDER BY s.sequence DESC
    LIMIT 1
    """

  func run() async throws {
    let bytes = try InputFile.contents(of: file)
    let verzeichnis: Bewertungsverzeichnis
    do {
      verzeichnis = try Bewertungsverzeichnis(xml: Data(bytes))
    } catch {
      throw Failure(.badInput, "\(file): \(error)")
    }
    let snapshot = try LedgerReader(at: try options.ledger.path(), packs: options.packs.source).snapshot()
    let process = verzeichnis.prozess.uuidString.lowercased()
    let digest = SHA256.hash(bytes).hex
    var events = DisposalEvents(authid: options.authid)
    var unknown: [String] = []
    for objekt in verzeichnis.objekte {
      let id = objekt.id.uuidString.lowercased()
      let found = try PackTables.rows(Decide.offer, ["objekt": .text(id)], in: snapshot).rows.first
      guard let found, case .text(let subject) = found[0], found[1].shown.lowercased() == process else {
        unknown.append(id)
        continue
      }
      events.add(
        "archivbewertung-empfangen", subject, id: "bewertung-\(digest.prefix(32))-\(subject)",
        [("bewertung", objekt.art.rawValue), ("prozess", process), ("nachricht", "sha256:\(digest)")])
    }
    guard unknown.isEmpty else {
      throw Failure(
        .badInput,
        Language.text(
          en: "\(file): not offered in process \(process): \(unknown.joined(separator: ", ")); nothing was recorded",
          de:
            "\(file): im Prozess \(process) nicht angeboten: \(unknown.joined(separator: ", ")); nichts wurde aufgezeichnet"
        ))
    }
    try await DaemonClient.withConnection(to: try options.socket.path()) { [events] in
      try await events.record(through: $0)
    }
    Terminal.error(
      Language.text(
        en: "\(verzeichnis.objekte.count) decisions recorded",
        de: "\(verzeichnis.objekte.count) Entscheidungen aufgezeichnet"))
  }
}
