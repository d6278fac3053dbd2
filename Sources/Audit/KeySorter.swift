/// Sorts any number of keys in bounded memory: they are dealt out by their first bytes, which goes to a temporary file
/// where there are many, and each part is sorted by itself when it is read.
///
/// Of the memory a quarter is for dealing out and the rest for sorting. With 16 MiB and two threads that is enough for
/// 50 million keys, in parts of 6 MiB; a part that is larger is dealt out again.
struct KeySorter {
  struct Limits: Sendable {
    /// In bytes.
    var memory = 16 << 20
    var temporaryDirectory: String
  }

  private let limits: Limits
  private var partitions: KeyPartitions

  init(limits: Limits) {
    self.limits = limits
    let dealing = KeyMemory(capacity: limits.memory / 4 / MemoryLayout<SortKey>.stride)
    partitions = KeyPartitions(byte: 0, memory: dealing, temporaryDirectory: limits.temporaryDirectory)
  }

  mutating func append(_ key: SortKey) throws(VerifierError) {
    try partitions.append(key)
  }

  mutating func append(_ keys: [SortKey]) throws(VerifierError) {
    for key in keys { try partitions.append(key) }
  }

  /// All keys. The sorter is used up.
  mutating func finish() -> SortedKeys {
    SortedKeys(partitions: partitions, limits: limits)
  }
}
