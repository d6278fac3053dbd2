/// A witness's statement that it has seen this log grow only by appending, and when (C2SP tlog-cosignature,
/// cosignature/v1: Ed25519, signature type 0x04).
///
/// What is signed is two lines and then the whole text of the checkpoint:
///
/// ```
/// cosignature/v1
/// time 1679315147
/// example.com/behind-the-sofa
/// 20852163
/// CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
/// ```
///
/// In the signature line the bytes behind the key ID are the time (8 bytes, big-endian) and the Ed25519 signature.
public struct Cosignature: Sendable, Hashable {
  /// When it was made: seconds since 1970 (POSIX), at most 2^63 − 1.
  public let timestamp: UInt64
  /// 64 bytes of Ed25519 (RFC 8032).
  public let signature: [UInt8]

  public static let maximumTimestamp = UInt64(Int64.max)

  /// Reads what stands behind the key ID of a signature line.
  public init(_ bytes: [UInt8]) throws(NoteError) {
    guard bytes.count == 8 + Ed25519.signatureByteCount else {
      throw .malformedCosignature(
        expected: "\(8 + Ed25519.signatureByteCount) bytes of time and signature, found \(bytes.count)")
    }
    timestamp = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    signature = Array(bytes.dropFirst(8))
    guard timestamp <= Cosignature.maximumTimestamp else {
      throw .malformedCosignature(expected: "a time of at most 2^63 − 1 seconds, found \(timestamp)")
    }
  }

  /// Reads the cosignature of a line of a note. Whether it holds is ``SignedNote/verified(by:)``'s to say.
  public init(_ line: SignedNote.Signature) throws(NoteError) {
    try self.init(line.bytes)
  }

  init(timestamp: UInt64, signature: [UInt8]) {
    self.timestamp = timestamp
    self.signature = signature
  }

  /// What stands behind the key ID of a signature line.
  public var bytes: [UInt8] {
    withUnsafeBytes(of: timestamp.bigEndian) { Array($0) } + signature
  }

  /// What is signed.
  static func message(text: [UInt8], timestamp: UInt64) -> [UInt8] {
    Array("cosignature/v1\ntime \(timestamp)\n".utf8) + text
  }

  /// Whether it holds for the text of a checkpoint.
  func holds(for text: [UInt8], publicKey: [UInt8]) -> Bool {
    Ed25519.verify(
      signature, of: Cosignature.message(text: text, timestamp: timestamp), publicKey: publicKey)
  }
}

extension SignedNote {
  /// The lines that claim to be by a key, in the order in which they stand in the note.
  public func signatures(claimedBy key: VerifierKey) -> [Signature] {
    signatures.filter { key.claims($0) }
  }

  /// The line of a witness's cosignature that holds; nil where the witness has not cosigned. Of several the oldest one,
  /// which says most about when the checkpoint was there.
  ///
  /// - Throws: ``NoteError/invalidSignature(name:keyID:)`` where a line claims to be by the witness and is not.
  public func cosignature(by witness: VerifierKey) throws(NoteError) -> Signature? {
    guard !signatures(claimedBy: witness).isEmpty else { return nil }
    _ = try verified(by: [witness])
    var oldest: (timestamp: UInt64, line: Signature)?
    for line in signatures(claimedBy: witness) {
      let timestamp = try Cosignature(line).timestamp
      if let found = oldest, found.timestamp <= timestamp { continue }
      oldest = (timestamp, line)
    }
    return oldest?.line
  }

  /// The same text with only those signature lines.
  public func keeping(_ isKept: (Signature) -> Bool) -> SignedNote {
    SignedNote(text: text, signatures: signatures.filter(isKept))
  }
}
