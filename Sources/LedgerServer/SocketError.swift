import Glibc

/// Why the server cannot listen at its socket's path.
public enum SocketError: Error, Sendable, Hashable {
  case empty
  case tooLong(path: String, length: Int)
  case notASocket(path: String)
  case inUse(path: String)
  /// A system call failed with this errno.
  case system(String, path: String, Int32)
}

extension SocketError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .empty: "the socket's path is empty"
    case .tooLong(let path, let length):
      "the socket's path has \(length) bytes, and Unix sockets take \(SocketFile.maximumLength) at most: \(path)"
    case .notASocket(let path): "\(path) exists and is no socket; it is left alone"
    case .inUse(let path): "another server answers at \(path)"
    case .system(let call, let path, let code): "\(call) \(path): \(String(cString: strerror(code)))"
    }
  }
}
