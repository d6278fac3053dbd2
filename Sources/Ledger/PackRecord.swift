import DocumentStore
import DomainPacks
import EventLog
import Foundation
import LogFormat
import ReadModels
import TransparencyLog

/// Which domain packs are in force, as the log says: the record `de.aktenspur.ledger.fachpakete-gesetzt` names each
/// pack's digest, which is the SHA-256 of its manifest; manifest and files are documents of the ledger.
///
/// ```
/// {"fachpakete":[{"name":"anfragen","digest":"sha256:1f0c…"},…]}
/// ```
///
/// A manifest is what `sha256sum` prints over the pack's files, so that `sha256sum -c` checks a pack taken out.
enum PackRecord {
  static let name = "fachpakete-gesetzt"

  static func json(_ packs: PackSet) -> String {
    let entries = packs.packs.map { #"{"name":\#(JSONText.string($0.name)),"digest":"sha256:\#($0.digest.hex)"}"# }
    return #"{"fachpakete":[\#(entries.joined(separator: ","))]}"#
  }

  /// Keeps the packs' files as documents, durable when this returns.
  static func keep(_ packs: PackSet, in documents: DocumentStore) throws {
    for pack in packs.packs {
      for bytes in pack.files.values { try documents.put(bytes) }
      try documents.put(Array(pack.manifest.utf8))
    }
  }

  /// Whether the record names exactly these packs.
  static func names(_ record: Record?, _ packs: PackSet) -> Bool {
    guard let data = record?.data else { return false }
    return data.text.elementsEqual(json(packs).utf8)
  }

  /// The packs a record names, from the ledger's documents.
  static func load(_ record: Record, from documents: DocumentStore) throws -> PackSet {
    guard let entries = record.data?["fachpakete"], entries.kind == .array else {
      throw PackSourceError.record(record.sequence, "member \"fachpakete\" is missing")
    }
    var files: [String: [String: [UInt8]]] = [:]
    for entry in entries.elements {
      guard let name = entry["name"]?.string, let digest = entry["digest"]?.string.flatMap(digest(of:)) else {
        throw PackSourceError.record(record.sequence, "expected a name and a digest \"sha256:…\" for each pack")
      }
      files[name] = try self.files(of: digest, documents, record)
    }
    return try PackSet(files: files)
  }

  private static func files(
    of manifest: Digest, _ documents: DocumentStore, _ record: Record
  ) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for line in String(decoding: try documents.get(manifest), as: UTF8.self).split(separator: "\n") {
      guard line.utf8.count > 66, let digest = Digest(hex: line.prefix(64)) else {
        throw PackSourceError.record(record.sequence, "the manifest \(manifest) has a line that is none: \(line)")
      }
      files[String(line.dropFirst(66))] = try documents.get(digest)
    }
    return files
  }

  private static func digest(of text: String) -> Digest? {
    text.hasPrefix("sha256:") ? Digest(hex: text.dropFirst(7)) : nil
  }
}

/// Why the packs to use cannot be had.
public enum PackSourceError: Error, Sendable, Hashable, CustomStringConvertible {
  case none
  case record(UInt64, String)

  public var description: String {
    switch self {
    case .none:
      "the ledger has no domain packs yet and none were found: name their folder with --packs or AKTENSPUR_PACKS"
    case .record(let sequence, let reason): "record \(sequence) does not name the domain packs: \(reason)"
    }
  }
}

extension ProjectionPlan {
  /// The plan of a ledger's packs. Those that its log names were checked before they were recorded.
  init(_ packs: PackSet, recordedIn log: LogReader) throws {
    let newest = try log.newestLedgerRecord(PackRecord.name)
    try self.init(packs, checksReading: !PackRecord.names(newest, packs))
  }
}
