/// Why a verification could not be carried out. What is wrong *in* a ledger is a ``Finding``, never an error.
public enum VerifierError: Error, Sendable, Hashable {
  /// There is no such directory.
  case noLedger(path: String)
  /// There is no such checkpoint file.
  case noCheckpoint(path: String)
  /// A system call on a file failed; `code` is `errno`.
  case io(call: String, path: String, code: Int32)
  /// A daemon holds the ledger, but its durable head cannot be read.
  case noDurableHead(path: String)
}

extension VerifierError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noLedger(let path): "\(path) is not a directory"
    case .noCheckpoint(let path): "there is no checkpoint \(path)"
    case .io(let call, let path, let code): "\(call) \(path): error \(code)"
    case .noDurableHead(let path):
      "a daemon holds the ledger, but \(path) does not say how far it is durable"
    }
  }
}
