/// What a log sends a witness (C2SP tlog-witness, "add-checkpoint"): its new checkpoint, and the proof that it continues
/// the one the witness cosigned last. Pure text, so that it also goes from one office to another as a file.
///
/// ```
/// old 20852014
/// PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
/// jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
///
/// example.com/behind-the-sofa
/// 20852163
/// CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
///
/// — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE…
/// ```
public struct AddCheckpointRequest: Sendable {
  /// The size of the checkpoint that the witness cosigned last; 0 where it has cosigned none.
  public let old: UInt64
  /// RFC 6962 §2.1.2, from ``old`` to the checkpoint's size.
  public let proof: [Digest]
  /// The log's checkpoint, with the log's signature.
  public let checkpoint: SignedNote

  /// More than 63 hashes prove nothing: there are no trees of more than 2^63 leaves.
  public static let maximumProofCount = 63
  /// The most that a witness reads: 63 hashes and a checkpoint with a good many signatures, also of long ones.
  public static let maximumByteCount = 256 << 10

  public init(old: UInt64, proof: [Digest], checkpoint: SignedNote) {
    self.old = old
    self.proof = proof
    self.checkpoint = checkpoint
  }

  /// Reads a request's body.
  public init(parsing bytes: [UInt8]) throws(AddCheckpointError) {
    guard bytes.count <= AddCheckpointRequest.maximumByteCount else {
      throw .malformed(line: 1, expected: "at most \(AddCheckpointRequest.maximumByteCount) bytes")
    }
    var rest = bytes[...]
    /// The next line of the head, which ends with an empty one.
    func next(_ number: Int) throws(AddCheckpointError) -> ArraySlice<UInt8> {
      guard let end = rest.firstIndex(of: newline) else {
        throw .malformed(line: number, expected: "a newline at the end of the line, and an empty line before the note")
      }
      defer { rest = rest[(end + 1)...] }
      return rest[..<end]
    }
    let first = try next(1)
    guard first.starts(with: AddCheckpointRequest.keyword.utf8),
      let old = DecimalNumber.parse(first.dropFirst(AddCheckpointRequest.keyword.utf8.count))
    else { throw .malformed(line: 1, expected: "old and a decimal size without leading zeros") }
    var proof: [Digest] = []
    while true {
      let number = proof.count + 2
      let line = try next(number)
      if line.isEmpty { break }
      guard proof.count < AddCheckpointRequest.maximumProofCount else {
        throw .malformed(line: number, expected: "at most \(AddCheckpointRequest.maximumProofCount) hashes")
      }
      guard let hash = Base64.decode(utf8: line).flatMap({ Digest($0) }) else {
        throw .malformed(line: number, expected: "a hash of 32 bytes in base64")
      }
      proof.append(hash)
    }
    do {
      checkpoint = try SignedNote(parsing: Array(rest))
    } catch {
      throw .note(error)
    }
    self.old = old
    self.proof = proof
  }

  /// The request's body.
  public var encoded: String {
    "\(AddCheckpointRequest.keyword)\(old)\n" + proof.map { $0.base64 + "\n" }.joined() + "\n" + checkpoint.encoded
  }

  private static let keyword = "old "
}

/// Why the text is no request to a witness.
public enum AddCheckpointError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A line before the checkpoint, counted from 1.
  case malformed(line: Int, expected: String)
  /// What follows the empty line is not a signed note.
  case note(NoteError)

  public var description: String {
    switch self {
    case .malformed(let line, let expected): "line \(line) of the request: expected \(expected)"
    case .note(let error): "the checkpoint of the request: \(error)"
    }
  }
}
