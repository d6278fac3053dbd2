import DocumentStore
import EventLog
import Foundation
import LogFormat
import ReadModels
import TimeStamps
import TransparencyLog

/// What one time stamp is given for (RFC 4998): the text of a checkpoint (its three lines, without signatures), the
/// records since the time stamp before it (their lines without LF), and the contents that the ledger's own records among
/// them name: manifests of domain packs, answers and certificates of authorities. Each is a data object and a group of
/// its own.
struct AnchorObjects: Sendable {
  let checkpoint: Checkpoint
  /// The first record; the last is the one before the checkpoint's size.
  let from: UInt64
  let source: any RecordSource
  let documents: DocumentStore

  /// A data object by its SHA-256; its bytes are only fetched where another hash function asks for them.
  struct Object {
    let digest: Digest
    let bytes: () throws -> [UInt8]

    func imprint(_ algorithm: HashAlgorithm) throws -> Imprint {
      algorithm == .sha256 ? Imprint(digest) : Imprint(of: try bytes(), algorithm)
    }
  }

  func forEach(_ body: (Object) throws -> Void) throws {
    let text = Array(checkpoint.text.utf8)
    try body(Object(digest: SHA256.hash(text)) { text })
    var next = from
    try source.forEachLine(from: from, below: checkpoint.size) { line in
      try body(Object(digest: SHA256.hash(line)) { Array(line) })
      for digest in try AnchorObjects.documents(namedBy: line) {
        try body(Object(digest: digest) { try documents.get(digest) })
      }
      next += 1
    }
    guard next == checkpoint.size else { throw LogTreeError.logEnds(records: next, expected: checkpoint.size) }
  }

  /// The tree whose root is stamped.
  func tree() throws -> EvidenceTree {
    var leaves: [Digest] = []
    leaves.reserveCapacity(Int(clamping: checkpoint.size - from) + 1)
    try forEach { leaves.append($0.digest) }
    return try EvidenceTree(leaves: leaves)
  }

  /// The contents that a record names, where it is one of the ledger's own.
  static func documents(namedBy line: UnsafeRawBufferPointer) throws -> [Digest] {
    // Almost every record is somebody else's, which shows without reading it.
    guard isByLedger(line) else { return [] }
    let record = try Record(line: Array(line))
    guard record.type.hasPrefix(Log.ledgerTypePrefix), let data = record.data else { return [] }
    let names: [String?] =
      switch record.type.dropFirst(Log.ledgerTypePrefix.count) {
      case PackRecord.name: data["fachpakete"]?.elements.map { $0["digest"]?.string } ?? []
      case AnchorRecord.name: ["antwort", "vertrauensanker"].map { data[$0]?.string }
      default: []
      }
    return names.compactMap { name in
      name.flatMap { $0.hasPrefix("sha256:") ? Digest(hex: $0.dropFirst(7)) : nil }
    }
  }

  /// Whether a line's `source`, which stands behind `id`, is the ledger itself.
  private static func isByLedger(_ line: UnsafeRawBufferPointer) -> Bool {
    let opening = #"{"specversion":"1.0","id":""#.utf8
    guard line.starts(with: opening) else { return false }
    var place = opening.count
    while place < line.count, line[place] != UInt8(ascii: "\"") {
      place += line[place] == UInt8(ascii: "\\") ? 2 : 1
    }
    return line.dropFirst(place).starts(with: #"","source":"\#(Log.ledgerSource)""#.utf8)
  }
}
