import Foundation

/// What stands behind the blocks of a run and is held in memory while it is open: the first key of each block, the filters, and
/// the names that are new in it.
struct IndexRunTail: Sendable {
  var ids: [IDEntry] = []
  var subjects: [SubjectEntry] = []
  var events: [EventEntry] = []
  var places: [PlaceEntry] = []
  var idFilter: BloomFilter
  var subjectFilter: BloomFilter
  var names: [IndexRunDescription.Name]

  /// The bytes, a multiple of 32: for each kind the first entry of each block; the filters' words; the names in JSON;
  /// the lengths of these three parts.
  func encoded() throws -> [UInt8] {
    var bytes: [UInt8] = []
    IndexRunTail.append(ids, to: &bytes)
    IndexRunTail.append(subjects, to: &bytes)
    IndexRunTail.append(events, to: &bytes)
    IndexRunTail.append(places, to: &bytes)
    for words in [idFilter.words, subjectFilter.words] {
      for word in words { withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) } }
    }
    let json = try JSONEncoder().encode(names)
    bytes.append(contentsOf: json)
    // Filled up so that, with the three lengths, it is a multiple of what is summed at once.
    bytes.append(contentsOf: repeatElement(0, count: (64 - (bytes.count + 24) % 32) % 32))
    for length in [idFilter.words.count, subjectFilter.words.count, json.count] {
      withUnsafeBytes(of: UInt64(length).littleEndian) { bytes.append(contentsOf: $0) }
    }
    return bytes
  }

  private static func append<Entry: IndexEntry>(_ fences: [Entry], to bytes: inout [UInt8]) {
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: fences.count * Entry.width))
    bytes.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      for (number, fence) in fences.enumerated() { fence.write(to: base + start + number * Entry.width) }
    }
  }

  /// - Returns: nil where the bytes are not as the description says.
  init?(_ bytes: UnsafeRawBufferPointer, of run: IndexRunDescription) {
    var reader = Reader(bytes: bytes)
    guard let lengths = reader.lengths(), let ids: [IDEntry] = reader.fences(run.ids),
      let subjects: [SubjectEntry] = reader.fences(run.subjects), let events: [EventEntry] = reader.fences(run.events),
      let places: [PlaceEntry] = reader.fences(run.places), let idWords = reader.words(lengths[0]),
      let subjectWords = reader.words(lengths[1]), let idFilter = BloomFilter(words: idWords),
      let subjectFilter = BloomFilter(words: subjectWords), let json = reader.take(lengths[2]),
      let names = try? JSONDecoder().decode([IndexRunDescription.Name].self, from: Data(json))
    else { return nil }
    (self.ids, self.subjects, self.events, self.places) = (ids, subjects, events, places)
    (self.idFilter, self.subjectFilter, self.names) = (idFilter, subjectFilter, names)
  }

  init(ids: Int, subjects: Int, names: [IndexRunDescription.Name]) {
    idFilter = BloomFilter(keys: ids)
    subjectFilter = BloomFilter(keys: subjects)
    self.names = names
  }

  private struct Reader {
    let bytes: UnsafeRawBufferPointer
    var position = 0

    func lengths() -> [Int]? {
      guard bytes.count >= 32 else { return nil }
      return (0..<3).map { number in
        let word = bytes.loadUnaligned(fromByteOffset: bytes.count - 24 + 8 * number, as: UInt64.self)
        return Int(clamping: UInt64(littleEndian: word))
      }
    }

    mutating func take(_ count: Int) -> UnsafeRawBufferPointer? {
      guard count >= 0, count <= bytes.count - 24 - position else { return nil }
      defer { position += count }
      return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    }

    mutating func fences<Entry: IndexEntry>(_ entries: Int) -> [Entry]? {
      let perBlock = IndexBlock.entries(of: Entry.self)
      guard entries >= 0, entries < 1 << 40 else { return nil }
      let count = (entries + perBlock - 1) / perBlock
      guard let part = take(count * Entry.width) else { return nil }
      guard let base = part.baseAddress else { return [] }
      return (0..<count).map { Entry(base + $0 * Entry.width) }
    }

    mutating func words(_ count: Int) -> [UInt64]? {
      guard count < 1 << 40, let part = take(count * 8) else { return nil }
      return (0..<count).map {
        UInt64(littleEndian: part.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self))
      }
    }
  }
}
