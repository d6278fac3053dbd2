import LogFormat
import TransparencyLog

/// A file of a bundle. Members stand in the archive in this order.
enum BundleMember: Hashable {
  case description
  case page
  case verifierKey
  case checkpoint
  /// An older checkpoint, by its size.
  case olderCheckpoint(UInt64)
  /// The proof that the log of the second size continues that of the first.
  case consistency(from: UInt64, to: UInt64)
  /// A segment of the log, by the sequence of its first record.
  case segment(UInt64)
  /// The records of a selection, a line each.
  case records
  /// The proof of a record, by its sequence.
  case proof(UInt64)
  case document(Digest)

  var name: String {
    switch self {
    case .description: "bundle.json"
    case .page: "LIESMICH.html"
    case .verifierKey: "verifier.key"
    case .checkpoint: "checkpoint"
    case .olderCheckpoint(let size): "checkpoints/\(SequenceText.string(size))"
    case .consistency(let from, let to): "consistency/\(SequenceText.string(from))-\(SequenceText.string(to))"
    case .segment(let first): "log/\(SegmentFile.name(of: first))"
    case .records: "records.ndjson"
    case .proof(let sequence): "proofs/\(SequenceText.string(sequence)).tlog-proof"
    case .document(let digest): "documents/sha256/\(digest.hex.prefix(2))/\(digest.hex.dropFirst(2))"
    }
  }

  /// Nil for every other name: nothing else belongs in a bundle.
  init?(name: String) {
    guard let member = BundleMember.reading(name), member.name == name else { return nil }
    self = member
  }

  /// What the name means, if it is written as it must be.
  private static func reading(_ name: String) -> BundleMember? {
    for member in [description, page, verifierKey, checkpoint, records] where member.name == name { return member }
    let parts = name.split(separator: "/")
    switch (parts.first, parts.count) {
    case ("checkpoints", 2): return SequenceText.parse(parts[1]).map { .olderCheckpoint($0) }
    case ("consistency", 2):
      let sizes = parts[1].split(separator: "-")
      guard sizes.count == 2, let from = SequenceText.parse(sizes[0]), let to = SequenceText.parse(sizes[1])
      else { return nil }
      return .consistency(from: from, to: to)
    case ("log", 2): return SegmentFile.sequence(ofName: String(parts[1])).map { .segment($0) }
    case ("proofs", 2): return SequenceText.parse(parts[1].prefix(SequenceText.length)).map { .proof($0) }
    case ("documents", 4): return Digest(hex: parts[2] + parts[3]).map { .document($0) }
    default: return nil
    }
  }
}
