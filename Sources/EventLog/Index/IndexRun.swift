import Foundation

/// A run: the index of some neighbouring records, in one file that never changes, each kind of entry sorted by its key.
///
/// Every block is checked when it is read. The file may be removed while the run is open; it is read on until then.
final class IndexRun: Sendable {
  let description: IndexRunDescription
  let ids: Section<IDEntry>
  let subjects: Section<SubjectEntry>
  let events: Section<EventEntry>
  let places: Section<PlaceEntry>
  let path: String

  private let descriptor: Int32
  private let tail: IndexRunTail

  /// The entries of one kind.
  struct Section<Entry: IndexEntry>: Sendable {
    let firstBlock: Int
    let count: Int
    /// Where the tail has the first entry of each block.
    fileprivate let fences: Range<Int>

    fileprivate init(_ fences: Range<Int>, count: Int, behind firstBlock: Int) {
      self.firstBlock = firstBlock
      self.count = count
      self.fences = fences
    }

    var blocks: Int { fences.count / Entry.width }

    /// How many entries a block of it has.
    func count(inBlock block: Int) -> Int {
      let perBlock = IndexBlock.entries(of: Entry.self)
      return min(perBlock, count - block * perBlock)
    }
  }

  /// - Throws: ``IndexError``, and ``SystemError`` where the file cannot be opened.
  init(_ description: IndexRunDescription, in folder: String) throws {
    let path = folder + "/" + description.file
    let descriptor = try SystemCall.open(path, O_RDONLY)
    do {
      let size = Int(clamping: try SystemCall.size(of: descriptor, path: path))
      tail = try IndexRun.tail(of: description, descriptor, path, size)
      ids = Section(tail.ids, count: description.ids, behind: 0)
      subjects = Section(tail.subjects, count: description.subjects, behind: ids.blocks)
      events = Section(tail.events, count: description.events, behind: subjects.firstBlock + subjects.blocks)
      places = Section(tail.places, count: description.places, behind: events.firstBlock + events.blocks)
      guard (places.firstBlock + places.blocks) * IndexBlock.bytes == size - description.tailBytes else {
        throw IndexError.damaged(path: path, detail: "it has \(size) bytes, expected others")
      }
    } catch {
      SystemCall.close(descriptor)
      throw error
    }
    self.description = description
    self.path = path
    self.descriptor = descriptor
  }

  deinit {
    SystemCall.close(descriptor)
  }

  /// The names that are new in it.
  var names: [IndexRunDescription.Name] { tail.names }

  private static func tail(
    of description: IndexRunDescription, _ descriptor: Int32, _ path: String, _ size: Int
  ) throws -> IndexRunTail {
    let count = description.tailBytes
    guard count >= 32, count % 32 == 0, count <= size, (size - count) % IndexBlock.bytes == 0 else {
      throw IndexError.damaged(path: path, detail: "it has \(size) bytes, expected others")
    }
    // At ten million records it is as large as all else that opening takes.
    let bytes = try SystemCall.bytes(count, of: descriptor, at: UInt64(size - count), path: path)
    guard bytes.count == count,
      bytes.withUnsafeBytes({ BlockSum.of($0, seed: description.seed) }) == description.tailSum,
      let tail = IndexRunTail(bytes, of: description)
    else { throw IndexError.damaged(path: path, detail: "its tail is not the one that was written") }
    return tail
  }

  // MARK: Look-ups

  func sequence(of key: IndexKey) throws -> UInt64? {
    try tail.withIDFilter { $0.mayContain(key) } ? entry(key, in: ids)?.sequence : nil
  }

  func state(of subject: IndexKey) throws -> SubjectEntry? {
    try tail.withSubjectFilter { $0.mayContain(subject) } ? entry(subject, in: subjects) : nil
  }

  /// Finds what is not yet known of events and is here, each in its place.
  func find(
    _ events: UnsafeBufferPointer<AppendRequest.Entry>, into known: UnsafeMutableBufferPointer<LogIndex.Known>
  ) throws {
    try tail.withIDFilter { filter in
      for place in 0..<events.count where known[place].sequence == nil && filter.mayContain(events[place].key) {
        known[place].sequence = try entry(events[place].key, in: ids)?.sequence
      }
    }
    try tail.withSubjectFilter { filter in
      for place in 0..<events.count where known[place].subject == nil && filter.mayContain(events[place].subjectKey) {
        known[place].subject = try entry(events[place].subjectKey, in: subjects)
      }
    }
  }

  /// The first block, by its number in its section, whose first key fulfils a condition, as do those of all behind it.
  private func blocks<Entry: IndexEntry>(of section: Section<Entry>, where isBehind: (Entry.Key) -> Bool) -> Int {
    tail.withBytes(of: section.fences) { bytes in
      guard let base = bytes.baseAddress else { return 0 }
      return Entries<Entry>(base: base, count: section.blocks).partitioningIndex { isBehind($0.key) }
    }
  }

  /// The entry with exactly that key.
  private func entry<Entry: IndexEntry>(_ key: Entry.Key, in section: Section<Entry>) throws -> Entry? {
    let block = blocks(of: section) { $0 > key } - 1
    guard block >= 0 else { return nil }
    return try withBlock(block, of: section) { entries in
      let place = entries.partitioningIndex { $0.key >= key }
      guard place < entries.count, entries[place].key == key else { return nil }
      return entries[place]
    }
  }

  /// Hands out the entries from a key on, in order, until `body` returns false.
  ///
  /// - Returns: false if `body` did.
  @discardableResult
  func forEach<Entry: IndexEntry>(
    in section: Section<Entry>, from key: Entry.Key, _ body: (Entry) throws -> Bool
  ) throws -> Bool {
    var block = max(0, blocks(of: section) { $0 > key } - 1)
    while block < section.blocks {
      let goOn = try withBlock(block, of: section) { entries in
        for place in entries.partitioningIndex(where: { $0.key >= key })..<entries.count {
          guard try body(entries[place]) else { return false }
        }
        return true
      }
      guard goOn else { return false }
      block += 1
    }
    return true
  }

  /// Hands out the entries below a key, the last first, until `body` returns false.
  ///
  /// - Returns: false if `body` did.
  @discardableResult
  func forEachBackwards<Entry: IndexEntry>(
    in section: Section<Entry>, below key: Entry.Key, _ body: (Entry) throws -> Bool
  ) throws -> Bool {
    var block = blocks(of: section) { $0 >= key } - 1
    while block >= 0 {
      let goOn = try withBlock(block, of: section) { entries in
        for place in (0..<entries.partitioningIndex(where: { $0.key >= key })).reversed() {
          guard try body(entries[place]) else { return false }
        }
        return true
      }
      guard goOn else { return false }
      block -= 1
    }
    return true
  }

  /// Entries that stand one behind the other in memory, as in a block.
  struct Entries<Entry: IndexEntry> {
    fileprivate let base: UnsafeRawPointer
    let count: Int

    @inline(__always) subscript(place: Int) -> Entry { Entry(base + place * Entry.width) }

    func partitioningIndex(where isBehind: (Entry) -> Bool) -> Int {
      var (low, high) = (0, count)
      while low < high {
        let middle = (low + high) / 2
        if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
      }
      return low
    }
  }

  private func withBlock<Entry: IndexEntry, Output>(
    _ block: Int, of section: Section<Entry>, _ body: (Entries<Entry>) throws -> Output
  ) throws -> Output {
    try withUnsafeTemporaryAllocation(byteCount: IndexBlock.bytes, alignment: 16) { buffer in
      try read(section.firstBlock + block, into: buffer)
      guard let base = buffer.baseAddress else { preconditionFailure("a block has bytes") }
      return try body(Entries(base: UnsafeRawPointer(base), count: section.count(inBlock: block)))
    }
  }

  /// Reads whole blocks, from a number on, and checks each.
  func read(_ block: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    let count = try SystemCall.read(descriptor, into: buffer, at: UInt64(block * IndexBlock.bytes), path: path)
    guard count == buffer.count, let base = buffer.baseAddress else {
      throw IndexError.damaged(path: path, detail: "it ends at block \(block + count / IndexBlock.bytes)")
    }
    for place in 0..<buffer.count / IndexBlock.bytes {
      guard IndexBlock.isSound(base + place * IndexBlock.bytes, seed: description.seed, number: block + place) else {
        throw IndexError.damaged(path: path, detail: "block \(block + place) is not the one that was written")
      }
    }
  }
}
