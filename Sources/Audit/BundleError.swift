/// Why no bundle can be written.
public enum BundleError: Error, Sendable, Hashable {
  /// There is no ledger at this path.
  case noLedger(path: String)
  /// The ledger has no checkpoint that a bundle could be proved with.
  case noCheckpoint
  /// A checkpoint of the ledger is unreadable, or not signed by its key: the file and the reason.
  case checkpoint(name: String, reason: String)
  /// The log does not bear the newest checkpoint out, from about this sequence on.
  case brokenLog(sequence: UInt64)
  /// There is no record of the sequences, or on the subject, below the newest checkpoint's size.
  case nothingSelected(BundleSelection, size: UInt64)
  /// An archive cannot take files of this size.
  case memberTooLarge(name: String, size: UInt64)
}

extension BundleError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noLedger(let path): "\(path) is not a ledger"
    case .noCheckpoint: "the ledger has no checkpoint"
    case .checkpoint(let name, let reason): "\(name): \(reason)"
    case .brokenLog(let sequence):
      "the log does not agree with its checkpoint at record \(sequence); `verify` says what is wrong"
    case .nothingSelected(.subject(let subject), let size):
      "none of the \(size) records below the newest checkpoint is on \(subject)"
    case .nothingSelected(.range(let from, let to), let size):
      "the newest checkpoint covers \(size) records, not \(from) to \(to)"
    case .nothingSelected(.all, _): "the log is empty"
    case .memberTooLarge(let name, let size):
      "\(name) would have \(size) bytes; the archive takes \(TarHeader.largestSize) in one file"
    }
  }
}
