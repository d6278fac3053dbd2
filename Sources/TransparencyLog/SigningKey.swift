/// A secret Ed25519 key with its name, in the form of golang.org/x/mod/sumdb/note:
///
/// ```
/// PRIVATE+KEY+<key name>+<key ID, 8 hex digits>+<base64 of 0x01 ‖ 32-byte seed>
/// PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz
/// ```
///
/// It has no description, so that it does not end in a log by accident; ``encoded`` is for the key file only.
public struct SigningKey: Sendable {
  /// The public half.
  public let verifierKey: VerifierKey
  private let seed: [UInt8]

  /// A new key of random bytes.
  public static func generate(name: String) throws(NoteError) -> SigningKey {
    try KeyName.check(name)
    return try SigningKey(name: name, seed: Ed25519.generateSeed())
  }

  /// Reads the form above. A key ID that does not fit is refused.
  public init(_ encoded: String) throws(NoteError) {
    let secret = try SecretKeyText(encoded, algorithm: .ed25519)
    try self.init(name: secret.name, seed: secret.seed)
    try secret.check(verifierKey)
  }

  private init(name: String, seed: [UInt8]) throws(NoteError) {
    verifierKey = try VerifierKey(name: name, algorithm: .ed25519, publicKey: Ed25519.publicKey(ofSeed: seed))
    self.seed = seed
  }

  public var name: String { verifierKey.name }

  /// The secret, as it is kept in the key file.
  public var encoded: String { SecretKeyText.encode(verifierKey, seed: seed) }

  /// This key's signature of a note's text, which must end in a newline.
  public func signature(of text: String) throws(NoteError) -> SignedNote.Signature {
    guard text.utf8.last == UInt8(ascii: "\n") else { throw .malformedNote(expected: "a text that ends in a newline") }
    return SignedNote.Signature(
      name: name, keyID: verifierKey.keyID, bytes: try Ed25519.sign(Array(text.utf8), seed: seed))
  }

  /// The line `— name base64`, newline included, that goes below a note's text and blank line.
  public func signatureLine(for text: String) throws(NoteError) -> String {
    try signature(of: text).line
  }
}
