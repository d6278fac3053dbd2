import LogFormat
import TransparencyLog

/// A content that a record names and that must be kept with the ledger: the manifest of a domain pack put in force.
struct NamedDocument {
  var digest: Digest
  var sequence: UInt64
  var place: LogPlace

  static func named(by record: Record, at place: LogPlace) -> [NamedDocument] {
    guard record.type == "de.aktenspur.ledger.fachpakete-gesetzt", let packs = record.data?["fachpakete"] else {
      return []
    }
    return packs.elements.compactMap { pack in
      guard let text = pack["digest"]?.string, text.hasPrefix("sha256:"), let digest = Digest(hex: text.dropFirst(7))
      else { return nil }
      return NamedDocument(digest: digest, sequence: record.sequence, place: place)
    }
  }

  /// The digests in a manifest, whose lines are those of `sha256sum`.
  static func files(inManifest text: [UInt8]) -> [Digest] {
    text.split(separator: 0x0A).compactMap { line in
      line.count > 66 ? Digest(hex: String(decoding: line.prefix(64), as: UTF8.self)) : nil
    }
  }
}
