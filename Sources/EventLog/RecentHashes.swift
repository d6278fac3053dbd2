import TransparencyLog

/// The leaf hashes of the newest records, for tiles to be made of without reading and hashing the lines again. A bounded
/// number: whoever is further behind reads the log.
struct RecentHashes: Sendable {
  private static let limit = 1 << 18

  private var first: UInt64 = 0
  private var hashes: [Digest] = []

  /// Takes the hashes of the records from `sequence` on.
  mutating func append(_ new: [Digest], from sequence: UInt64) {
    if sequence != first + UInt64(hashes.count) || hashes.count + new.count > RecentHashes.limit {
      hashes.removeAll(keepingCapacity: true)
      first = sequence
    }
    hashes.append(contentsOf: new)
  }

  /// Those of `from..<below`, which are let go of with all before them; nil where they are not all here.
  mutating func take(from: UInt64, below: UInt64) -> [Digest]? {
    guard from >= first, below <= first + UInt64(hashes.count), from < below else { return nil }
    let taken = Array(hashes[Int(from - first)..<Int(below - first)])
    hashes.removeFirst(Int(below - first))
    first = below
    return taken
  }
}
