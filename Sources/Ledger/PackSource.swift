public import DomainPacks
import DocumentStore
public import EventLog
import Foundation

/// Where the domain packs come from: a folder that was named, else what the ledger last recorded, else the folder
/// `Projections` installed with the program.
public struct PackSource: Sendable {
  /// A folder named by the user.
  public var folder: String?
  /// The folder installed with the program.
  public var installed: String?

  public init(folder: String?, installed: String? = PackSource.installedFolder) {
    self.folder = folder
    self.installed = installed
  }

  /// `share/aktenspur/Projections` beside the program's `bin`, or `Projections` in a folder above the program.
  public static var installedFolder: String? {
    guard let program = Bundle.main.executableURL?.resolvingSymlinksInPath() else { return nil }
    var folder = program.deletingLastPathComponent()
    let shared = folder.deletingLastPathComponent().appending(path: "share/aktenspur/Projections").path
    if FileManager.default.fileExists(atPath: shared) { return shared }
    while folder.path != "/" {
      let candidate = folder.appending(path: "Projections").path
      if FileManager.default.fileExists(atPath: candidate) { return candidate }
      folder = folder.deletingLastPathComponent()
    }
    return nil
  }

  /// The packs for a ledger.
  public func packs(for reader: LogReader) throws -> PackSet {
    if let folder { return try PackSet.load(directory: folder) }
    if let record = try reader.newestLedgerRecord(PackRecord.name) {
      return try PackRecord.load(record, from: DocumentStore(directory: reader.directory.documents))
    }
    guard let installed else { throw PackSourceError.none }
    return try PackSet.load(directory: installed)
  }
}
