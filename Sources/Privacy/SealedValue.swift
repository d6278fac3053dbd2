/// A sealed value as it stands in a record, taken apart.
///
/// ```
/// {"sealed":"<key id>.<nonce>.<ciphertext>"}
/// ```
///
/// | part | written as | holds |
/// |---|---|---|
/// | key id | 32 lower-case hexadecimal digits | which key: ``KeyID`` |
/// | nonce | base64url without padding, 16 characters | 12 random bytes, drawn for this value |
/// | ciphertext | base64url without padding | AES-256-GCM of the value's JSON text, then the 16-byte tag |
///
/// The additional data binds the event's type, its subject and the field: see ``KeyStore/seal(_:person:type:subject:field:)``.
///
/// Two values sealed from the same text differ. Whether an event repeats one that is recorded is therefore decided
/// after unsealing: the recorded value is unsealed and its JSON compared with the one sent. Once its key is destroyed
/// it is not compared at all.
public struct SealedValue: Sendable, Hashable {
  public let keyID: KeyID
  /// 12 bytes.
  public let nonce: [UInt8]
  /// The encrypted text and, in its last 16 bytes, the tag.
  public let ciphertext: [UInt8]

  init(keyID: KeyID, nonce: [UInt8], ciphertext: [UInt8]) {
    self.keyID = keyID
    self.nonce = nonce
    self.ciphertext = ciphertext
  }

  /// Reads the text of the member `sealed`. Every value has exactly one text.
  public init(_ text: String) throws(PrivacyError) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3 else {
      throw .malformedSealedValue(expected: "three parts divided by '.', found \(parts.count)")
    }
    guard let keyID = KeyID(hex: parts[0]) else {
      throw .malformedSealedValue(expected: "a key id of 32 lower-case hexadecimal digits")
    }
    guard let nonce = Base64URL.decode(parts[1]), nonce.count == AES256GCM.nonceLength else {
      throw .malformedSealedValue(expected: "a nonce of 12 bytes in base64url without padding")
    }
    guard let ciphertext = Base64URL.decode(parts[2]), ciphertext.count >= AES256GCM.tagLength else {
      throw .malformedSealedValue(expected: "a ciphertext of at least 16 bytes in base64url without padding")
    }
    self.init(keyID: keyID, nonce: nonce, ciphertext: ciphertext)
  }

  /// The text of the member `sealed`.
  public var text: String {
    "\(keyID.hex).\(Base64URL.encode(nonce)).\(Base64URL.encode(ciphertext))"
  }

  /// The JSON object that replaces the value in `data`.
  public var json: [UInt8] {
    Array("{\"sealed\":\"\(text)\"}".utf8)
  }
}
