import Foundation

/// Why a witness cannot be set up or opened, or could not keep what it was about to answer.
public enum WitnessError: Error, Sendable, Hashable {
  /// There is a witness in that directory already.
  case exists(String)
  /// There is none.
  case noWitness(String)
  /// Another process holds the witness.
  case busy(String)
  case key(String)
  /// Two of the logs, or a log and the witness, cannot be told apart or trusted.
  case configuration(String)
  /// What it remembers of a log cannot be read. It must not forget: it would cosign another history.
  case state(path: String, reason: String)
  case system(call: String, path: String, errno: Int32)
}

extension WitnessError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .exists(let path): "there is something in \(path) already"
    case .noWitness(let path): "\(path) holds no witness: make one with witness init"
    case .busy(let path): "another process holds the witness (\(path))"
    case .key(let reason): "the witness's key cannot be used: \(reason)"
    case .configuration(let reason): reason
    case .state(let path, let reason): "what the witness remembers cannot be read (\(path)): \(reason)"
    case .system(let call, let path, let errno): "\(call) \(path): \(String(cString: strerror(errno)))"
    }
  }
}
