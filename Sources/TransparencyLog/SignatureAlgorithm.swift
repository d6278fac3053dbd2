/// The signature type byte of a key (C2SP signed-note, "Signature types"). It says how the rest of the key is read, how
/// its ID is made and what is signed. A type without a constant here can still be carried and compared.
public struct SignatureAlgorithm: Sendable, Hashable, RawRepresentable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// Ed25519 (RFC 8032) over the note's text: what this project's logs sign with.
  public static let ed25519 = SignatureAlgorithm(rawValue: 0x01)
  /// ECDSA; its key ID is the truncated SHA-256 of the SubjectPublicKeyInfo alone.
  public static let ecdsa = SignatureAlgorithm(rawValue: 0x02)
  /// Time-stamped Ed25519 cosignatures of witnesses (C2SP tlog-cosignature); see ``Cosignature``.
  public static let ed25519Cosignature = SignatureAlgorithm(rawValue: 0x04)
  /// RFC 6962 tree head signatures (C2SP static-ct-api); the key ID is made with the CT log ID.
  public static let rfc6962TreeHead = SignatureAlgorithm(rawValue: 0x05)
  /// ML-DSA-44 (sub)tree cosignatures (C2SP tlog-cosignature).
  public static let mldsa44 = SignatureAlgorithm(rawValue: 0x06)

  /// The length of the public key in bytes, where the type fixes it.
  var publicKeyByteCount: Int? {
    switch self {
    case .ed25519, .ed25519Cosignature: 32
    case .mldsa44: 1312
    default: nil
    }
  }

  /// The key ID of a public key under a name. The rule is recommended for every type; two have one of their own.
  ///
  /// ```
  /// key ID = SHA-256(key name ‖ 0x0A ‖ signature type ‖ public key)[:4]
  /// ```
  func keyID(name: String, publicKey: [UInt8]) -> UInt32 {
    let hashed: [UInt8]
    switch self {
    case .ecdsa: hashed = publicKey
    case .rfc6962TreeHead: hashed = Array(name.utf8) + [0x0A, rawValue] + SHA256.hash(publicKey).bytes
    default: hashed = Array(name.utf8) + [0x0A, rawValue] + publicKey
    }
    return SHA256.hash(hashed).bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
  }
}
