import TransparencyLog

/// The Merkle tree of a part of the log: a row of complete subtrees of the whole tree, each as large as it can be.
///
/// Rows of neighbouring parts put together give the tree of both, so that parts can be hashed by several threads
/// (a *compact range*; RFC 6962 §2.1 fixes where subtrees may lie):
///
/// ```
/// leaves 3 … 11:  [3] [4 5 6 7] [8 9 10 11]
/// ```
struct SubtreeRow: Sendable {
  struct Subtree: Sendable {
    var level: Int
    var hash: Digest
  }

  let start: UInt64
  private(set) var count: UInt64 = 0
  private(set) var subtrees: [Subtree] = []
  /// The hashes that stand in tiles above the leaves, as far as they were made here (C2SP tlog-tiles).
  private(set) var tileHashes: [TileHash] = []

  init(from start: UInt64) {
    self.start = start
  }

  mutating func append(_ leaf: Digest) {
    var hash = leaf
    var level = 0
    var index = start + count
    // The subtree to the left is the sibling if it is of the same size and this one is a right child.
    while index & 1 == 1, let left = subtrees.last, left.level == level {
      hash = RFC6962.nodeHash(left.hash, hash)
      subtrees.removeLast()
      level += 1
      index >>= 1
      if let tileHash = TileHash(level: level, index: index, hash: hash) { tileHashes.append(tileHash) }
    }
    subtrees.append(Subtree(level: level, hash: hash))
    count += 1
  }
}

/// A hash that stands in a tile above the leaves.
struct TileHash: Sendable {
  /// The level of tiles, from 1.
  var level: Int
  /// The place in its level.
  var index: UInt64
  var hash: Digest

  /// Nil where the level of the tree is not the lowest of a tile.
  init?(level: Int, index: UInt64, hash: Digest) {
    guard level & 7 == 0 else { return nil }
    self.level = level >> 3
    self.index = index
    self.hash = hash
  }
}

extension Frontier {
  /// Appends leaves that are hashed already; nil where the row does not begin behind the last leaf. Hashes made on the
  /// way that stand in tiles are added to `tileHashes`.
  func appending(_ row: SubtreeRow, tileHashes: inout [TileHash]) -> Frontier? {
    guard row.start == size else { return nil }
    var (size, hashes) = (size, hashes)
    for subtree in row.subtrees {
      var hash = subtree.hash
      var level = subtree.level
      var index = size >> UInt64(level)
      while index & 1 == 1 {
        hash = RFC6962.nodeHash(hashes.removeLast(), hash)
        level += 1
        index >>= 1
        if let tileHash = TileHash(level: level, index: index, hash: hash) { tileHashes.append(tileHash) }
      }
      hashes.append(hash)
      size += 1 << UInt64(subtree.level)
    }
    return Frontier(size: size, hashes: hashes)
  }
}
