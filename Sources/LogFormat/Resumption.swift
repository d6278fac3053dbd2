public import TransparencyLog

/// What the record `de.aktenspur.ledger.wiederaufgenommen` says: the log was restored from a backup and goes on under
/// another name.
///
/// ```
/// {"origin":"ledger.example/akten","size":812,"root":"<base64>","signatur":"— ledger.example/akten <base64>",
///  "neuerorigin":"ledger.example/akten-2","verifierkey":"<vkey>"}
/// ```
///
/// Nobody who restores a log can know what was recorded and signed behind the backup. If the log went on under its old
/// name, one size could be signed twice with different roots; so the old name ends with the records of the backup.
public struct Resumption: Sendable, Hashable {
  public static let type = "de.aktenspur.ledger.wiederaufgenommen"

  /// The checkpoint with which the old name ends: its origin, the number of records, their root.
  public var ended: Checkpoint
  /// The signature line of that checkpoint by the old key, without LF.
  public var signature: String
  /// The key from here on; its name is the new origin.
  public var key: VerifierKey

  public init(ended: Checkpoint, signature: String, key: VerifierKey) {
    self.ended = ended
    self.signature = signature
    self.key = key
  }

  /// Nil where a member is missing or cannot be read, or the key is not one that signs checkpoints of the new origin.
  public init?(_ data: JSONValue) {
    guard let origin = data["origin"]?.string,
      let size = data["size"]?.integer.flatMap(UInt64.init(exactly:)),
      let root = data["root"]?.string.flatMap({ Digest(base64: $0) }),
      let signature = data["signatur"]?.string, let name = data["neuerorigin"]?.string,
      let key = data["verifierkey"]?.string.flatMap({ try? VerifierKey($0) }),
      name.utf8.elementsEqual(key.name.utf8), key.canVerify, !key.isWitness
    else { return nil }
    self.init(ended: Checkpoint(origin: origin, size: size, root: root), signature: signature, key: key)
  }

  public var json: String {
    """
    {"origin":\(JSONText.string(ended.origin)),"size":\(ended.size),"root":"\(ended.root.base64)",\
    "signatur":\(JSONText.string(signature)),"neuerorigin":\(JSONText.string(key.name)),"verifierkey":\(JSONText.string("\(key)"))}
    """
  }

  /// Whether the old key has signed the checkpoint.
  public func isSigned(by key: VerifierKey) -> Bool {
    guard let note = try? SignedNote(parsing: Array("\(ended.text)\n\(signature)\n".utf8)) else { return false }
    return (try? Checkpoint.open(note, by: key)) == ended
  }
}
