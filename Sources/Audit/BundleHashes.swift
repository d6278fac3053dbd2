import TransparencyLog

/// The hashes of all complete subtrees of a log's Merkle tree, in a file: proofs need a few of them each, and all of them
/// would not fit the memory.
///
/// Behind each leaf hash follow those of the subtrees that it completes, the smallest first, so the file is only appended
/// to. For seven leaves:
///
/// ```
/// 0 1 0-1 2 3 2-3 0-3 4 5 4-5 6
/// ```
struct BundleHashes {
  private let output: BundleOutput
  private var frontier = Frontier()

  init(creating path: String) throws {
    output = try BundleOutput(creating: path)
  }

  var root: Digest { frontier.root }

  mutating func append(_ leaf: Digest) throws {
    var hash = leaf
    try hash.withUnsafeBytes { try output.write($0) }
    // One subtree is completed for each one bit at the end of the number of leaves before this.
    for sibling in frontier.hashes.suffix((~frontier.size).trailingZeroBitCount).reversed() {
      hash = RFC6962.nodeHash(sibling, hash)
      try hash.withUnsafeBytes { try output.write($0) }
    }
    frontier.append(leaf)
  }

  /// Ends the file.
  ///
  /// - Returns: the hash of the `2^level` leaves from `index · 2^level` on.
  func finish() throws -> (_ level: Int, _ index: UInt64) throws -> Digest {
    try output.flush()
    let input = try BundleInput(output.path)
    return { level, index in
      let start = BundleHashes.position(level: level, index: index) * UInt64(Digest.byteCount)
      let bytes = try input.bytes(start..<start + UInt64(Digest.byteCount))
      return bytes.withUnsafeBytes { Digest($0) }
    }
  }

  /// How many hashes stand before that of a subtree.
  private static func position(level: Int, index: UInt64) -> UInt64 {
    // Of its leaves the last completes it, as the level-th of the subtrees that this one completes.
    let last = ((index + 1) << UInt64(level)) - 1
    var before: UInt64 = 0
    var count = last
    while count > 0 {
      before += count
      count >>= 1
    }
    return before + UInt64(level)
  }
}
