import DomainPacks
import EventLog
import Foundation
import Ledger
import LogFormat
import ReadModels
import Reporting
import Xdomea

/// Reads files of the pack `akten` with all that belongs to them, as messages of xdomea tell them.
struct FileReading {
  let reader: LedgerReader
  let snapshot: ProjectionSnapshot
  let day: String

  init(_ reader: LedgerReader) throws {
    self.reader = reader
    snapshot = try reader.snapshot()
    day = AsOf.today(in: reader.log.description.timeZone)
    origin = try FileReading.origin(of: reader)
  }

  private let origin: String

  func id(of subject: String) -> UUID { UUID(of: subject, in: origin) }

  /// The name that the log began with: what went out to an archive keeps its names when the log goes on under another one.
  static func origin(of reader: LedgerReader) throws -> String {
    try reader.log.origins().list.first?.name ?? reader.log.description.origin
  }

  /// Why files cannot be handed over now, by file: what holds them, or that the archive does not want them.
  func obstacles(to subjects: [String]) throws -> [String: String] {
    var obstacles: [String: String] = [:]
    for subject in subjects {
      let hold = try rows(
        """
        SELECT grund
        FROM akte_sperre
        WHERE subject = :subject AND aufgehoben IS NULL AND coalesce(bis, '9999-99-99') >= :effective
        """, subject)
      let archive = try rows("SELECT bewertung, offen FROM akte_archiv WHERE akte = :subject", subject).first
      if let reason = hold.first?["grund"] {
        obstacles[subject] = Language.text(en: "held: \(reason)", de: "gesperrt: \(reason)")
      } else if let open = archive?["offen"] {
        obstacles[subject] = Language.text(
          en: "the archive has not decided on \(open)", de: "noch nicht entschieden (B): \(open)")
      } else if archive?["bewertung"] != Aussonderungsart.archivwuerdig.rawValue {
        obstacles[subject] = Language.text(
          en: "the archive does not want it", de: "das Archiv hat sie nicht als archivwürdig bewertet")
      }
    }
    return obstacles
  }

  func akte(_ subject: String) throws -> Akte {
    let found = try rows(
      "SELECT * FROM aussonderung_akte WHERE subject = :subject AND gilt_von <= :effective AND :effective < gilt_bis",
      subject)
    guard let row = found.first else {
      throw Failure(
        .badInput,
        Language.text(en: "\(subject) is no closed file (zdA)", de: "\(subject) ist keine geschlossene Akte (zdA)"))
    }
    let history = try verlauf(of: subject)
    var akte = Akte(id: id(of: subject), kennzeichen: String(subject.dropFirst("akte/".count)))
    akte.betreff = row["titel"]
    akte.federfuehrung = row["einheit"]
    akte.aktenplan = row["aktenplan"].map { ($0, row["aktenplan_titel"]) }
    akte.aussonderung.jahre = row["jahre"].flatMap { UInt16($0) }
    akte.aussonderung.unbefristet = row["jahre"] == nil && row["ende"] == "9999-12-31"
    akte.aussonderung.ende = row["ende"]
    akte.aussonderung.transferende = row["transfer_ende"]
    akte.aussonderung.vorschlag = row["vorschlag"].flatMap { Aussonderungsart(rawValue: $0) }
    akte.aussonderung.art = row["archiv"].flatMap { Aussonderungsart(rawValue: $0) }
    akte.beginn = row["angelegt"]
    akte.zda = row["zda"]
    akte.verlauf = history[subject] ?? []
    var parts: [String: [Dokument]] = [:]
    for (vorgang, dokument) in try dokumente(of: subject, history) {
      parts[vorgang ?? "", default: []].append(dokument)
    }
    for row in try rows("SELECT * FROM vorgang WHERE akte = :subject ORDER BY subject", subject) {
      guard let subject = row["subject"] else { continue }
      var vorgang = Vorgang(id: id(of: subject), kennzeichen: String(subject.dropFirst("vorgang/".count)))
      vorgang.betreff = row["titel"]
      vorgang.beginn = row["angelegt"]
      vorgang.zda = row["zda"]
      vorgang.verlauf = history[subject] ?? []
      vorgang.dokumente = parts.removeValue(forKey: subject) ?? []
      akte.vorgaenge.append(vorgang)
    }
    akte.dokumente = parts.sorted { $0.key < $1.key }.flatMap(\.value)
    return akte
  }

  /// Of a file what the archive wants, and what that lies in.
  func wanted(of subject: String) throws -> Akte {
    var akte = try akte(subject)
    let own = try rows("SELECT selbst FROM akte_archiv WHERE akte = :subject", subject).first?["selbst"]
    let parts = try rows("SELECT subject FROM teil_bewertung WHERE akte = :subject AND bewertung = 'A'", subject)
    let wanted = Set(parts.compactMap { $0["subject"].map(id) })
    akte.istKontext = own != Aussonderungsart.archivwuerdig.rawValue
    akte.aussonderung.art = own.flatMap { Aussonderungsart(rawValue: $0) }
    akte.dokumente.removeAll { !wanted.contains($0.id) }
    for index in akte.vorgaenge.indices {
      akte.vorgaenge[index].istKontext = !wanted.contains(akte.vorgaenge[index].id)
      akte.vorgaenge[index].dokumente.removeAll { !wanted.contains($0.id) }
    }
    akte.vorgaenge.removeAll { $0.istKontext && $0.dokumente.isEmpty }
    return akte
  }

  private func dokumente(
    of akte: String, _ history: [String: [Verlaufseintrag]]
  ) throws -> [(vorgang: String?, dokument: Dokument)] {
    let found = try rows(
      """
      SELECT d.*
      FROM akte_gegenstand AS t
      JOIN dokument AS d
        ON d.subject = t.subject
      WHERE t.akte = :subject
      AND d.vernichtet IS NULL
      ORDER BY d.subject
      """, akte)
    return try found.compactMap { row in
      guard let subject = row["subject"] else { return nil }
      var dokument = Dokument(id: id(of: subject), kennzeichen: String(subject.dropFirst("dokument/".count)))
      dokument.betreff = row["titel"]
      dokument.typ = row["dokumentart"]
      dokument.verlauf = history[subject] ?? []
      let versions = try rows(
        "SELECT * FROM dokument_version WHERE subject = :subject AND inhalt IS NOT NULL ORDER BY version, sequence",
        subject)
      dokument.versionen = try versions.compactMap { row in
        guard let content = row["inhalt"], let number = row["version"] else { return nil }
        var version = Dokument.Version(
          nummer: number, sha256: String(content.dropFirst("sha256:".count)), medientyp: row["format"],
          dateiname: row["dateiname"])
        version.signatur = try signatur(of: content)
        return version
      }
      return (row["vorgang"], dokument)
    }
  }

  /// Where the signature of a content is: those filed for it, else in itself.
  private func signatur(of content: String) throws -> Dokument.Signatur? {
    let filed = try PackTables.rows(
      """
      SELECT DISTINCT iif(unterzeichnet IS NULL, NULL, inhalt)
      FROM inhalt_ereignis AS e
      WHERE (unterzeichnet = :inhalt OR (inhalt = :inhalt AND unterzeichnet IS NULL AND signiert))
      AND NOT EXISTS (
        SELECT 1 FROM inhalt_ereignis AS v WHERE v.inhalt = e.inhalt AND v.vernichtet AND v.sequence > e.sequence
      )
      ORDER BY 1
      """, ["inhalt": .text(content)], in: snapshot
    ).rows
    let detached = filed.compactMap { row -> String? in
      guard case .text(let name) = row[0] else { return nil }
      return String(name.dropFirst("sha256:".count))
    }
    return filed.isEmpty ? nil : detached.isEmpty ? .eingebettet : .dateien(detached)
  }

  /// The history of the file and its parts, by subject.
  private func verlauf(of subject: String) throws -> [String: [Verlaufseintrag]] {
    let records = try reader.records(of: subject, asOf: .size(snapshot.head.size))
    let history = History(
      of: subject, parts: records.parts, records: records.records, packs: records.packs, asof: records.head)
    return Dictionary(grouping: zip(history.entries, history.rows).map { ($0.0, $0.1) }, by: \.0.subject).mapValues {
      $0.map { entry, row in
        Verlaufseintrag(
          akteur: entry.actor, zeit: entry.time, aktion: entry.action, feld: entry.field,
          alt: entry.old == nil ? nil : row[6], neu: entry.new == nil ? nil : row[7], bemerkung: entry.remark)
      }
    }
  }

  /// The rows' texts by column; NULL is absent.
  private func rows(_ sql: String, _ subject: String) throws -> [[String: String]] {
    let result = try PackTables.rows(sql, ["subject": .text(subject), "effective": .text(day)], in: snapshot)
    return result.rows.map { row in
      Dictionary(
        zip(result.columns, row).compactMap { column, value in value == .null ? nil : (column, value.shown) }
      ) { first, _ in first }
    }
  }
}
