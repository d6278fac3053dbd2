/// Says of a key that it is certainly not there, or may be (B. H. Bloom, 1970); here each key has its bits in one line of
/// 64 bytes, so that a question costs one access to memory (F. Putze, P. Sanders, J. Singler, 2007).
///
/// With twelve bits a key, fewer than one of a hundred keys that are not there may be.
struct BloomFilter: Sendable {
  private static let bitsPerKey = 12
  private static let wordsPerLine = 8

  private(set) var words: [UInt64]
  private let lines: UInt64

  /// For about so many keys.
  init(keys: Int) {
    let count = max(1, (keys * BloomFilter.bitsPerKey + 511) / 512)
    words = Array(repeating: 0, count: count * BloomFilter.wordsPerLine)
    lines = UInt64(count)
  }

  /// As it was; nil where the words are no whole lines.
  init?(words: [UInt64]) {
    guard !words.isEmpty, words.count % BloomFilter.wordsPerLine == 0 else { return nil }
    self.words = words
    lines = UInt64(words.count / BloomFilter.wordsPerLine)
  }

  mutating func insert(_ key: IndexKey) {
    let line = self.line(of: key)
    var bits = key.low
    for _ in 0..<6 {
      words[line + Int(bits >> 6 & 7)] |= 1 << (bits & 63)
      bits >>= 9
    }
  }

  func mayContain(_ key: IndexKey) -> Bool {
    let line = self.line(of: key)
    var bits = key.low
    return words.withUnsafeBufferPointer { words in
      for _ in 0..<6 {
        guard words[line + Int(bits >> 6 & 7)] & 1 << (bits & 63) != 0 else { return false }
        bits >>= 9
      }
      return true
    }
  }

  private func line(of key: IndexKey) -> Int {
    Int(key.high.multipliedFullWidth(by: lines).high) * BloomFilter.wordsPerLine
  }
}
