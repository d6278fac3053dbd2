import Foundation

/// What stands behind the blocks of a run and is held in memory while it is open, as it stands in the file: opening copies it
/// once, and look-ups read it where it is.
///
/// For each kind the first entry of each block; the filters' bytes; the names that are new in the run, in JSON; the
/// lengths of these three parts, the filters' in words of eight bytes. All of it a multiple of 32 bytes.
struct IndexRunTail: Sendable {
  /// Where in ``bytes`` the first entries of the blocks are, by kind.
  let ids, subjects, events, places: Range<Int>
  let names: [IndexRunDescription.Name]

  private let bytes: [UInt8]
  private let idFilter, subjectFilter: Range<Int>

  /// - Returns: nil where the bytes are not as the description says.
  init?(_ bytes: [UInt8], of run: IndexRunDescription) {
    guard let lengths = IndexRunTail.lengths(bytes) else { return nil }
    var parts = Parts(end: bytes.count - 24)
    guard let ids = parts.takeFences(IDEntry.self, of: run.ids),
      let subjects = parts.takeFences(SubjectEntry.self, of: run.subjects),
      let events = parts.takeFences(EventEntry.self, of: run.events),
      let places = parts.takeFences(PlaceEntry.self, of: run.places),
      let idFilter = parts.take(lengths[0], of: 8), BloomFilter.canHave(bytes: idFilter.count),
      let subjectFilter = parts.take(lengths[1], of: 8), BloomFilter.canHave(bytes: subjectFilter.count),
      let json = parts.take(lengths[2], of: 1),
      let names = try? JSONDecoder().decode([IndexRunDescription.Name].self, from: Data(bytes[json]))
    else { return nil }
    self.bytes = bytes
    (self.ids, self.subjects, self.events, self.places) = (ids, subjects, events, places)
    (self.idFilter, self.subjectFilter, self.names) = (idFilter, subjectFilter, names)
  }

  /// The filter of the events' keys.
  @inline(__always)
  func withIDFilter<Output>(_ body: (BloomFilter.View) throws -> Output) rethrows -> Output {
    try withBytes(of: idFilter) { try body(BloomFilter.View($0)) }
  }

  @inline(__always)
  func withSubjectFilter<Output>(_ body: (BloomFilter.View) throws -> Output) rethrows -> Output {
    try withBytes(of: subjectFilter) { try body(BloomFilter.View($0)) }
  }

  /// The bytes of one part.
  func withBytes<Output>(of part: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Output) rethrows -> Output {
    try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[part])) }
  }

  private static func lengths(_ bytes: [UInt8]) -> [Int]? {
    guard bytes.count >= 32 else { return nil }
    return bytes.withUnsafeBytes { bytes in
      (0..<3).map { number in
        let word = bytes.loadUnaligned(fromByteOffset: bytes.count - 24 + 8 * number, as: UInt64.self)
        return Int(clamping: UInt64(littleEndian: word))
      }
    }
  }

  /// Deals out the parts in their order.
  private struct Parts {
    let end: Int
    var position = 0

    /// So many pieces of so many bytes; nil where there are not so many.
    mutating func take(_ count: Int, of width: Int) -> Range<Int>? {
      guard count >= 0, count <= (end - position) / width else { return nil }
      defer { position += count * width }
      return position..<position + count * width
    }

    /// The first entry of each block of so many entries.
    mutating func takeFences<Entry: IndexEntry>(_: Entry.Type, of entries: Int) -> Range<Int>? {
      let perBlock = IndexBlock.entries(of: Entry.self)
      guard entries >= 0, entries < 1 << 40 else { return nil }
      return take((entries + perBlock - 1) / perBlock, of: Entry.width)
    }
  }
}

/// What goes into an ``IndexRunTail``, while the blocks are written.
struct IndexRunTailDraft {
  /// The first entries of the blocks.
  var ids: [IDEntry] = []
  var subjects: [SubjectEntry] = []
  var events: [EventEntry] = []
  var places: [PlaceEntry] = []
  var idFilter: BloomFilter
  var subjectFilter: BloomFilter
  let names: [IndexRunDescription.Name]

  /// - Parameter ids: about how many there will be; so `subjects`.
  init(ids: Int, subjects: Int, names: [IndexRunDescription.Name]) {
    idFilter = BloomFilter(keys: ids)
    subjectFilter = BloomFilter(keys: subjects)
    self.names = names
  }

  func encoded() throws -> [UInt8] {
    let json = try JSONEncoder().encode(names)
    var bytes: [UInt8] = []
    append(ids, to: &bytes)
    append(subjects, to: &bytes)
    append(events, to: &bytes)
    append(places, to: &bytes)
    bytes.reserveCapacity(bytes.count + idFilter.bytes.count + subjectFilter.bytes.count + json.count + 88)
    bytes += idFilter.bytes
    bytes += subjectFilter.bytes
    bytes.append(contentsOf: json)
    // Filled up so that, with the three lengths, it is a multiple of what is summed at once.
    bytes.append(contentsOf: repeatElement(0, count: (64 - (bytes.count + 24) % 32) % 32))
    for length in [idFilter.bytes.count / 8, subjectFilter.bytes.count / 8, json.count] {
      withUnsafeBytes(of: UInt64(length).littleEndian) { bytes.append(contentsOf: $0) }
    }
    return bytes
  }

  private func append<Entry: IndexEntry>(_ fences: [Entry], to bytes: inout [UInt8]) {
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: fences.count * Entry.width))
    bytes.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      for (number, fence) in fences.enumerated() { fence.write(to: base + start + number * Entry.width) }
    }
  }
}
