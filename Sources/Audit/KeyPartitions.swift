/// Keys dealt out by one of their bytes: 256 partitions, each in the order in which its keys came.
///
/// Each has a block of memory. A full one is written to a file that all share, where a partition has extents of 1, 2, 4 …
/// blocks: so to find them takes no memory to speak of, however many there are. What is allotted and not written is a hole.
final class KeyPartitions: @unchecked Sendable {
  // @unchecked: filled by one thread, then only read; what comes between hands it on.

  static let count = 256

  /// The byte that deals out, the most significant one being 0. Before it all keys are equal.
  let byte: Int
  private let memory: KeyMemory
  private let blockCapacity: Int
  private let temporaryDirectory: String
  private var file: TemporaryFile?
  /// Blocks of the file that belong to a partition.
  private var allottedBlocks = 0
  /// Of each partition, how many keys are in its block of memory.
  private let kept = UnsafeMutableBufferPointer<Int>.allocate(capacity: count)
  private var tables = Array(repeating: Table(), count: count)

  /// What a partition has in the file.
  private struct Table {
    var writtenBlocks = 0
    /// Keys in the last of them; the others are full.
    var lastWritten = 0
    /// Where each extent begins in the file, in blocks.
    var extents: [Int] = []
  }

  /// - Parameter memory: for the blocks; used by nobody else until ``writeAll()``, or as long as this lives.
  init(byte: Int, memory: KeyMemory, temporaryDirectory: String) {
    self.byte = byte
    self.memory = memory
    self.temporaryDirectory = temporaryDirectory
    blockCapacity = memory.keys.count / KeyPartitions.count
    kept.initialize(repeating: 0)
  }

  deinit { kept.deallocate() }

  @inline(__always)
  func append(_ key: SortKey) throws(VerifierError) {
    let partition = key.byte(byte)
    if kept[partition] == blockCapacity { try write(partition) }
    memory.keys[partition * blockCapacity + kept[partition]] = key
    kept[partition] += 1
  }

  /// Frees the memory: all keys are in the file. Nothing more can be added.
  func writeAll() throws(VerifierError) {
    for partition in kept.indices where kept[partition] > 0 { try write(partition) }
  }

  private func write(_ partition: Int) throws(VerifierError) {
    let file: TemporaryFile
    if let opened = self.file {
      file = opened
    } else {
      file = try TemporaryFile(in: temporaryDirectory)
      self.file = file
    }
    let number = tables[partition].writtenBlocks
    let extent = KeyPartitions.extent(ofBlock: number)
    if extent == tables[partition].extents.count {
      tables[partition].extents.append(allottedBlocks)
      allottedBlocks += 1 << extent
    }
    let block = block(partition, count: kept[partition])
    try file.write(UnsafeRawBufferPointer(block), at: offset(ofBlock: number, in: partition))
    tables[partition].writtenBlocks = number + 1
    tables[partition].lastWritten = block.count
    kept[partition] = 0
  }

  /// How many keys a partition has.
  func count(of partition: Int) -> Int {
    let table = tables[partition]
    let written = table.writtenBlocks == 0 ? 0 : (table.writtenBlocks - 1) * blockCapacity + table.lastWritten
    return written + kept[partition]
  }

  /// Reads a partition into memory that has room for it.
  func read(_ partition: Int, into keys: UnsafeMutableBufferPointer<SortKey>) throws(VerifierError) {
    var start = 0
    for part in 0..<parts(of: partition) {
      let target = keys[start..<start + count(ofPart: part, of: partition)]
      try read(part: part, of: partition, into: UnsafeMutableBufferPointer(rebasing: target))
      start += target.count
    }
  }

  /// Hands over a partition's keys in the order in which they came.
  func forEach(
    in partition: Int, _ body: (SortKey) throws(VerifierError) -> Void
  ) throws(VerifierError) {
    let room = UnsafeMutableBufferPointer<SortKey>.allocate(capacity: blockCapacity)
    defer { room.deallocate() }
    for part in 0..<parts(of: partition) {
      let keys = UnsafeMutableBufferPointer(rebasing: room[..<count(ofPart: part, of: partition)])
      try read(part: part, of: partition, into: keys)
      for key in keys { try body(key) }
    }
  }

  // MARK: Blocks

  /// How many blocks a partition has, that in memory included.
  private func parts(of partition: Int) -> Int {
    tables[partition].writtenBlocks + (kept[partition] > 0 ? 1 : 0)
  }

  private func count(ofPart part: Int, of partition: Int) -> Int {
    let table = tables[partition]
    if part == table.writtenBlocks { return kept[partition] }
    return part == table.writtenBlocks - 1 ? table.lastWritten : blockCapacity
  }

  private func read(
    part: Int, of partition: Int, into keys: UnsafeMutableBufferPointer<SortKey>
  ) throws(VerifierError) {
    if part < tables[partition].writtenBlocks, let file {
      try file.read(UnsafeMutableRawBufferPointer(keys), at: offset(ofBlock: part, in: partition))
    } else {
      _ = keys.update(fromContentsOf: block(partition, count: keys.count))
    }
  }

  private func block(_ partition: Int, count: Int) -> UnsafeMutableBufferPointer<SortKey> {
    let start = partition * blockCapacity
    return UnsafeMutableBufferPointer(rebasing: memory.keys[start..<start + count])
  }

  private func offset(ofBlock number: Int, in partition: Int) -> UInt64 {
    let extent = KeyPartitions.extent(ofBlock: number)
    let block = tables[partition].extents[extent] + number + 1 - (1 << extent)
    return UInt64(block) * UInt64(blockCapacity * MemoryLayout<SortKey>.stride)
  }

  /// Extent 0 has block 0, extent 1 the blocks 1 and 2, extent 2 those from 3 to 6 …
  private static func extent(ofBlock number: Int) -> Int {
    Int.bitWidth - 1 - (number + 1).leadingZeroBitCount
  }
}
