import DomainPacks
import Ledger

/// The packs for commands that need no ledger: those of `--packs`, of the ledger where one is named, else of the folder
/// installed with the program.
extension PacksOption {
  func set(_ ledger: LedgerOption) throws -> PackSet {
    if source.folder == nil, let path = try? ledger.path() {
      return try LedgerReader(at: path, packs: source).packs
    }
    guard let folder = source.folder ?? source.installed else { throw PackSourceError.none }
    return try PackSet.load(directory: folder)
  }
}
