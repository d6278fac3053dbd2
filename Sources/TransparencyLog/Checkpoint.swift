/// Origin, size and Merkle root of a log: the text that the log signs (C2SP tlog-checkpoint).
///
/// ```
/// example.com/behind-the-sofa
/// 20852163
/// CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
/// ```
///
/// Lines: the origin; the number of leaves in ASCII decimal without leading zeros; base64 of the 32-byte root; then any
/// number of extension lines, none of them empty.
///
/// An origin is also the name of the key that signs, so what a key name may not hold (spaces, `+`) is refused here too,
/// where C2SP only advises against it.
public struct Checkpoint: Sendable, Hashable {
  public let origin: String
  /// The number of leaves: the sequence of the first record that is not covered.
  public let size: UInt64
  public let root: Digest
  /// Opaque lines without their newlines. This project writes none.
  public let extensions: [String]

  public init(origin: String, size: UInt64, root: Digest, extensions: [String] = []) {
    self.origin = origin
    self.size = size
    self.root = root
    self.extensions = extensions
  }

  /// Reads the text of a checkpoint. Of a signed one, pass the note's text, or use ``open(_:by:)``.
  public init(text: String) throws(NoteError) {
    try self.init(text, isForeign: false)
  }

  /// Reads the text of any log's checkpoint, as a witness must: the origin may be any line that is not empty, and the
  /// root of a tree of size 0 is not looked at.
  public init(foreign text: String) throws(NoteError) {
    try self.init(text, isForeign: true)
  }

  private init(_ text: String, isForeign: Bool) throws(NoteError) {
    guard text.utf8.last == newline else {
      throw .malformedCheckpoint(line: 1, expected: "lines that each end in a newline")
    }
    let lines = text.utf8.dropLast().split(separator: newline, omittingEmptySubsequences: false)
    guard lines.count >= 3 else {
      throw .malformedCheckpoint(line: lines.count + 1, expected: "at least three lines: origin, size, root")
    }
    let origin = String(Substring(lines[0]))
    guard isForeign ? !origin.isEmpty : KeyName.isValid(origin) else {
      throw .malformedCheckpoint(
        line: 1, expected: isForeign ? "an origin" : "an origin without spaces and \"+\"")
    }
    guard let size = DecimalNumber.parse(lines[1]) else {
      throw .malformedCheckpoint(line: 2, expected: "a decimal size below 2^64 without leading zeros")
    }
    guard let root = Base64.decode(utf8: lines[2]).flatMap({ Digest($0) }) else {
      throw .malformedCheckpoint(line: 3, expected: "a root of 32 bytes in base64")
    }
    if !isForeign, size == 0, root != RFC6962.emptyRoot {
      throw .malformedCheckpoint(line: 3, expected: "\(RFC6962.emptyRoot.base64), the root of the empty tree")
    }
    if let empty = lines.dropFirst(3).firstIndex(where: \.isEmpty) {
      throw .malformedCheckpoint(line: empty + 1, expected: "an extension line that is not empty")
    }
    self.init(
      origin: origin, size: size, root: root, extensions: lines.dropFirst(3).map { String(Substring($0)) })
  }

  /// What is signed: the lines above, each with its newline.
  public var text: String {
    ([origin, String(size), root.base64] + extensions).map { $0 + "\n" }.joined()
  }

  /// The checkpoint as a note signed by the log's key, whose name must be the origin.
  public func signed(by key: SigningKey) throws(NoteError) -> SignedNote {
    guard sameBytes(key.name, origin) else { throw .originMismatch(expected: key.name, found: origin) }
    return try SignedNote.sign(text, by: [key])
  }

  /// The checkpoint of a note that `key` has signed, and that speaks for the log of the key's name.
  public static func open(_ note: SignedNote, by key: VerifierKey) throws(NoteError) -> Checkpoint {
    // A witness does not speak for the log, whatever its name.
    guard !key.isWitness else { throw .unsupportedAlgorithm(name: key.name, algorithm: key.algorithm.rawValue) }
    _ = try note.verified(by: [key])
    let checkpoint = try Checkpoint(text: note.text)
    guard sameBytes(checkpoint.origin, key.name) else {
      throw .originMismatch(expected: key.name, found: checkpoint.origin)
    }
    return checkpoint
  }

  /// As ``open(_:by:)-(SignedNote,_)``, of the bytes of a signed checkpoint.
  public static func open(_ note: [UInt8], by key: VerifierKey) throws(NoteError) -> Checkpoint {
    try open(SignedNote(parsing: note), by: key)
  }
}
