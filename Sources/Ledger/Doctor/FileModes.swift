import EventLog
import Foundation

/// Who may read what in a ledger's directory. One list: what the daemon warns of at its start is what the doctor finds.
struct FileModes {
  let directory: LedgerDirectory

  /// A file or folder that gives more rights than it should, or is missing.
  struct Fault: Sendable, Hashable {
    var name: String
    var path: String
    /// nil where there is none.
    var mode: mode_t?
    var allowed: mode_t
  }

  /// What the ledger is made of, and the most rights each may give. `isDerived`: it may be missing.
  static let places: [(name: String, allowed: mode_t, isDerived: Bool)] = [
    ("ledger.json", 0o640, false), ("checkpoint", 0o640, false), ("keys/signing.key", 0o600, false),
    ("log", 0o750, false), ("checkpoints", 0o750, true), ("documents", 0o700, false), ("keys", 0o700, false),
    ("keys/personen", 0o700, false), ("tile", 0o750, true), ("cache", 0o750, true), ("run", 0o750, true),
  ]

  func faults() -> [Fault] {
    FileModes.places.compactMap { place in
      let path = directory.path + "/" + place.name
      var status = stat()
      guard stat(path, &status) == 0 else {
        return place.isDerived ? nil : Fault(name: place.name, path: path, mode: nil, allowed: place.allowed)
      }
      let mode = status.st_mode & 0o777
      guard mode & ~place.allowed != 0 else { return nil }
      return Fault(name: place.name, path: path, mode: mode, allowed: place.allowed)
    }
  }
}

extension FileModes.Fault {
  var english: String {
    guard let mode else { return "\(name) is missing and cannot be derived: take it from a backup" }
    return "\(name) has mode \(String(mode, radix: 8)): chmod \(String(allowed, radix: 8)) \(path)"
  }

  var german: String {
    guard let mode else { return "\(name) fehlt und ist nicht ableitbar: aus einer Sicherung holen" }
    return "\(name) hat die Rechte \(String(mode, radix: 8)): chmod \(String(allowed, radix: 8)) \(path)"
  }
}
