/// The right edge of a growing Merkle tree: all that is needed to append leaves and to know the root.
///
/// A tree of `size` leaves is a row of complete subtrees, one for each bit of `size` that is set, the largest first.
/// Appending a leaf merges from the right, as a binary counter carries:
///
/// ```
/// size 6 = 0b110:  hashes = [ hash of leaves 0…3, hash of leaves 4…5 ]
/// root           = node(hashes[0], hashes[1])                        (RFC 6962 §2.1)
/// ```
public struct Frontier: Sendable, Equatable {
  /// The number of leaves.
  public private(set) var size: UInt64

  /// The roots of the complete subtrees, the largest (leftmost) first: one for each bit set in `size`.
  public private(set) var hashes: [Digest]

  /// The empty tree.
  public init() {
    size = 0
    hashes = []
  }

  /// A frontier kept earlier; nil unless there is exactly one hash for each bit set in `size`.
  public init?(size: UInt64, hashes: [Digest]) {
    guard hashes.count == size.nonzeroBitCount else { return nil }
    self.size = size
    self.hashes = hashes
  }

  /// Appends a leaf hash: one node hash on average, `log2(size)` at most.
  public mutating func append(_ leaf: Digest) {
    var subtree = leaf
    var carry = size
    while carry & 1 == 1 {
      subtree = RFC6962.nodeHash(hashes.removeLast(), subtree)
      carry >>= 1
    }
    hashes.append(subtree)
    size += 1
  }

  /// The Merkle tree hash of all leaves.
  public var root: Digest {
    guard var root = hashes.last else { return RFC6962.emptyRoot }
    for subtree in hashes.dropLast().reversed() {
      root = RFC6962.nodeHash(subtree, root)
    }
    return root
  }
}
