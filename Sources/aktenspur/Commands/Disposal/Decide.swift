import ArgumentParser
import EventLog
import Foundation
import Ledger
import ReadModels
import TransparencyLog
import Xdomea

struct Decide: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Take in what the archive has decided: a message 0502 of xdomea 3.1.0 or 4.0.0.",
    discussion: """
      The message may value files, Vorgänge and Dokumente: each follows what is said of itself, else of its Vorgang, else \
      of its file. A file that the message values only in parts is recorded as B, to be valued, until all in it is \
      decided; so is what came into it after the offer. What has been withdrawn or destroyed since is passed over and \
      named. The same message again is recorded once.
      """)

  @OptionGroup var options: DisposalOptions
  @Argument(help: "The message's file.") var file: String

  /// The files of an offer, whether the offer stands, and whether the archive has said something of the file before.
  private static let offered = """
    SELECT
      s.subject,
      s.objekt,
      s.sequence = (
        SELECT max(l.sequence)
        FROM akte_aussonderung AS l
        WHERE l.subject = s.subject
        AND l.schritt IN ('angeboten', 'anbietung-zurueckgezogen')
      ),
      EXISTS (SELECT 1 FROM akte_archivbewertung AS b WHERE b.akte = s.subject)
    FROM akte_aussonderung AS s
    WHERE lower(s.prozess) = :prozess
    AND s.schritt = 'angeboten'
    ORDER BY s.sequence
    """
  private static let parts = """
    SELECT g.subject, EXISTS (SELECT 1 FROM dokument AS d WHERE d.subject = g.subject AND d.vernichtet IS NOT NULL)
    FROM akte_gegenstand AS g
    WHERE g.akte = :akte
    AND g.art <> 'akte'
    """

  private static let decided = """
    SELECT DISTINCT t.subject
    FROM akte_archivbewertung AS b
    JOIN akte_gegenstand AS g
      ON g.akte = b.akte
    JOIN teil_archivbewertung AS t
      ON t.subject = g.subject
      AND t.sequence > b.angeboten
    WHERE b.akte = :akte
    ORDER BY t.subject
    """

  /// What an offer holds, by the names that it goes out under.
  private struct Offered {
    var subject: String
    var akte: String
    /// Whether it can be valued still.
    var isOpen: Bool
    /// Whether the archive has said something of the file before.
    var isValued: Bool
  }

  private static func offered(
    in process: String, origin: String, _ snapshot: ProjectionSnapshot
  ) throws -> [UUID: Offered] {
    var objects: [UUID: Offered] = [:]
    for row in try PackTables.rows(offered, ["prozess": .text(process)], in: snapshot).rows {
      guard case .text(let akte) = row[0] else { continue }
      let (stands, isValued) = (row[2] != .integer(0), row[3] != .integer(0))
      if case .text(let text) = row[1], let id = UUID(uuidString: text) {
        objects[id] = Offered(subject: akte, akte: akte, isOpen: stands, isValued: isValued)
      }
      for part in try PackTables.rows(parts, ["akte": .text(akte)], in: snapshot).rows {
        guard case .text(let subject) = part[0] else { continue }
        objects[UUID(of: subject, in: origin)] = Offered(
          subject: subject, akte: akte, isOpen: stands && part[1] == .integer(0), isValued: isValued)
      }
    }
    return objects
  }

  func run() async throws {
    let bytes = try InputFile.contents(of: file)
    let verzeichnis: Bewertungsverzeichnis
    do {
      verzeichnis = try Bewertungsverzeichnis(xml: Data(bytes))
    } catch {
      throw Failure(.badInput, "\(file): \(error)")
    }
    let reader = try LedgerReader(at: try options.ledger.path(), packs: options.packs.source)
    let process = verzeichnis.prozess.uuidString.lowercased()
    let snapshot = try reader.snapshot()
    let objects = try Decide.offered(in: process, origin: FileReading.origin(of: reader), snapshot)
    let digest = SHA256.hash(bytes).hex
    var events = DisposalEvents(authid: options.authid)
    func add(_ subject: String, _ art: Aussonderungsart, remark: String? = nil) {
      events.add(
        "archivbewertung-empfangen", subject, id: "bewertung-\(digest.prefix(32))-\(subject)",
        [
          ("bewertung", art.rawValue), ("prozess", process), ("nachricht", "sha256:\(digest)"), ("bemerkung", remark),
        ])
    }
    var unknown: [String] = []
    var closed: [String] = []
    var valued: Set<String> = []
    var inParts: Set<String> = []
    for objekt in verzeichnis.objekte {
      guard let object = objects[objekt.id] else {
        unknown.append(objekt.id.uuidString.lowercased())
        continue
      }
      guard valued.insert(object.subject).inserted else {
        throw Failure(
          .badInput,
          Language.text(
            en: "\(file): it values \(object.subject) twice; nothing was recorded",
            de: "\(file): sie bewertet \(object.subject) zweimal; nichts wurde aufgezeichnet"))
      }
      guard object.isOpen else {
        closed.append(object.subject)
        continue
      }
      add(object.subject, objekt.art)
      if object.subject != object.akte, !object.isValued { inParts.insert(object.akte) }
    }
    for akte in inParts.subtracting(valued).sorted() {
      add(akte, .bewerten, remark: "Die Nachricht bewertet nur Teile der Akte.")
    }
    if valued.count == closed.count { unknown += closed }
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
    for subject in closed {
      Terminal.error(
        Language.text(
          en: "\(subject): passed over, it has been withdrawn or destroyed since",
          de: "\(subject): übergangen, seither zurückgezogen oder vernichtet"))
    }
    for akte in valued.subtracting(closed).filter({ $0.hasPrefix("akte/") }).sorted() {
      let earlier = try PackTables.rows(Decide.decided, ["akte": .text(akte)], in: snapshot).rows.map { $0[0].shown }
        .filter { !valued.contains($0) }
      guard !earlier.isEmpty else { continue }
      let names = earlier.joined(separator: ", ")
      Terminal.error(
        Language.text(
          en: "\(akte): decided on before and not now: \(names); that stands",
          de: "\(akte): früher und jetzt nicht entschieden: \(names); das gilt weiter"))
    }
    let count = valued.count - closed.count
    Terminal.error(Language.text(en: "\(count) decisions recorded", de: "\(count) Entscheidungen aufgezeichnet"))
  }
}
