import Foundation
import TransparencyLog

/// The head of the index: which runs make it up, and how far they reach. It moves by replacing the file; a run counts when the
/// manifest names it.
struct IndexManifest: Codable, Hashable, Sendable {
  /// Changes with the format of the runs; an index of another version is made anew.
  static let version = 5

  struct Start: Codable, Hashable, Sendable {
    var size: UInt64
    var segment: UInt64
    var offset: UInt64
    /// Digests in hex.
    var frontier: [String]
    var hash: String
  }

  var version = IndexManifest.version
  /// What the entries depend on besides the log.
  var identity: String
  var start: Start?
  var covered: UInt64 = 0
  /// Leaf hash of the last record that is covered, in hex.
  var head = Digest.zero.hex
  /// Oldest first; each goes on where the one before ends.
  var runs: [IndexRunDescription] = []

  init(identity: String) {
    self.identity = identity
  }

  static func path(in folder: String) -> String { folder + "/manifest" }

  /// - Returns: nil where there is none, or none that can be used.
  init?(in folder: String) {
    guard let bytes = try? SystemCall.contents(of: IndexManifest.path(in: folder)),
      let end = bytes.lastIndex(of: 0x0A),
      SHA256.hash(Array(bytes[..<end])).hex.utf8.elementsEqual(bytes[(end + 1)...]),
      let manifest = try? JSONDecoder().decode(IndexManifest.self, from: Data(bytes[..<end])),
      manifest.version == IndexManifest.version, manifest.isConnected
    else { return nil }
    self = manifest
  }

  /// Whether the runs go on from each other, to where they are said to reach.
  private var isConnected: Bool {
    var end: UInt64 = 0
    for run in runs {
      guard run.from == end, run.below > run.from else { return false }
      end = run.below
    }
    return end == covered && start?.size ?? 0 <= covered
  }

  /// Durable when this returns, and with it the names of the runs' files.
  func write(to folder: String) throws {
    var bytes = Array(try JSONEncoder().encode(self))
    let sum = SHA256.hash(bytes).hex
    bytes.append(0x0A)
    bytes.append(contentsOf: sum.utf8)
    try SystemCall.replace(IndexManifest.path(in: folder), with: bytes)
  }

  /// - Returns: nil where there is none, or none that can be one.
  var indexStart: IndexStart? {
    guard let start else { return nil }
    let digests = start.frontier.compactMap { Digest(hex: $0) }
    guard digests.count == start.frontier.count, let frontier = Frontier(size: start.size, hashes: digests),
      let lastHash = Digest(hex: start.hash)
    else { return nil }
    return IndexStart(
      position: LogPosition(size: start.size, segment: Segment(first: start.segment), offset: start.offset),
      frontier: frontier, lastHash: lastHash)
  }

  mutating func set(_ start: IndexStart) {
    self.start = Start(
      size: start.position.size, segment: start.position.segment.first, offset: start.position.offset,
      frontier: start.frontier.hashes.map(\.hex), hash: start.lastHash.hex)
  }
}
