/// A witness's secret Ed25519 key with its name, written as ``SigningKey`` is, with the signature type of cosignatures:
///
/// ```
/// PRIVATE+KEY+<witness name>+<key ID, 8 hex digits>+<base64 of 0x04 ‖ 32-byte seed>
/// ```
///
/// It is a type of its own, so that no key ever signs both as a log and as a witness. A cosignature does not hold the
/// name of its key: each witness needs a key that no other one has (C2SP tlog-cosignature).
public struct CosigningKey: Sendable {
  /// The public half.
  public let verifierKey: VerifierKey
  private let seed: [UInt8]

  /// A new key of random bytes.
  public static func generate(name: String) throws(NoteError) -> CosigningKey {
    try KeyName.check(name)
    return try CosigningKey(name: name, seed: Ed25519.generateSeed())
  }

  /// Reads the form above. A key ID that does not fit is refused.
  public init(_ encoded: String) throws(NoteError) {
    let secret = try SecretKeyText(encoded, algorithm: .ed25519Cosignature)
    try self.init(name: secret.name, seed: secret.seed)
    try secret.check(verifierKey)
  }

  private init(name: String, seed: [UInt8]) throws(NoteError) {
    verifierKey = try VerifierKey(
      name: name, algorithm: .ed25519Cosignature, publicKey: Ed25519.publicKey(ofSeed: seed))
    self.seed = seed
  }

  public var name: String { verifierKey.name }

  /// The secret, as it is kept in the key file.
  public var encoded: String { SecretKeyText.encode(verifierKey, seed: seed) }

  /// This witness's cosignature of a checkpoint's text.
  ///
  /// - Parameter timestamp: now, in seconds since 1970.
  public func cosignature(of text: String, at timestamp: UInt64) throws(NoteError) -> SignedNote.Signature {
    guard text.utf8.last == newline else { throw .malformedNote(expected: "a text that ends in a newline") }
    guard timestamp <= Cosignature.maximumTimestamp else {
      throw .malformedCosignature(expected: "a time of at most 2^63 − 1 seconds, found \(timestamp)")
    }
    let message = Cosignature.message(text: Array(text.utf8), timestamp: timestamp)
    let cosignature = Cosignature(timestamp: timestamp, signature: try Ed25519.sign(message, seed: seed))
    return SignedNote.Signature(name: name, keyID: verifierKey.keyID, bytes: cosignature.bytes)
  }
}
