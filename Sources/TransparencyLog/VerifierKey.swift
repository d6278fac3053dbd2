/// The public key of a signer, with its name: a *vkey* (C2SP signed-note, "Verifier keys").
///
/// ```
/// <key name>+<key ID, 8 hex digits>+<base64 of signature type ‖ public key>
/// example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k
/// ```
///
/// Keys of any signature type can be read; Ed25519 signatures (0x01) and cosignatures (0x04) are verified.
public struct VerifierKey: Sendable, Hashable {
  public let name: String
  /// The number by which, with the name, a signature line says whose it is. No protection against forgery.
  public let keyID: UInt32
  public let algorithm: SignatureAlgorithm
  /// The key material behind the signature type byte.
  public let publicKey: [UInt8]

  /// Reads a vkey. A key ID that does not fit name and public key is refused.
  public init(_ vkey: String) throws(NoteError) {
    let parts = vkey.utf8.split(separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3 else { throw .malformedKey(expected: "name+keyid+base64") }
    let name = String(Substring(parts[0]))
    try KeyName.check(name)
    guard let keyID = parseHexadecimal(parts[1]) else {
      throw .malformedKey(expected: "a key ID of 8 lower-case hexadecimal digits")
    }
    guard let material = Base64.decode(utf8: parts[2]), let type = material.first else {
      throw .malformedKey(expected: "signature type and public key in base64")
    }
    try self.init(
      name: name, keyID: keyID, algorithm: SignatureAlgorithm(rawValue: type), publicKey: Array(material.dropFirst()))
  }

  init(name: String, keyID: UInt32, algorithm: SignatureAlgorithm, publicKey: [UInt8]) throws(NoteError) {
    if let count = algorithm.publicKeyByteCount, publicKey.count != count {
      throw .malformedKey(expected: "a public key of \(count) bytes, found \(publicKey.count)")
    }
    let expected = algorithm.keyID(name: name, publicKey: publicKey)
    guard keyID == expected else { throw .keyIDMismatch(name: name, expected: expected, found: keyID) }
    self.name = name
    self.keyID = keyID
    self.algorithm = algorithm
    self.publicKey = publicKey
  }

  /// The key of a public key under a name.
  public init(name: String, algorithm: SignatureAlgorithm, publicKey: [UInt8]) throws(NoteError) {
    try KeyName.check(name)
    try self.init(
      name: name, keyID: algorithm.keyID(name: name, publicKey: publicKey), algorithm: algorithm, publicKey: publicKey)
  }

  /// Whether this program can check signatures of this key's type.
  public var canVerify: Bool { algorithm == .ed25519 || algorithm == .ed25519Cosignature }

  /// Whether keys of this type sign as witnesses (C2SP tlog-cosignature), and so never as logs.
  public var isWitness: Bool { algorithm == .ed25519Cosignature || algorithm == .mldsa44 }

  /// Whether `signature` (the bytes behind the key ID) is this key's signature of a note's text. False for every
  /// signature of a type that cannot be verified here.
  public func verifies(signature: [UInt8], of text: [UInt8]) -> Bool {
    switch algorithm {
    case .ed25519: return Ed25519.verify(signature, of: text, publicKey: publicKey)
    case .ed25519Cosignature:
      guard let cosignature = try? Cosignature(signature) else { return false }
      return cosignature.holds(for: text, publicKey: publicKey)
    default: return false
    }
  }

  /// Whether a signature line claims to be by this key: both name and key ID are the same.
  public func claims(_ signature: SignedNote.Signature) -> Bool {
    keyID == signature.keyID && sameBytes(name, signature.name)
  }
}

extension VerifierKey: CustomStringConvertible {
  /// The vkey.
  public var description: String {
    "\(name)+\(hexadecimal(keyID))+\(Base64.encode([algorithm.rawValue] + publicKey))"
  }
}
