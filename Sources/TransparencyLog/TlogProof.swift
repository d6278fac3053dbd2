/// Proof that a record stands in a log, complete in itself: the record's index, its inclusion proof, and the signed
/// checkpoint of the tree (C2SP tlog-proof; file extension `.tlog-proof`).
///
/// ```
/// c2sp.org/tlog-proof@v1
/// index 5
/// rzFuy5Go7nrpkhBwKy1HWPMM3eO/YePY54fXRoH5Cm4=
/// 5784L25ZFbP4hhm4ZiI+vx1RxMUyHMzeLp/3AKMlkIY=
///
/// example.com/log
/// 7
/// sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=
///
/// — example.com/log hI2DJw…
/// ```
public struct TlogProof: Sendable, Hashable {
  /// Opaque, and vouched for by nobody.
  public var extra: [UInt8]?
  /// The record's sequence: its leaf's place in the tree.
  public var index: UInt64
  /// From the leaf's sibling to the root's child (``InclusionProof``).
  public var hashes: [Digest]
  /// The signed checkpoint, byte by byte as the log and its witnesses signed it.
  public var checkpoint: [UInt8]

  /// More hashes no leaf of a tree below 2^64 leaves needs.
  public static let maximumHashCount = 64

  public init(extra: [UInt8]? = nil, index: UInt64, hashes: [Digest], checkpoint: [UInt8]) {
    self.extra = extra
    self.index = index
    self.hashes = hashes
    self.checkpoint = checkpoint
  }

  /// Reads a proof. What it says is not checked; ``verify(leaf:by:policy:)`` does that.
  public init(parsing bytes: [UInt8]) throws(TlogProofError) {
    var lines = Lines(rest: bytes[...])
    guard lines.next()?.elementsEqual(TlogProof.header.utf8) ?? false else {
      throw .malformed(line: 1, expected: "\"\(TlogProof.header)\"")
    }
    var line = lines.next()
    if let text = line, text.starts(with: "extra ".utf8) {
      guard let bytes = Base64.decode(utf8: text.dropFirst(6)) else {
        throw .malformed(line: lines.number, expected: "\"extra \" and base64")
      }
      extra = bytes
      line = lines.next()
    }
    guard let text = line, text.starts(with: "index ".utf8), let index = DecimalNumber.parse(text.dropFirst(6)) else {
      throw .malformed(line: max(lines.number, 2), expected: "\"index \" and a decimal number without leading zeros")
    }
    self.index = index
    hashes = []
    while true {
      guard let line = lines.next() else {
        throw .malformed(line: lines.number + 1, expected: "an empty line before the checkpoint")
      }
      if line.isEmpty { break }
      guard hashes.count < TlogProof.maximumHashCount else {
        throw .malformed(line: lines.number, expected: "at most \(TlogProof.maximumHashCount) hashes")
      }
      guard let hash = Base64.decode(utf8: line).flatMap({ Digest($0) }) else {
        throw .malformed(line: lines.number, expected: "a hash of 32 bytes in base64")
      }
      hashes.append(hash)
    }
    guard !lines.rest.isEmpty else {
      throw .malformed(line: lines.number + 1, expected: "the signed checkpoint")
    }
    checkpoint = Array(lines.rest)
  }

  /// The proof as it is stored and sent. The checkpoint's bytes are taken for UTF-8, which those of a signed note are.
  public var encoded: String {
    var text = TlogProof.header + "\n"
    if let extra { text += "extra \(Base64.encode(extra))\n" }
    text += "index \(index)\n"
    for hash in hashes { text += hash.base64 + "\n" }
    return text + "\n" + String(decoding: checkpoint, as: UTF8.self)
  }

  /// That the leaf with this hash stands in the log of `key`, at ``index``; with a policy, that enough of its witnesses
  /// have seen the checkpoint, and that the log is one of those it lists, if it lists any.
  ///
  /// - Returns: the checkpoint, which `key` has signed.
  @discardableResult
  public func verify(
    leaf: Digest, by key: VerifierKey, policy: WitnessPolicy? = nil
  ) throws(TlogProofError) -> Checkpoint {
    let checkpoint: Checkpoint
    let isWitnessed: Bool
    do {
      let note = try SignedNote(parsing: self.checkpoint)
      checkpoint = try Checkpoint.open(note, by: key)
      isWitnessed = try policy?.isSatisfied(by: note) ?? true
    } catch {
      throw .checkpoint(error)
    }
    if let policy, !policy.logs.isEmpty, !policy.logs.contains(where: { $0.key == key }) {
      throw .otherLog(key.name)
    }
    guard isWitnessed else { throw .notWitnessed(size: checkpoint.size) }
    guard index < checkpoint.size else { throw .notCovered(index: index, size: checkpoint.size) }
    guard
      InclusionProof.verify(hashes, leaf: leaf, index: index, size: checkpoint.size, root: checkpoint.root)
    else { throw .notIncluded(leaf: leaf, index: index, size: checkpoint.size) }
    return checkpoint
  }

  private static let header = "c2sp.org/tlog-proof@v1"

  /// Lines that each end in a newline.
  private struct Lines {
    var rest: ArraySlice<UInt8>
    var number = 0

    mutating func next() -> ArraySlice<UInt8>? {
      guard let end = rest.firstIndex(of: newline) else { return nil }
      defer { rest = rest[(end + 1)...] }
      number += 1
      return rest[..<end]
    }
  }
}

/// Why a proof cannot be read, or does not hold.
public enum TlogProofError: Error, Hashable, Sendable {
  /// The number counts the file's lines from 1.
  case malformed(line: Int, expected: String)
  /// The checkpoint cannot be read, or is not signed as it must be.
  case checkpoint(NoteError)
  /// The policy lists logs, and not this one with this key.
  case otherLog(String)
  /// Too few of the policy's witnesses have cosigned the checkpoint.
  case notWitnessed(size: UInt64)
  /// The checkpoint covers fewer records.
  case notCovered(index: UInt64, size: UInt64)
  /// The hashes do not lead from the leaf to the checkpoint's root.
  case notIncluded(leaf: Digest, index: UInt64, size: UInt64)
}

extension TlogProofError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .malformed(let line, let expected): "line \(line) of the proof is malformed: expected \(expected)"
    case .checkpoint(let error): "\(error)"
    case .otherLog(let name): "the policy does not list the log \(name) with this key"
    case .notWitnessed(let size):
      "the checkpoint of \(size) records has not been cosigned by as many witnesses as the policy asks for"
    case .notCovered(let index, let size):
      "the proof is of record \(index), and its checkpoint covers the first \(size) only"
    case .notIncluded(let leaf, let index, let size):
      "the proof does not show that the record with leaf hash \(leaf) is record \(index) of the first \(size)"
    }
  }
}
