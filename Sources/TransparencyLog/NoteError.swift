/// What is wrong with a key, a signed note or a checkpoint, and what was expected in its place.
public enum NoteError: Error, Hashable, Sendable {
  /// A key name must not be empty and must hold no Unicode space, no `+` and no control character.
  case invalidKeyName(String)
  /// The text is not a verifier key or signing key.
  case malformedKey(expected: String)
  /// The key ID printed in a key is not the one its name and public key give.
  case keyIDMismatch(name: String, expected: UInt32, found: UInt32)
  /// The key's signature type (C2SP signed-note, "Signature types") is not one this program can use.
  case unsupportedAlgorithm(name: String, algorithm: UInt8)
  /// The bytes are not a signed note.
  case malformedNote(expected: String)
  /// A line of the signature part is not `— name base64`; the number counts signature lines from 1.
  case malformedSignatureLine(number: Int, expected: String)
  /// The bytes of a cosignature are not a time and an Ed25519 signature.
  case malformedCosignature(expected: String)
  /// A signature that claims to be by a known key is not.
  case invalidSignature(name: String, keyID: UInt32)
  /// None of the known keys (named here) has signed the note.
  case noKnownSignature(expected: [String])
  /// The text is not that of a checkpoint; the number counts its lines from 1.
  case malformedCheckpoint(line: Int, expected: String)
  /// A checkpoint speaks for another log than expected.
  case originMismatch(expected: String, found: String)
  /// libcrypto refused an operation that fails only for want of memory or random bytes.
  case cryptography(String)
}

extension NoteError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .invalidKeyName(let name):
      "\"\(name)\" cannot be a key name or origin: it must not be empty nor hold spaces, \"+\" or control characters"
    case .malformedKey(let expected):
      "not a key: expected \(expected)"
    case .keyIDMismatch(let name, let expected, let found):
      "the key ID of \(name) is printed as \(hexadecimal(found)), its name and public key give \(hexadecimal(expected))"
    case .unsupportedAlgorithm(let name, let algorithm):
      "the key \(name) has signature type \(algorithm), which is not supported"
    case .malformedNote(let expected):
      "not a signed note: expected \(expected)"
    case .malformedSignatureLine(let number, let expected):
      "signature line \(number) of the note is malformed: expected \(expected)"
    case .malformedCosignature(let expected):
      "not a cosignature: expected \(expected)"
    case .invalidSignature(let name, let keyID):
      "the signature by \(name)+\(hexadecimal(keyID)) does not hold"
    case .noKnownSignature(let expected):
      "none of the expected keys has signed: \(expected.joined(separator: ", "))"
    case .malformedCheckpoint(let line, let expected):
      "line \(line) of the checkpoint is malformed: expected \(expected)"
    case .originMismatch(let expected, let found):
      "the checkpoint is of the log \(found), expected \(expected)"
    case .cryptography(let operation):
      "libcrypto failed at \(operation)"
    }
  }
}
