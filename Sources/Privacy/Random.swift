import COpenSSL

/// Random bytes of libcrypto.
enum Random {
  /// Bytes that may be seen by others: key ids, nonces.
  static func bytes(_ count: Int) throws(PrivacyError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    guard RAND_bytes(&bytes, Int32(count)) == 1 else { throw .cryptography("RAND_bytes") }
    return bytes
  }

  /// Bytes that stay secret, from the generator OpenSSL keeps apart for them.
  static func secretBytes(_ count: Int) throws(PrivacyError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    guard RAND_priv_bytes(&bytes, Int32(count)) == 1 else { throw .cryptography("RAND_priv_bytes") }
    return bytes
  }
}
