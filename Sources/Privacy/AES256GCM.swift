import COpenSSL

/// AES-256 in Galois/Counter Mode (NIST SP 800-38D) with a 96-bit nonce and a 128-bit tag.
enum AES256GCM {
  static let keyLength = 32
  static let nonceLength = 12
  static let tagLength = 16

  /// The ciphertext, as long as `plaintext`, followed by the tag.
  static func seal(
    _ plaintext: [UInt8], key: [UInt8], nonce: [UInt8], additionalData: [UInt8]
  ) throws(PrivacyError) -> [UInt8] {
    let context = try Context()
    try context.start(key: key, nonce: nonce, forEncryption: true)
    try context.authenticate(additionalData)
    var sealed = [UInt8](repeating: 0, count: plaintext.count + tagLength)
    try context.update(plaintext[...], into: &sealed)
    var tag = [UInt8](repeating: 0, count: tagLength)
    guard context.finish() else { throw .cryptography("EVP_CipherFinal_ex") }
    try context.control(EVP_CTRL_GCM_GET_TAG, &tag)
    sealed.replaceSubrange(plaintext.count..., with: tag)
    return sealed
  }

  /// The plaintext; `nil` where the tag does not fit key, nonce, ciphertext and additional data.
  static func open(
    _ sealed: [UInt8], key: [UInt8], nonce: [UInt8], additionalData: [UInt8]
  ) throws(PrivacyError) -> [UInt8]? {
    guard sealed.count >= tagLength else { return nil }
    let context = try Context()
    try context.start(key: key, nonce: nonce, forEncryption: false)
    try context.authenticate(additionalData)
    var plaintext = [UInt8](repeating: 0, count: sealed.count - tagLength)
    try context.update(sealed.dropLast(tagLength), into: &plaintext)
    var tag = Array(sealed.suffix(tagLength))
    try context.control(EVP_CTRL_GCM_SET_TAG, &tag)
    return context.finish() ? plaintext : nil
  }
}

/// One run of the cipher.
private struct Context: ~Copyable {
  private let context: OpaquePointer

  init() throws(PrivacyError) {
    guard let context = EVP_CIPHER_CTX_new() else { throw .cryptography("EVP_CIPHER_CTX_new") }
    self.context = context
  }

  deinit {
    // Clears the key schedule too.
    EVP_CIPHER_CTX_free(context)
  }

  borrowing func start(key: [UInt8], nonce: [UInt8], forEncryption: Bool) throws(PrivacyError) {
    precondition(key.count == AES256GCM.keyLength && nonce.count == AES256GCM.nonceLength)
    guard EVP_CipherInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce, forEncryption ? 1 : 0) == 1
    else { throw .cryptography("EVP_CipherInit_ex") }
  }

  borrowing func authenticate(_ data: [UInt8]) throws(PrivacyError) {
    var written: Int32 = 0
    guard EVP_CipherUpdate(context, nil, &written, data, Int32(data.count)) == 1
    else { throw .cryptography("EVP_CipherUpdate") }
  }

  /// Runs all of `input` through the cipher, into the first bytes of `output`.
  borrowing func update(_ input: ArraySlice<UInt8>, into output: inout [UInt8]) throws(PrivacyError) {
    guard !input.isEmpty else { return }
    var written: Int32 = 0
    let done = input.withUnsafeBufferPointer { input in
      EVP_CipherUpdate(context, &output, &written, input.baseAddress, Int32(input.count))
    }
    guard done == 1, Int(written) == input.count else { throw .cryptography("EVP_CipherUpdate") }
  }

  /// Makes the tag when sealing; says whether it fits when opening.
  borrowing func finish() -> Bool {
    var block = [UInt8](repeating: 0, count: AES256GCM.tagLength)
    var written: Int32 = 0
    defer { ERR_clear_error() }
    return EVP_CipherFinal_ex(context, &block, &written) == 1
  }

  borrowing func control(_ command: Int32, _ tag: inout [UInt8]) throws(PrivacyError) {
    guard EVP_CIPHER_CTX_ctrl(context, command, Int32(tag.count), &tag) == 1
    else { throw .cryptography("EVP_CIPHER_CTX_ctrl") }
  }
}
