/// Whose signatures make a checkpoint one to rely on: logs, witnesses, and which of these must have cosigned
/// (C2SP tlog-policy).
///
/// ```
/// log <vkey> [<url>]
/// witness X1 <vkey> [<url>]
/// witness X2 <vkey>
/// group X any X1 X2
/// quorum X
/// ```
///
/// Lines end in a newline, items are separated by spaces and tabs; empty lines and lines beginning with `#` say nothing.
/// A group asks for `any`, `all` or a number of its members. Groups and the quorum name what lines above them define;
/// `quorum none` asks for no cosignature. Names are bytes: nothing is folded or normalised.
///
/// The key of a witness is a cosigner's (type 0x04). Policies in use also write the plain Ed25519 vkey (0x01) of the same
/// name and public key there, as transparency-dev's witness policies do; it stands for the cosigner's key.
public struct WitnessPolicy: Sendable {
  public struct Log: Sendable, Hashable {
    /// Its name is the log's origin.
    public let key: VerifierKey
    public let url: String?
  }

  public struct Witness: Sendable, Hashable {
    /// As groups and the quorum call it: it means nothing outside of the file.
    public let name: String
    /// The key of its cosignatures.
    public let key: VerifierKey
    /// The submission prefix (C2SP tlog-witness).
    public let url: String?
  }

  /// What must have cosigned.
  public indirect enum Quorum: Sendable, Hashable {
    case none
    case witness(VerifierKey)
    /// At least `threshold` of the members.
    case group(threshold: Int, members: [Quorum])

    /// Whether these witnesses together are enough.
    func isMet(by witnesses: Set<VerifierKey>) -> Bool {
      switch self {
      case .none: true
      case .witness(let key): witnesses.contains(key)
      case .group(let threshold, let members): members.count { $0.isMet(by: witnesses) } >= threshold
      }
    }
  }

  /// A checkpoint must be signed by one of them; empty where the log is known from elsewhere.
  public let logs: [Log]
  public let witnesses: [Witness]
  public let quorum: Quorum

  public init(parsing text: String) throws(WitnessPolicyError) {
    try self.init(parsing: Array(text.utf8))
  }

  /// Reads a policy file.
  public init(parsing bytes: [UInt8]) throws(WitnessPolicyError) {
    var reader = WitnessPolicyReader()
    for (index, line) in bytes.split(separator: newline, omittingEmptySubsequences: false).enumerated() {
      try reader.read(line, number: index + 1)
    }
    guard let quorum = reader.quorum else { throw .noQuorum }
    self.quorum = quorum
    logs = reader.logs
    witnesses = reader.witnesses
  }

  /// Whether enough of the policy's witnesses have cosigned the note. The log's own signature is not looked at: open the
  /// checkpoint with the log's key (``Checkpoint/open(_:by:)-(SignedNote,_)``).
  ///
  /// A witness whose type of key cannot be verified here counts as one that has not cosigned.
  ///
  /// - Throws: where a line claims to be by a witness of the policy and does not hold: such a note is none.
  public func isSatisfied(by note: SignedNote) throws(NoteError) -> Bool {
    var cosigned: Set<VerifierKey> = []
    for witness in witnesses where witness.key.canVerify {
      if try note.cosignature(by: witness.key) != nil { cosigned.insert(witness.key) }
    }
    return quorum.isMet(by: cosigned)
  }

  /// The key of the listed log that has signed the note, which is then a checkpoint of that log.
  ///
  /// - Throws: where none has.
  public func log(of note: SignedNote) throws(NoteError) -> (key: VerifierKey, checkpoint: Checkpoint) {
    for log in logs where log.key.canVerify && !note.signatures(claimedBy: log.key).isEmpty {
      return (log.key, try Checkpoint.open(note, by: log.key))
    }
    throw .noKnownSignature(expected: logs.map(\.key.name))
  }
}
