import LogFormat
import TransparencyLog

/// A content that a record names and that must be kept with the ledger: the manifest of a domain pack put in force, the
/// answer of a time stamp authority and the certificates it is checked with.
struct NamedDocument {
  var digest: Digest
  var sequence: UInt64
  var place: LogPlace

  static func named(by record: Record, at place: LogPlace) -> [NamedDocument] {
    let texts: [String?] =
      switch record.type {
      case AuditedRecord.packs: record.data?["fachpakete"]?.elements.map { $0["digest"]?.string } ?? []
      case AuditedRecord.anchor: ["antwort", "vertrauensanker"].map { record.data?[$0]?.string }
      default: []
      }
    return texts.compactMap { text in
      text.flatMap(digest).map { NamedDocument(digest: $0, sequence: record.sequence, place: place) }
    }
  }

  /// The digest that `sha256:<64 hex digits>` writes.
  static func digest(_ text: String) -> Digest? {
    text.hasPrefix("sha256:") ? Digest(hex: text.dropFirst(7)) : nil
  }

  /// The digests in a manifest, whose lines are those of `sha256sum`.
  static func files(inManifest text: [UInt8]) -> [Digest] {
    text.split(separator: 0x0A).compactMap { line in
      line.count > 66 ? Digest(hex: String(decoding: line.prefix(64), as: UTF8.self)) : nil
    }
  }
}
