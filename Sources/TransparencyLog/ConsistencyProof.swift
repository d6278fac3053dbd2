/// Proof that a tree is an earlier one with leaves added, and nothing else (RFC 6962 §2.1.2, RFC 9162 §2.1.4).
public enum ConsistencyProof {
  /// The proof that the tree of the first `newSize` leaves continues that of the first `oldSize`;
  /// `oldSize` must not exceed `newSize`. It is empty from size 0 and between equal sizes.
  ///
  /// `node(level, index)` must answer with the hash of the `2^level` leaves from `index · 2^level` on. It is only asked
  /// for complete subtrees of the new tree.
  public static func make<Failure: Error>(
    from oldSize: UInt64, to newSize: UInt64, node: (_ level: Int, _ index: UInt64) throws(Failure) -> Digest
  ) throws(Failure) -> [Digest] {
    precondition(oldSize <= newSize, "a tree of \(newSize) leaves does not continue one of \(oldSize)")
    if oldSize == 0 || oldSize == newSize { return [] }
    var path: [Digest] = []
    var start: UInt64 = 0
    var end = newSize
    // While the cut at oldSize runs through [start, end): note the half that it leaves whole, go on in the other.
    while oldSize != end {
      let middle = start + largestPowerOfTwo(below: end - start)
      if oldSize <= middle {
        path.append(try merkleRange(middle, end, node: node))
        end = middle
      } else {
        path.append(try merkleRange(start, middle, node: node))
        start = middle
      }
    }
    // With start at 0 the rest is the old tree itself, whose root the verifier knows.
    if start != 0 { path.append(try merkleRange(start, end, node: node)) }
    path.reverse()
    return path
  }

  /// Whether `proof` shows that the tree `(newSize, newRoot)` continues `(oldSize, oldRoot)`.
  public static func verify(
    _ proof: [Digest], oldSize: UInt64, oldRoot: Digest, newSize: UInt64, newRoot: Digest
  ) -> Bool {
    if oldSize > newSize { return false }
    if oldSize == newSize { return proof.isEmpty && oldRoot == newRoot }
    if oldSize == 0 { return proof.isEmpty && oldRoot == RFC6962.emptyRoot }
    // RFC 9162 §2.1.4.2, step by step.
    var path = proof[...]
    if oldSize & (oldSize - 1) == 0 { path = ([oldRoot] + proof)[...] }
    guard let first = path.popFirst() else { return false }
    var position = oldSize - 1
    var last = newSize - 1
    while position & 1 == 1 {
      position >>= 1
      last >>= 1
    }
    var old = first
    var new = first
    for sibling in path {
      if last == 0 { return false }
      if position & 1 == 1 || position == last {
        old = RFC6962.nodeHash(sibling, old)
        new = RFC6962.nodeHash(sibling, new)
        while position & 1 == 0 && position != 0 {
          position >>= 1
          last >>= 1
        }
      } else {
        new = RFC6962.nodeHash(new, sibling)
      }
      position >>= 1
      last >>= 1
    }
    return last == 0 && old == oldRoot && new == newRoot
  }
}
