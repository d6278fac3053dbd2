/// A text signed by one or more keys (C2SP signed-note).
///
/// ```
/// This is an example message.
///
/// — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
/// ```
///
/// The text ends in a newline and is divided from the signature lines by the note's last empty line. A signature line is
/// an em dash (U+2014), a space, the key name, a space, and base64 of the key ID (4 bytes, big-endian) and the signature.
/// A note is UTF-8 without control characters other than the newline.
///
/// A parsed note says nothing yet: trust only the text of one that ``verified(by:)`` has accepted.
public struct SignedNote: Sendable {
  /// The signed text, with its final newline.
  public let text: String
  public private(set) var signatures: [Signature]

  /// More is not read: a note is small, and who sends a large one means no good.
  public static let maximumByteCount = 1_000_000
  /// C2SP asks for 16 at least; the most that are read.
  public static let maximumSignatureCount = 100

  public init(parsing bytes: [UInt8]) throws(NoteError) {
    guard bytes.count <= SignedNote.maximumByteCount else {
      throw .malformedNote(expected: "at most \(SignedNote.maximumByteCount) bytes, found \(bytes.count)")
    }
    guard bytes.allSatisfy({ $0 >= 0x20 || $0 == newline }) else {
      throw .malformedNote(expected: "no control characters other than the newline")
    }
    guard bytes.last == newline else { throw .malformedNote(expected: "a newline at the end") }
    guard let blank = bytes.indices.dropLast().last(where: { bytes[$0] == newline && bytes[$0 + 1] == newline })
    else { throw .malformedNote(expected: "an empty line between text and signatures") }
    guard let text = String(validating: bytes[...blank], as: UTF8.self),
      let block = String(validating: bytes[(blank + 2)...], as: UTF8.self)
    else { throw .malformedNote(expected: "UTF-8") }
    guard !block.isEmpty else { throw .malformedNote(expected: "at least one signature line") }
    self.text = text
    signatures = try Signature.parse(block)
  }

  /// A note of this text, signed by each of the keys in turn. The text must end in a newline.
  public static func sign(_ text: String, by keys: [SigningKey]) throws(NoteError) -> SignedNote {
    guard text.utf8.allSatisfy({ $0 >= 0x20 || $0 == newline }) else {
      throw .malformedNote(expected: "no control characters other than the newline")
    }
    var signatures: [Signature] = []
    for key in keys { signatures.append(try key.signature(of: text)) }
    return SignedNote(text: text, signatures: signatures)
  }

  init(text: String, signatures: [Signature]) {
    self.text = text
    self.signatures = signatures
  }

  /// The note as it is stored and sent.
  public var encoded: String { text + "\n" + signatures.map(\.line).joined() }

  /// Adds signature lines made elsewhere (the cosignatures of witnesses), each ended by a newline. They are not verified;
  /// a line that stands in the note already is not added again.
  public mutating func append(signatureLines block: String) throws(NoteError) {
    var all = signatures
    for signature in try Signature.parse(block) where !all.contains(signature) { all.append(signature) }
    guard all.count <= SignedNote.maximumSignatureCount else {
      throw .malformedNote(expected: "at most \(SignedNote.maximumSignatureCount) signatures, found \(all.count)")
    }
    signatures = all
  }

  /// The keys, out of those known, that have signed the note: at least one.
  ///
  /// Signatures of unknown keys are ignored, even where name or key ID (but not both) is that of a known key. A
  /// signature that claims a known key and does not hold makes the whole note invalid.
  public func verified(by keys: [VerifierKey]) throws(NoteError) -> Set<VerifierKey> {
    let message = Array(text.utf8)
    var verified: Set<VerifierKey> = []
    for signature in signatures {
      for key in keys where key.claims(signature) {
        guard key.canVerify else {
          throw .unsupportedAlgorithm(name: key.name, algorithm: key.algorithm.rawValue)
        }
        guard key.verifies(signature: signature.bytes, of: message) else {
          throw .invalidSignature(name: key.name, keyID: key.keyID)
        }
        verified.insert(key)
      }
    }
    guard !verified.isEmpty else { throw .noKnownSignature(expected: keys.map(\.name)) }
    return verified
  }
}

let newline = UInt8(ascii: "\n")
