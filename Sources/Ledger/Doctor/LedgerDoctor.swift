import DocumentStore
import DomainPacks
import EventLog
import Foundation
import LogFormat
import ReadModels

/// Looks at everything in a ledger's directory, says in words what is wrong and what to do, and makes anew what is derived
/// and wrong. What is truth is never touched.
public struct LedgerDoctor: Sendable {
  /// What was looked at and found, in a sentence, with what to do where something is wrong.
  public struct Finding: Sendable, Hashable {
    /// The file or folder, or what else was looked at.
    public var name: String
    public var isSound: Bool
    public var english: String
    public var german: String

    init(_ name: String, isSound: Bool, english: String, german: String) {
      self.name = name
      self.isSound = isSound
      self.english = english
      self.german = german
    }
  }

  private let path: String
  private let source: PackSource

  public init(ledger path: String, packs source: PackSource) {
    self.path = path
    self.source = source
  }

  /// - Throws: ``LedgerOpenError`` and what keeps the log from being read at all.
  public func examine() throws -> [Finding] {
    let directory = LedgerDirectory(path)
    var findings = FolderExamination(directory: directory).run()
    let log = try LogReader(directory)
    findings += TruthExamination(log: log).run()
    guard !log.isLive else {
      findings.append(
        Finding(
          "lock", isSound: true,
          english: "a daemon holds the ledger; stop it to have index, tiles and projections examined",
          german: "ein Dienst hält das Ledger; zum Prüfen von Index, Kacheln und Projektionen ist er anzuhalten"))
      return findings
    }
    let reader: LedgerReader
    do {
      reader = try LedgerReader(at: path, packs: source)
    } catch let error where error is DocumentStoreError || error is PackSourceError || error is PackError {
      findings.append(
        Finding(
          "packs", isSound: false,
          english:
            "the packs in use cannot be loaded (\(error)): restore the documents, or name the packs with --packs",
          german: "die verwendeten Fachpakete sind nicht ladbar (\(error)): Dokumente wiederherstellen oder die Pakete "
            + "mit --packs nennen"))
      return findings
    }
    guard let lock = try WriterLock.acquire(directory) else { throw LedgerOpenError.busy(directory.lock) }
    return try withExtendedLifetime(lock) { findings + (try DerivedExamination(reader: reader).run()) }
  }

  /// What a damaged record means, in German.
  static func german(_ error: DamagedRecord) -> String {
    let what =
      switch error.kind {
      case .altered: "Datensatz \(error.sequence) oder der dahinter wurde auf der Platte verändert"
      case .missing: "Datensatz \(error.sequence) fehlt auf der Platte"
      }
    return "\(what); 'aktenspur verify' sagt, was; das Segment aus einer Sicherung holen"
  }
}
