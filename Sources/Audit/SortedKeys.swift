/// The keys of a ``KeySorter``, to be read in order.
struct SortedKeys: Sendable {
  fileprivate let partitions: KeyPartitions
  fileprivate let limits: KeySorter.Limits

  init(partitions: KeyPartitions, limits: KeySorter.Limits) {
    self.partitions = partitions
    self.limits = limits
  }

  /// One of `count` parts of about the same length, all of which may be read at the same time. Keys of the same first
  /// byte are always in the same part.
  func part(_ index: Int, of count: Int) -> SortedKeyReader {
    let all = KeyPartitions.count
    return SortedKeyReader(
      partitions, (all * index / count)..<(all * (index + 1) / count),
      memory: KeyMemory(capacity: limits.memory / 4 * 3 / count / MemoryLayout<SortKey>.stride),
      temporaryDirectory: limits.temporaryDirectory)
  }
}

/// Reads partitions one after the other, each sorted when it is its turn.
struct SortedKeyReader {
  private enum Part {
    case partition(Int, of: KeyPartitions)
    case copies(of: SortKey, count: Int)
  }

  /// What is still to be read; the last of them comes next.
  private var parts: [Part]
  private let memory: KeyMemory
  private let temporaryDirectory: String
  /// Sorted keys in the memory, and how many of them have been handed out.
  private var count = 0
  private var place = 0

  fileprivate init(
    _ partitions: KeyPartitions, _ range: Range<Int>, memory: KeyMemory, temporaryDirectory: String
  ) {
    parts = range.reversed().map { .partition($0, of: partitions) }
    self.memory = memory
    self.temporaryDirectory = temporaryDirectory
  }

  @inline(__always)
  mutating func next() throws(VerifierError) -> SortKey? {
    while place == count {
      guard try load() else { return nil }
    }
    defer { place += 1 }
    return memory.keys[place]
  }

  /// Goes on to the next part, which may be empty; false where there is none.
  private mutating func load() throws(VerifierError) -> Bool {
    (count, place) = (0, 0)
    switch parts.popLast() {
    case nil: return false
    case .copies(let key, let total):
      count = min(total, memory.keys.count)
      memory.keys[..<count].update(repeating: key)
      if total > count { parts.append(.copies(of: key, count: total - count)) }
    case .partition(let partition, let partitions):
      let total = partitions.count(of: partition)
      if total > memory.keys.count {
        try dealOut(partition, of: partitions)
      } else if total > 0 {
        let keys = UnsafeMutableBufferPointer(rebasing: memory.keys[..<total])
        try partitions.read(partition, into: keys)
        keys.sort(fromBit: 8 * (partitions.byte + 1))
        count = total
      }
    }
    return true
  }

  /// Cuts a partition that the memory has no room for into smaller ones, by the first byte in which its keys differ: so
  /// one subject that the whole log is about costs no more than many.
  private mutating func dealOut(_ partition: Int, of partitions: KeyPartitions) throws(VerifierError) {
    var first: SortKey?
    var difference = SortKey(word0: 0, word1: 0, word2: 0, word3: 0)
    try partitions.forEach(in: partition) { (key) throws(VerifierError) in
      if let first { difference.formUnion(key, differingFrom: first) } else { first = key }
    }
    guard let first else { return }
    guard let byte = difference.firstByteThatIsNotZero else {
      parts.append(.copies(of: first, count: partitions.count(of: partition)))
      return
    }
    let smaller = KeyPartitions(byte: byte, memory: memory, temporaryDirectory: temporaryDirectory)
    try partitions.forEach(in: partition) { (key) throws(VerifierError) in try smaller.append(key) }
    try smaller.writeAll()
    parts += (0..<KeyPartitions.count).reversed().map { .partition($0, of: smaller) }
  }
}

extension SortKey {
  /// Adds the bits in which two keys differ.
  fileprivate mutating func formUnion(_ key: SortKey, differingFrom other: SortKey) {
    word0 |= key.word0 ^ other.word0
    word1 |= key.word1 ^ other.word1
    word2 |= key.word2 ^ other.word2
    word3 |= key.word3 ^ other.word3
  }

  fileprivate var firstByteThatIsNotZero: Int? { (0..<32).first { byte($0) != 0 } }
}
