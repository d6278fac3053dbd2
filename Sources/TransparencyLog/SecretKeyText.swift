/// The written form of a secret Ed25519 key, which ``SigningKey`` and ``CosigningKey`` share:
///
/// ```
/// PRIVATE+KEY+<key name>+<key ID, 8 hex digits>+<base64 of signature type ‖ 32-byte seed>
/// ```
struct SecretKeyText {
  let name: String
  let seed: [UInt8]
  private let keyID: UInt32

  /// Reads a key of one signature type; one of another type is refused by its number.
  init(_ encoded: String, algorithm: SignatureAlgorithm) throws(NoteError) {
    let parts = encoded.utf8.split(separator: UInt8(ascii: "+"), maxSplits: 4, omittingEmptySubsequences: false)
    guard parts.count == 5, parts[0].elementsEqual("PRIVATE".utf8), parts[1].elementsEqual("KEY".utf8) else {
      throw .malformedKey(expected: "PRIVATE+KEY+name+keyid+base64")
    }
    name = String(Substring(parts[2]))
    try KeyName.check(name)
    guard let keyID = parseHexadecimal(parts[3]) else {
      throw .malformedKey(expected: "a key ID of 8 lower-case hexadecimal digits")
    }
    self.keyID = keyID
    guard let material = Base64.decode(utf8: parts[4]), let type = material.first else {
      throw .malformedKey(expected: "signature type and seed in base64")
    }
    guard type == algorithm.rawValue else { throw .unsupportedAlgorithm(name: name, algorithm: type) }
    guard material.count == 1 + Ed25519.seedByteCount else {
      throw .malformedKey(expected: "a seed of \(Ed25519.seedByteCount) bytes, found \(material.count - 1)")
    }
    seed = Array(material.dropFirst())
  }

  /// Whether the key ID is that of the key made from the seed.
  func check(_ key: VerifierKey) throws(NoteError) {
    guard key.keyID == keyID else { throw .keyIDMismatch(name: name, expected: key.keyID, found: keyID) }
  }

  static func encode(_ key: VerifierKey, seed: [UInt8]) -> String {
    "PRIVATE+KEY+\(key.name)+\(hexadecimal(key.keyID))+\(Base64.encode([key.algorithm.rawValue] + seed))"
  }
}
