/// Says of a key that it is certainly not there, or may be (B. H. Bloom, 1970); here each key has its bits in one line of
/// 64 bytes, so that a question costs one access to memory (F. Putze, P. Sanders, J. Singler, 2007).
///
/// With twelve bits a key, fewer than one of a hundred keys that are not there may be.
struct BloomFilter: Sendable {
  private static let bitsPerKey = 12
  private static let bytesPerLine = 64

  /// Whole lines, at least one.
  private(set) var bytes: [UInt8]

  /// For about so many keys.
  init(keys: Int) {
    let lines = max(1, (keys * BloomFilter.bitsPerKey + 511) / 512)
    bytes = Array(repeating: 0, count: lines * BloomFilter.bytesPerLine)
  }

  mutating func insert(_ key: IndexKey) {
    let line = BloomFilter.line(of: key, in: bytes.count)
    BloomFilter.forEachBit(of: key) { byte, bit in
      bytes[line + byte] |= bit
      return true
    }
  }

  /// Whether a number of bytes can be a filter's.
  static func canHave(bytes count: Int) -> Bool { count > 0 && count % bytesPerLine == 0 }

  /// - Parameter bytes: a filter's, wherever they stand.
  static func mayContain(_ key: IndexKey, in bytes: UnsafeRawBufferPointer) -> Bool {
    let line = line(of: key, in: bytes.count)
    return forEachBit(of: key) { byte, bit in bytes[line + byte] & bit != 0 }
  }

  /// - Returns: false as soon as `body` does.
  @inline(__always)
  @discardableResult
  private static func forEachBit(of key: IndexKey, _ body: (_ byte: Int, _ bit: UInt8) -> Bool) -> Bool {
    var bits = key.low
    for _ in 0..<6 {
      guard body(Int(bits >> 3 & 63), 1 << UInt8(bits & 7)) else { return false }
      bits >>= 9
    }
    return true
  }

  private static func line(of key: IndexKey, in count: Int) -> Int {
    Int(key.high.multipliedFullWidth(by: UInt64(count / bytesPerLine)).high) * bytesPerLine
  }
}
