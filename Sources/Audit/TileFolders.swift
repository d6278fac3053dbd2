import Synchronization

/// What is in the folders of `tile/`, each listed once as long as the log goes through it: of nearly every tile nothing
/// but the full one is there, and asking for the others one by one would cost more than comparing it.
final class TileFolders: Sendable {
  /// Workers are in neighbouring folders of one level, and the auditor in one of each level above.
  private static let mostKept = 16

  private let ledger: String
  private let names = Mutex<[String: Set<String>]>([:])

  init(ledger: String) {
    self.ledger = ledger
  }

  /// Whether the folder at a path below the ledger's directory has such an entry.
  func contain(_ name: some StringProtocol, in folder: some StringProtocol) throws(VerifierError) -> Bool {
    let (folder, name) = (String(folder), String(name))
    if let known = names.withLock({ $0[folder] }) { return known.contains(name) }
    let listed = Set(try directoryEntries("\(ledger)/\(folder)") ?? [])
    names.withLock { names in
      if names.count == TileFolders.mostKept { names = [:] }
      names[folder] = listed
    }
    return listed.contains(name)
  }
}
