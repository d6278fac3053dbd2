import COpenSSL

/// Ed25519 (RFC 8032) by libcrypto.
enum Ed25519 {
  static let seedByteCount = 32
  static let signatureByteCount = 64

  /// A new secret, from the random generator kept for private keys.
  static func generateSeed() throws(NoteError) -> [UInt8] {
    var seed = [UInt8](repeating: 0, count: seedByteCount)
    guard RAND_priv_bytes(&seed, Int32(seed.count)) == 1 else { throw .cryptography("RAND_priv_bytes") }
    return seed
  }

  static func publicKey(ofSeed seed: [UInt8]) throws(NoteError) -> [UInt8] {
    guard let key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, seed.count)
    else { throw .cryptography("EVP_PKEY_new_raw_private_key") }
    defer { EVP_PKEY_free(key) }
    var bytes = [UInt8](repeating: 0, count: 32)
    var count = bytes.count
    guard EVP_PKEY_get_raw_public_key(key, &bytes, &count) == 1, count == bytes.count
    else { throw .cryptography("EVP_PKEY_get_raw_public_key") }
    return bytes
  }

  static func sign(_ message: [UInt8], seed: [UInt8]) throws(NoteError) -> [UInt8] {
    guard let key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, seed.count)
    else { throw .cryptography("EVP_PKEY_new_raw_private_key") }
    defer { EVP_PKEY_free(key) }
    guard let context = EVP_MD_CTX_new() else { throw .cryptography("EVP_MD_CTX_new") }
    defer { EVP_MD_CTX_free(context) }
    var signature = [UInt8](repeating: 0, count: signatureByteCount)
    var count = signature.count
    guard EVP_DigestSignInit(context, nil, nil, nil, key) == 1,
      EVP_DigestSign(context, &signature, &count, message, message.count) == 1, count == signature.count
    else { throw .cryptography("EVP_DigestSign") }
    return signature
  }

  /// Whether the signature holds. A public key that is not a point of the curve verifies nothing.
  static func verify(_ signature: [UInt8], of message: [UInt8], publicKey: [UInt8]) -> Bool {
    guard signature.count == signatureByteCount,
      let key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, publicKey, publicKey.count)
    else { return false }
    defer { EVP_PKEY_free(key) }
    guard let context = EVP_MD_CTX_new() else { return false }
    defer { EVP_MD_CTX_free(context) }
    let holds =
      EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1
      && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    // A refused signature leaves its reason in this thread's error queue, where a later call would find it.
    if !holds { ERR_clear_error() }
    return holds
  }
}
