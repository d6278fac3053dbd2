public import TransparencyLog

/// Why a ledger cannot be opened.
public enum LedgerOpenError: Error, Sendable, Hashable {
  case noLedger(String)
  case exists(String)
  case description(String)
  case formatVersion(Int64)
  case busy(String)
  case system(SystemError)
  case signingKey(String)
  /// The log is not what the newest checkpoint says: loss or tampering. Nothing is written until a person has decided.
  case damaged(Damage)
  case index(String)

  /// Where the log and the newest checkpoint part.
  public enum Damage: Sendable, Hashable {
    case emptyLog
    case checkpointMissing(records: UInt64)
    case checkpointUnreadable(String)
    case shorter(records: UInt64, checkpoint: UInt64, segment: String, offset: UInt64)
    case otherRoot(size: UInt64, expected: Digest, actual: Digest)
    case brokenRecord(sequence: UInt64, segment: String, offset: UInt64, reason: String)
    case segmentName(expected: String, actual: String)
  }
}

extension LedgerOpenError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noLedger(let path):
      "there is no ledger in \(path); create one with: aktenspur init --ledger \(path) --origin NAME"
    case .exists(let path): "\(path) exists already; a ledger is created in a new or empty directory"
    case .description(let reason): "ledger.json: \(reason)"
    case .formatVersion(let version):
      "ledger.json: format \(version) is not understood by this program, which knows format \(LedgerDescription.formatVersion)"
    case .busy(let path): "another process is writing to the ledger (\(path) is locked)"
    case .system(let error): "\(error)"
    case .signingKey(let reason): "signing key: \(reason)"
    case .damaged(let damage): "the log is not what its checkpoint says, nothing will be written: \(damage)"
    case .index(let reason): "index: \(reason)"
    }
  }
}

extension LedgerOpenError.Damage: CustomStringConvertible {
  public var description: String {
    switch self {
    case .emptyLog: "the log is empty"
    case .checkpointMissing(let records): "the checkpoint is missing, and the log holds \(records) records"
    case .checkpointUnreadable(let reason): "the checkpoint is unreadable: \(reason)"
    case .shorter(let records, let checkpoint, let segment, let offset):
      "the log holds \(records) sound records, its checkpoint covers \(checkpoint); it ends in \(segment) at byte \(offset)"
    case .otherRoot(let size, let expected, let actual):
      "the first \(size) records give the root \(actual.base64), the checkpoint says \(expected.base64)"
    case .brokenRecord(let sequence, let segment, let offset, let reason):
      "record \(sequence) in \(segment) at byte \(offset): \(reason)"
    case .segmentName(let expected, let actual): "found segment \(actual) where \(expected) was expected"
    }
  }
}
