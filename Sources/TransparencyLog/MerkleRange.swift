/// The Merkle tree hash of the leaves `start ..< end`, put together from complete subtrees.
///
/// `node(level, index)` is the hash of the `2^level` leaves from `index · 2^level` on, as hash tiles hold them
/// (C2SP tlog-tiles). It is only asked for subtrees that lie wholly inside the range.
///
/// `start` must be a multiple of the largest power of two below the range's length, as it always is in RFC 6962 §2.1.
func merkleRange<Failure: Error>(
  _ start: UInt64, _ end: UInt64, node: (_ level: Int, _ index: UInt64) throws(Failure) -> Digest
) throws(Failure) -> Digest {
  let count = end - start
  if count == 0 { return RFC6962.emptyRoot }
  if count & (count - 1) == 0 {
    let level = count.trailingZeroBitCount
    return try node(level, start >> UInt64(level))
  }
  let middle = start + largestPowerOfTwo(below: count)
  let left = try merkleRange(start, middle, node: node)
  return RFC6962.nodeHash(left, try merkleRange(middle, end, node: node))
}

/// The `k` of RFC 6962 §2.1: the largest power of two smaller than `count`, which must be at least 2.
func largestPowerOfTwo(below count: UInt64) -> UInt64 {
  1 << UInt64(63 - (count - 1).leadingZeroBitCount)
}
