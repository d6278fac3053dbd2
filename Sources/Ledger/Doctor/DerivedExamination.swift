import DomainPacks
import EventLog
import ReadModels
import TransparencyLog

/// Index, tiles and projections against the log; what is wrong is made anew. The ledger's lock is held.
struct DerivedExamination {
  let reader: LedgerReader

  func run() throws -> [LedgerDoctor.Finding] {
    do {
      return [try index(reader), try tiles(reader), try projections(reader)]
    } catch let error as DamagedRecord {
      // Nothing can be made from a log that is not whole.
      return [
        LedgerDoctor.Finding("log", isSound: false, english: "\(error)", german: LedgerDoctor.german(error))
      ]
    }
  }

  private func index(_ reader: LedgerReader) throws -> LedgerDoctor.Finding {
    let result = try IndexExamination(reader.log, rules: Ledger.rules(of: reader.packs)).run()
    switch result {
    case .sound(let records):
      return LedgerDoctor.Finding(
        "index", isSound: true,
        english: "the index says what the log says, up to record \(records)",
        german: "der Index stimmt mit dem Protokoll überein, bis Datensatz \(records)")
    case .missing:
      return LedgerDoctor.Finding(
        "index", isSound: true,
        english: "there is no index; the next start makes it from the log",
        german: "es gibt keinen Index; der nächste Start legt ihn aus dem Protokoll an")
    case .unreadable(let reason):
      IndexExamination.remove(reader.log.directory)
      return LedgerDoctor.Finding(
        "index", isSound: false,
        english: "the index could not be read (\(reason)); it was removed, the next start makes it anew",
        german: "der Index war nicht lesbar (\(reason)); er wurde entfernt, der nächste Start legt ihn neu an")
    case .differs(let tables):
      IndexExamination.remove(reader.log.directory)
      let list = tables.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
      return LedgerDoctor.Finding(
        "index", isSound: false,
        english:
          "the index did not say what the log says (rows: \(list)); it was removed, the next start makes it anew",
        german:
          "der Index stimmte nicht mit dem Protokoll überein (Zeilen: \(list)); er wurde entfernt, der nächste Start legt ihn neu an"
      )
    }
  }

  private func tiles(_ reader: LedgerReader) throws -> LedgerDoctor.Finding {
    let result: TileExamination.Result
    do {
      result = try TileExamination(reader.log).run()
    } catch let error where error is HashTilesError || error is LogTreeError {
      return LedgerDoctor.Finding(
        "tile", isSound: false,
        english: "\(error): the log is not what its checkpoint says; run 'verify'",
        german: "\(error): das Protokoll ist nicht das der Prüfsumme (checkpoint); 'verify' ausführen")
    }
    guard result.altered == 0 else {
      return LedgerDoctor.Finding(
        "tile", isSound: false,
        english: "\(result.altered) tiles did not say what the log says and were written again",
        german: "\(result.altered) Kacheln stimmten nicht mit dem Protokoll überein und wurden neu geschrieben")
    }
    guard result.missing == 0 else {
      return LedgerDoctor.Finding(
        "tile", isSound: true,
        english: "\(result.missing) tiles were missing and were written from the log",
        german: "\(result.missing) Kacheln fehlten und wurden aus dem Protokoll geschrieben")
    }
    return LedgerDoctor.Finding(
      "tile", isSound: true,
      english: "the tiles say what the log says, up to record \(result.records)",
      german: "die Kacheln stimmen mit dem Protokoll überein, bis Datensatz \(result.records)")
  }

  private func projections(_ reader: LedgerReader) throws -> LedgerDoctor.Finding {
    let report = try reader.rebuildHoldingLock(packs: nil)
    let wrong = report.tables.filter { !$0.isEqual }.map(\.name)
    if wrong.isEmpty {
      return LedgerDoctor.Finding(
        "projections", isSound: true,
        english: "the projections say what the log says, up to record \(report.head.size)",
        german: "die Projektionen stimmen mit dem Protokoll überein, bis Datensatz \(report.head.size)")
    }
    let list = wrong.joined(separator: ", ")
    return LedgerDoctor.Finding(
      "projections", isSound: false,
      english: "projections did not say what the log says and were made anew: \(list)",
      german: "Projektionen stimmten nicht mit dem Protokoll überein und wurden neu erzeugt: \(list)")
  }
}
