import DomainPacks
import EventLog
import Foundation
import LogFormat
import ReadModels
import TransparencyLog

/// Examines what is derived from the log, makes anew what is wrong, and looks at the modes of what is secret.
public struct LedgerDoctor: Sendable {
  /// What was looked at and found, in a sentence.
  public struct Finding: Sendable, Hashable {
    public var isSound: Bool
    public var english: String
    public var german: String
  }

  private let path: String
  private let source: PackSource

  public init(ledger path: String, packs source: PackSource) {
    self.path = path
    self.source = source
  }

  /// - Throws: ``LedgerOpenError`` and what keeps the log from being read at all.
  public func examine() throws -> [Finding] {
    let reader = try LedgerReader(at: path, packs: source)
    var findings = modes(reader.log.directory)
    guard !reader.log.isLive else {
      findings.append(
        Finding(
          isSound: true, english: "a daemon holds the ledger; stop it to have index and projections examined",
          german: "ein Dienst hält das Ledger; zum Prüfen von Index und Projektionen ist er anzuhalten"))
      return findings
    }
    guard let lock = try WriterLock.acquire(reader.log.directory) else {
      throw LedgerOpenError.busy(reader.log.directory.lock)
    }
    try withExtendedLifetime(lock) {
      findings.append(try index(reader))
      findings.append(try tiles(reader))
      findings.append(try projections(reader))
    }
    return findings
  }

  private func modes(_ directory: LedgerDirectory) -> [Finding] {
    let limits: [(path: String, name: String, allowed: mode_t)] = [
      (directory.signingKey, "keys/signing.key", 0o600), (directory.keys, "keys/", 0o700),
      (directory.documents, "documents/", 0o700), (directory.log, "log/", 0o750),
    ]
    return limits.map { limit in
      var status = stat()
      guard stat(limit.path, &status) == 0 else {
        return Finding(
          isSound: false, english: "\(limit.name) is missing: it is no derived file; take it from a backup",
          german: "\(limit.name) fehlt: nicht ableitbar; aus einer Sicherung holen")
      }
      let mode = status.st_mode & 0o777
      let octal = String(mode, radix: 8)
      let wanted = String(limit.allowed, radix: 8)
      guard mode & ~limit.allowed == 0 else {
        return Finding(
          isSound: false, english: "\(limit.name) has mode \(octal): chmod \(wanted) \(limit.path)",
          german: "\(limit.name) hat die Rechte \(octal): chmod \(wanted) \(limit.path)")
      }
      return Finding(
        isSound: true, english: "\(limit.name) has mode \(octal)", german: "\(limit.name) hat die Rechte \(octal)")
    }
  }

  private func index(_ reader: LedgerReader) throws -> Finding {
    let result = try IndexExamination(reader.log, rules: Ledger.rules(of: reader.packs)).run()
    switch result {
    case .sound(let records):
      return Finding(
        isSound: true, english: "the index says what the log says, up to record \(records)",
        german: "der Index stimmt mit dem Protokoll überein, bis Datensatz \(records)")
    case .missing:
      return Finding(
        isSound: true, english: "there is no index; the next start makes it from the log",
        german: "es gibt keinen Index; der nächste Start legt ihn aus dem Protokoll an")
    case .unreadable(let reason):
      IndexExamination.remove(reader.log.directory)
      return Finding(
        isSound: false,
        english: "the index could not be read (\(reason)); it was removed, the next start makes it anew",
        german: "der Index war nicht lesbar (\(reason)); er wurde entfernt, der nächste Start legt ihn neu an")
    case .differs(let tables):
      IndexExamination.remove(reader.log.directory)
      let list = tables.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
      return Finding(
        isSound: false,
        english:
          "the index did not say what the log says (rows: \(list)); it was removed, the next start makes it anew",
        german:
          "der Index stimmte nicht mit dem Protokoll überein (Zeilen: \(list)); er wurde entfernt, der nächste Start legt ihn neu an"
      )
    }
  }

  private func tiles(_ reader: LedgerReader) throws -> Finding {
    let result: TileExamination.Result
    do {
      result = try TileExamination(reader.log).run()
    } catch let error as HashTilesError {
      return Finding(
        isSound: false, english: "\(error): the log is not what its checkpoint says; run 'verify'",
        german: "\(error): das Protokoll ist nicht das der Prüfsumme (checkpoint); 'verify' ausführen")
    }
    guard result.altered == 0 else {
      return Finding(
        isSound: false, english: "\(result.altered) tiles did not say what the log says and were written again",
        german: "\(result.altered) Kacheln stimmten nicht mit dem Protokoll überein und wurden neu geschrieben")
    }
    guard result.missing == 0 else {
      return Finding(
        isSound: true, english: "\(result.missing) tiles were missing and were written from the log",
        german: "\(result.missing) Kacheln fehlten und wurden aus dem Protokoll geschrieben")
    }
    return Finding(
      isSound: true, english: "the tiles say what the log says, up to record \(result.records)",
      german: "die Kacheln stimmen mit dem Protokoll überein, bis Datensatz \(result.records)")
  }

  private func projections(_ reader: LedgerReader) throws -> Finding {
    let report = try reader.rebuildHoldingLock(packs: nil)
    let wrong = report.tables.filter { !$0.isEqual }.map(\.name)
    if wrong.isEmpty {
      return Finding(
        isSound: true, english: "the projections say what the log says, up to record \(report.head.size)",
        german: "die Projektionen stimmen mit dem Protokoll überein, bis Datensatz \(report.head.size)")
    }
    let list = wrong.joined(separator: ", ")
    return Finding(
      isSound: false, english: "projections did not say what the log says and were made anew: \(list)",
      german: "Projektionen stimmten nicht mit dem Protokoll überein und wurden neu erzeugt: \(list)")
  }
}
