import COpenSSL
import Glibc

public enum PrivacyError: Error, Sendable, Hashable {
  /// The text of a sealed value does not have its form; `expected` says which part had to be what.
  case malformedSealedValue(expected: String)
  /// The key a value was sealed with is not in the store.
  case missingKey(KeyID)
  /// The key a value was sealed with was destroyed; nothing opens it any more.
  case destroyedKey(KeyID)
  /// The person's key is about to be destroyed; a moment later values are sealed with a new one.
  case beingErased
  /// The value does not open: it was altered, or it belongs to another type, subject or field.
  case notAuthentic(KeyID, type: String, subject: String, field: String)
  /// There is no key store here; one is made by ``KeyStore/create(at:cachedKeys:)`` only.
  case notAKeyStore(path: String)
  /// A file of the store does not say what it must; `expected` says what that is.
  case damagedFile(path: String, expected: String)
  /// A key file that group or others have rights on; `mode` is its permission bits.
  case exposedFile(path: String, mode: UInt32)
  /// A system call failed; `errno` is its error number.
  case system(call: String, path: String, errno: Int32)
  /// A call of libcrypto failed; `code` is OpenSSL's error code, 0 where it gives none.
  case cryptography(call: String, code: UInt)
}

extension PrivacyError {
  /// The newest error OpenSSL has for this thread; its queue is empty afterwards.
  static func cryptography(_ call: String) -> PrivacyError {
    defer { ERR_clear_error() }
    return .cryptography(call: call, code: ERR_peek_last_error())
  }
}

extension PrivacyError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .malformedSealedValue(let expected): "no sealed value: expected \(expected)"
    case .missingKey(let id): "key \(id) is not in the key store"
    case .destroyedKey(let id): "key \(id) was destroyed"
    case .beingErased: "personal data of this person are being erased at this moment; try again"
    case .notAuthentic(let id, let type, let subject, let field):
      "the value sealed with key \(id) was altered or does not belong to \(field) of \(type) on \(subject)"
    case .notAKeyStore(let path): "\(path) is no key store: expected a folder"
    case .damagedFile(let path, let expected): "\(path) is damaged: expected \(expected)"
    case .exposedFile(let path, let mode):
      "\(path) has mode \(String(mode, radix: 8)): expected no rights for group and others"
    case .system(let call, let path, let errno): "\(call) \(path): \(String(cString: strerror(errno)))"
    case .cryptography(let call, let code): "\(call) failed (OpenSSL error \(String(code, radix: 16)))"
    }
  }
}
