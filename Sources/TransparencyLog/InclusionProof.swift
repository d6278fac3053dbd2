/// Proof that a leaf stands at an index of the tree with a given root (RFC 6962 §2.1.1, RFC 9162 §2.1.3).
///
/// The proof is the list of sibling hashes on the way from the leaf to the root, the leaf's own sibling first. In a
/// tree of seven leaves (RFC 6962 §2.1.3) the proof of leaf 4 is `[hash of 5, hash of 6, hash of 0…3]`.
public enum InclusionProof {
  /// The proof of the leaf at `index` in the tree of the first `size` leaves; `index` must be less than `size`.
  ///
  /// `node(level, index)` must answer with the hash of the `2^level` leaves from `index · 2^level` on. It is only asked
  /// for complete subtrees of the tree.
  public static func make<Failure: Error>(
    index: UInt64, size: UInt64, node: (_ level: Int, _ index: UInt64) throws(Failure) -> Digest
  ) throws(Failure) -> [Digest] {
    precondition(index < size, "leaf \(index) is not in a tree of \(size) leaves")
    var path: [Digest] = []
    var start: UInt64 = 0
    var end = size
    while end - start > 1 {
      let middle = start + largestPowerOfTwo(below: end - start)
      if index < middle {
        path.append(try merkleRange(middle, end, node: node))
        end = middle
      } else {
        path.append(try merkleRange(start, middle, node: node))
        start = middle
      }
    }
    path.reverse()
    return path
  }

  /// The root that `proof` leads to from the leaf hash `leaf`; nil where its length cannot be right for this index and size.
  public static func root(of proof: [Digest], leaf: Digest, index: UInt64, size: UInt64) -> Digest? {
    guard index < size else { return nil }
    // RFC 9162 §2.1.3.2, step by step.
    var position = index
    var last = size - 1
    var root = leaf
    for sibling in proof {
      if last == 0 { return nil }
      if position & 1 == 1 || position == last {
        root = RFC6962.nodeHash(sibling, root)
        while position & 1 == 0 && position != 0 {
          position >>= 1
          last >>= 1
        }
      } else {
        root = RFC6962.nodeHash(root, sibling)
      }
      position >>= 1
      last >>= 1
    }
    return last == 0 ? root : nil
  }

  /// Whether `proof` shows that `leaf` is leaf `index` of the tree of `size` leaves with this root.
  public static func verify(_ proof: [Digest], leaf: Digest, index: UInt64, size: UInt64, root: Digest) -> Bool {
    InclusionProof.root(of: proof, leaf: leaf, index: index, size: size) == root
  }
}
