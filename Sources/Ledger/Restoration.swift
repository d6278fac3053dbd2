public import EventLog
import Foundation
import TransparencyLog

/// A ledger made from a backup, under a new name and key: log, checkpoints, documents, and the keys of persons where a copy
/// of them is at hand.
///
/// Which of these keys may live is not decided here: opening the ledger destroys every one that the log says is erased.
public struct Restoration {
  public let log: ResumedLog
  public let documents: Int
  /// How many files of person keys were copied.
  public let keyFiles: Int

  /// Makes everything but the last file; there is no ledger before ``commit()``.
  ///
  /// - Parameters:
  ///   - backup: the backup's folder, verified before.
  ///   - folder: empty or not there yet. After an error it is as it was.
  ///   - keys: a folder with copies of the files of `keys/personen`.
  /// - Throws: ``ResumingError``, ``LedgerOpenError``, ``BackupError``, `NoteError` where the origin cannot be a name.
  public init(of backup: String, as origin: String, in folder: String, keys: String?) throws {
    let wasThere = FileManager.default.fileExists(atPath: folder)
    // What an error removes below was then made here.
    guard try !wasThere || FileManager.default.contentsOfDirectory(atPath: folder).isEmpty else {
      throw LedgerOpenError.exists(folder)
    }
    let reader = try LogReader(LedgerDirectory(backup))
    let target = LedgerDirectory(folder)
    do {
      log = try ResumedLog(reader, as: origin, in: target)
      documents = try Backup.copyDocuments(
        from: reader.directory, to: target, without: try reader.destroyedContents())
      keyFiles = try keys.map { try Restoration.copyKeys(from: $0, to: target.personKeys) } ?? 0
    } catch {
      try Restoration.remove(folder, wholly: !wasThere)
      throw error
    }
  }

  /// Makes the folder a ledger.
  public func commit() throws {
    try log.commit()
  }

  /// Removes what was made; for a caller who finds it is not right.
  public func discard() throws {
    try Restoration.remove(log.directory.path, wholly: false)
  }

  private static func remove(_ folder: String, wholly: Bool) throws {
    guard FileManager.default.fileExists(atPath: folder) else { return }
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
      try FileManager.default.removeItem(atPath: folder + "/" + name)
    }
    if wholly { try FileManager.default.removeItem(atPath: folder) }
  }

  /// The two kinds of names that a key store has; see `KeyStore`.
  private static func copyKeys(from source: String, to target: String) throws -> Int {
    var copied = 0
    for name in try FileManager.default.contentsOfDirectory(atPath: source).sorted()
    where name.wholeMatch(of: #/[0-9a-f]{32}\.key|[0-9a-f]{64}\.person/#) != nil {
      _ = try DurableFile.copy("\(source)/\(name)", to: "\(target)/\(name)", mode: 0o600)
      copied += 1
    }
    return copied
  }
}
