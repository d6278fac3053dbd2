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
    BloomFilter.forEachBit(of: key) { byte, bit in bytes[line + byte] |= 1 << bit }
  }

  /// Whether a number of bytes can be a filter's.
  static func canHave(bytes count: Int) -> Bool { count > 0 && count % bytesPerLine == 0 }

  /// A filter's bytes, wherever they stand, to be asked for keys.
  struct View {
    private let bytes: UnsafeRawPointer
    private let count: Int

    /// - Parameter bytes: as many as ``canHave(bytes:)``.
    init(_ bytes: UnsafeRawBufferPointer) {
      guard let base = bytes.baseAddress, canHave(bytes: bytes.count) else {
        preconditionFailure("a filter has whole lines, and at least one")
      }
      self.bytes = base
      count = bytes.count
    }

    @inline(__always)
    func mayContain(_ key: IndexKey) -> Bool {
      // Within the bytes by how it is reckoned: a line of those there are, and a byte of 64.
      let line = bytes + line(of: key, in: count)
      // All of them, without a branch for each: which is the first that is not there cannot be foreseen, and as long as
      // that is not known nothing is asked about the next key.
      var isSet: UInt8 = 1
      forEachBit(of: key) { byte, bit in isSet &= line.load(fromByteOffset: byte, as: UInt8.self) >> bit }
      return isSet & 1 != 0
    }
  }

  @inline(__always)
  private static func forEachBit(of key: IndexKey, _ body: (_ byte: Int, _ bit: UInt8) -> Void) {
    var bits = key.low
    for _ in 0..<6 {
      body(Int(bits >> 3 & 63), UInt8(bits & 7))
      bits >>= 9
    }
  }

  @inline(__always)
  private static func line(of key: IndexKey, in count: Int) -> Int {
    Int(key.high.multipliedFullWidth(by: UInt64(count / bytesPerLine)).high) * bytesPerLine
  }
}
