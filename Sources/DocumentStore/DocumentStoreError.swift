import Glibc
public import TransparencyLog

public enum DocumentStoreError: Error, Sendable, Hashable {
  /// There is no store here; one is made by ``DocumentStore/create(at:)`` only.
  case notAStore(path: String)
  /// No content is stored under this digest.
  case missing(Digest)
  /// What is stored under the digest has another one.
  case altered(Digest, actual: Digest)
  /// What was written has another digest than it was announced with.
  case otherContent(Digest, actual: Digest, size: UInt64)
  /// Of an interrupted content another number of bytes is there than the caller takes for granted.
  case offset(UInt64, actual: UInt64)
  /// A system call failed; `errno` is its error number.
  case system(call: String, path: String, errno: Int32)
}

extension DocumentStoreError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notAStore(let path): "\(path) is no document store: expected a folder 'sha256' in it"
    case .missing(let digest): "document \(digest.hex) is missing"
    case .altered(let digest, let actual): "document \(digest.hex) was altered: its content has SHA-256 \(actual.hex)"
    case .otherContent(let digest, let actual, let size):
      "the \(size) bytes have SHA-256 \(actual.hex), expected \(digest.hex)"
    case .offset(let offset, let actual): "\(actual) bytes are there, not \(offset)"
    case .system(let call, let path, let errno): "\(call) \(path): \(String(cString: strerror(errno)))"
    }
  }
}
