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
    let parts = encoded.utf8.split(separator: UInt8(ascii: "+"), maxSplits: 4, omittingEmptySubsequences: false)
    guard parts.count == 5, parts[0].elementsEqual("PRIVATE".utf8), parts[1].elementsEqual("KEY".utf8) else {
      throw .malformedKey(expected: "PRIVATE+KEY+name+keyid+base64")
    }
    let name = String(Substring(parts[2]))
    try KeyName.check(name)
    guard let keyID = parseHexadecimal(parts[3]) else {
      throw .malformedKey(expected: "a key ID of 8 lower-case hexadecimal digits")
    }
    guard let material = Base64.decode(utf8: parts[4]), let type = material.first else {
      throw .malformedKey(expected: "signature type and seed in base64")
    }
    guard type == SignatureAlgorithm.ed25519.rawValue else {
      throw .unsupportedAlgorithm(name: name, algorithm: type)
    }
    guard material.count == 1 + Ed25519.seedByteCount else {
      throw .malformedKey(expected: "a seed of \(Ed25519.seedByteCount) bytes, found \(material.count - 1)")
    }
    try self.init(name: name, seed: Array(material.dropFirst()))
    guard verifierKey.keyID == keyID else {
      throw .keyIDMismatch(name: name, expected: verifierKey.keyID, found: keyID)
    }
  }

  private init(name: String, seed: [UInt8]) throws(NoteError) {
    let publicKey = try Ed25519.publicKey(ofSeed: seed)
    let keyID = SignatureAlgorithm.ed25519.keyID(name: name, publicKey: publicKey)
    verifierKey = try VerifierKey(name: name, keyID: keyID, algorithm: .ed25519, publicKey: publicKey)
    self.seed = seed
  }

  public var name: String { verifierKey.name }

  /// The secret, as it is kept in the key file.
  public var encoded: String {
    let material = Base64.encode([SignatureAlgorithm.ed25519.rawValue] + seed)
    return "PRIVATE+KEY+\(name)+\(hexadecimal(verifierKey.keyID))+\(material)"
  }

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
