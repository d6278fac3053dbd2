/// Reads one kind of a run's entries from the first to the last, many blocks at a time.
struct IndexRunCursor<Entry: IndexEntry> {
  private let run: IndexRun
  private let section: IndexRun.Section<Entry>
  private var buffer: [UInt8] = []
  private var block = 0
  /// The block in the buffer, and the entry in it, that come next.
  private var place = (block: 0, entry: 0)
  private var loaded = 0

  private static var blocksAtOnce: Int { 64 }

  private(set) var current: Entry?

  init(_ run: IndexRun, _ section: IndexRun.Section<Entry>) throws {
    self.run = run
    self.section = section
    try advance()
  }

  mutating func advance() throws {
    if place.block < loaded, place.entry >= section.count(inBlock: block - loaded + place.block) {
      place = (place.block + 1, 0)
    }
    if place.block >= loaded {
      guard block < section.blocks else {
        current = nil
        return
      }
      try load()
    }
    current = buffer.withUnsafeBytes { bytes in
      bytes.baseAddress.map { Entry($0 + place.block * IndexBlock.bytes + place.entry * Entry.width) }
    }
    place.entry += 1
  }

  private mutating func load() throws {
    loaded = min(IndexRunCursor.blocksAtOnce, section.blocks - block)
    if buffer.count != loaded * IndexBlock.bytes { buffer = Array(repeating: 0, count: loaded * IndexBlock.bytes) }
    let (run, first) = (run, section.firstBlock + block)
    try buffer.withUnsafeMutableBytes { try run.read(first, into: $0) }
    block += loaded
    place = (0, 0)
  }
}

/// Hands out one kind of entry of several runs as one sequence, in the order of the keys; of a key that several have, the
/// newest run's.
struct IndexMerge<Entry: IndexEntry> {
  /// Oldest first.
  private var cursors: [IndexRunCursor<Entry>]

  init(_ runs: [IndexRun], _ section: KeyPath<IndexRun, IndexRun.Section<Entry>>) throws {
    cursors = try runs.map { try IndexRunCursor($0, $0[keyPath: section]) }
  }

  mutating func next() throws -> Entry? {
    var smallest: Entry?
    for cursor in cursors {
      guard let entry = cursor.current else { continue }
      // On equal keys the later one, which is newer.
      if let known = smallest, known.key < entry.key { continue }
      smallest = entry
    }
    guard let smallest else { return nil }
    for place in cursors.indices {
      // Copied out of the array first, the cursor's buffer would be copied with every entry.
      if let key = cursors[place].current?.key, key == smallest.key { try cursors[place].advance() }
    }
    return smallest
  }
}
