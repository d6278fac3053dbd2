import DocumentStore
import EventLog
import Foundation
import LogFormat
import Privacy
import TransparencyLog

/// What cannot be derived, except the log itself, which `verify` checks: checkpoint and key, documents, keys of persons,
/// a cut that is not recorded, and room on the disk.
struct TruthExamination {
  let log: LogReader

  /// Less than this is little for a ledger that grows, in bytes.
  static let littleSpace: UInt64 = 1 << 30

  private typealias Finding = LedgerDoctor.Finding

  func run() -> [LedgerDoctor.Finding] {
    [checkpoint(), documents(), personKeys(), cut(), space()].flatMap { $0 }
  }

  private func checkpoint() -> [Finding] {
    func wrong(_ english: String, _ german: String) -> [Finding] {
      [Finding("checkpoint", isSound: false, english: english, german: german)]
    }
    do {
      let text = String(decoding: try Data(contentsOf: URL(filePath: log.directory.signingKey)), as: UTF8.self)
      let key = try SigningKey(text.trimmingCharacters(in: .newlines)).verifierKey
      guard let note = try log.checkpoint() else {
        return wrong(
          "the checkpoint is missing: take it from a backup, and run 'verify'",
          "der Checkpoint fehlt: aus einer Sicherung holen und 'verify' ausführen")
      }
      let checkpoint = try Checkpoint.open(SignedNote(parsing: Array(note.utf8)), by: key)
      guard checkpoint.size <= log.size else {
        return wrong(
          "the checkpoint speaks of \(checkpoint.size) records, the log has \(log.size): records were lost; take the log "
            + "from a backup",
          "der Checkpoint spricht von \(checkpoint.size) Datensätzen, das Protokoll hat \(log.size): Datensätze sind "
            + "verloren; Protokoll aus einer Sicherung holen")
      }
      return [
        Finding(
          "checkpoint", isSound: true,
          english: "the checkpoint is signed with the ledger's key, over \(checkpoint.size) records",
          german: "der Checkpoint ist mit dem Schlüssel des Ledgers unterschrieben, über \(checkpoint.size) Datensätze")
      ]
    } catch {
      return wrong(
        "checkpoint and signing key do not fit (\(error)): take them from a backup, and run 'verify'",
        "Checkpoint und Signaturschlüssel passen nicht (\(error)): aus einer Sicherung holen und 'verify' ausführen")
    }
  }

  private func documents() -> [Finding] {
    do {
      let store = try DocumentStore(directory: log.directory.documents)
      let (sound, faults) = try store.check()
      let findings = faults.compactMap { finding(of: $0, in: store) }
      if !findings.isEmpty { return findings }
      return [
        Finding(
          "documents", isSound: true, english: "\(sound) documents have the content of their names",
          german: "\(sound) Dokumente haben den Inhalt ihres Namens")
      ]
    } catch {
      return [
        Finding(
          "documents", isSound: false, english: "the documents cannot be read: \(error)",
          german: "die Dokumente sind nicht lesbar: \(error)")
      ]
    }
  }

  /// Nil where nothing is wrong: a content on its way is not yet one.
  private func finding(of fault: DocumentFinding, in store: DocumentStore) -> Finding? {
    func place(_ path: String) -> String { String(path.dropFirst(log.directory.path.utf8.count + 1)) }
    switch fault {
    case .unfinished: return nil
    case .foreign(let path): return .stranger(place(path))
    case .missing(let digest), .altered(let digest, _):
      let place = place(store.path(of: digest))
      return Finding(
        place, isSound: false, english: "\(place) does not have the content of its name: take it from a backup",
        german: "\(place) hat nicht den Inhalt seines Namens: aus einer Sicherung holen")
    case .unreadable(let path, let error):
      let place = place(path)
      return Finding(
        place, isSound: false, english: "\(place) cannot be read (\(error)): take it from a backup",
        german: "\(place) ist nicht lesbar (\(error)): aus einer Sicherung holen")
    }
  }

  private func personKeys() -> [Finding] {
    do {
      let destroyed = Set(try log.ledgerRecords(ErasureRecord.carriedOut).map { try ErasureRecord.key($0) })
      let result = try KeyExamination(directory: log.directory.personKeys, destroyed: destroyed).run()
      var findings = result.faults.map { fault in
        Finding(
          "keys/personen/" + fault.name, isSound: false,
          english: "keys/personen/\(fault.name): \(fault.reason); take it from a backup of the keys",
          german: "keys/personen/\(fault.name): \(fault.reason); aus einer Sicherung der Schlüssel holen")
      }
      findings += result.revived.map { id in
        Finding(
          "keys/personen/\(id).key", isSound: false,
          english: "keys/personen/\(id).key was erased and is there again: the next start of the daemon removes it",
          german:
            "keys/personen/\(id).key wurde gelöscht und ist wieder da: der nächste Start des Dienstes entfernt sie")
      }
      if findings.isEmpty {
        findings.append(
          Finding(
            "keys/personen", isSound: true,
            english: "\(result.count) keys of persons are readable, by the daemon alone",
            german: "\(result.count) Personenschlüssel sind lesbar, nur für den Dienst"))
      }
      return findings
    } catch {
      return [
        Finding(
          "keys/personen", isSound: false, english: "the keys of persons cannot be examined: \(error)",
          german: "die Personenschlüssel sind nicht prüfbar: \(error)")
      ]
    }
  }

  private func cut() -> [Finding] {
    guard FileManager.default.fileExists(atPath: log.directory.pendingCut) else { return [] }
    return [
      Finding(
        "run/cut.json", isSound: true,
        english: "bytes were cut off the end of the log and not recorded yet: the next start of the daemon does it",
        german:
          "am Ende des Protokolls wurden Bytes abgeschnitten und noch nicht vermerkt: der nächste Start holt es nach")
    ]
  }

  private func space() -> [Finding] {
    var status = statvfs()
    guard statvfs(log.directory.log, &status) == 0 else { return [] }
    let free = UInt64(status.f_bavail) * UInt64(status.f_frsize)
    let amount = "\(free >> 20) MiB"
    guard free < TruthExamination.littleSpace else {
      return [
        Finding(
          "disk", isSound: true, english: "\(amount) are free on the disk", german: "\(amount) sind auf der Platte frei"
        )
      ]
    }
    return [
      Finding(
        "disk", isSound: false, english: "only \(amount) are free on the disk: make room, or events will be refused",
        german: "nur \(amount) sind auf der Platte frei: Platz schaffen, sonst werden Ereignisse abgelehnt")
    ]
  }
}
