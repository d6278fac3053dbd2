import TransparencyLog

/// 32 bytes that order as their four words do, the first word first: what verification keeps of each record, and the
/// leaves of an RFC 4998 hash tree.
struct SortKey: Hashable, Comparable, Sendable {
  var word0: UInt64
  var word1: UInt64
  var word2: UInt64
  var word3: UInt64

  @inline(__always) static func < (left: SortKey, right: SortKey) -> Bool {
    if left.word0 != right.word0 { return left.word0 < right.word0 }
    if left.word1 != right.word1 { return left.word1 < right.word1 }
    if left.word2 != right.word2 { return left.word2 < right.word2 }
    return left.word3 < right.word3
  }
}

extension SortKey {
  /// Orders as the digest does.
  init(_ digest: Digest) {
    self = digest.withUnsafeBytes { bytes in
      func word(_ index: Int) -> UInt64 { UInt64(bigEndian: bytes.load(fromByteOffset: 8 * index, as: UInt64.self)) }
      return SortKey(word0: word(0), word1: word(1), word2: word(2), word3: word(3))
    }
  }

  var digest: Digest {
    withUnsafeBytes(of: (word0.bigEndian, word1.bigEndian, word2.bigEndian, word3.bigEndian)) { Digest($0) }
  }
}

extension SortKey {
  static let bitCount = 256

  /// The byte at a place from 0 to 31, the most significant one first.
  @inline(__always) func byte(_ index: Int) -> Int { digit(8 * index, 8) }

  /// The number that some bits are, counted from the most significant one. They must lie in one word.
  @inline(__always) func digit(_ bit: Int, _ width: Int) -> Int {
    let word =
      switch bit >> 6 {
      case 0: word0
      case 1: word1
      case 2: word2
      default: word3
      }
    let behind = word &<< UInt64(truncatingIfNeeded: bit)
    return Int(truncatingIfNeeded: behind &>> UInt64(truncatingIfNeeded: 64 &- width))
  }
}
