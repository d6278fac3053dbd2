import Foundation

/// Writes a run from entries that come in order: identities, then subjects, then events, then places.
///
/// The file counts when the manifest names it; before that it is nothing, and opening removes it.
final class IndexRunWriter {
  private let path: String
  private var descriptor: Int32
  private var description: IndexRunDescription
  private var tail: IndexRunTailDraft
  /// Blocks that are not written yet.
  private var buffer: [UInt8] = []
  private var blocks = 0
  private var inBlock = 0

  private static let bufferBytes = 1 << 20

  /// - Parameters:
  ///   - ids: about how many there will be, for the filter; so `subjects`.
  ///   - names: what is new in the run.
  init(
    folder: String, from: UInt64, below: UInt64, ids: Int, subjects: Int, names: [IndexRunDescription.Name]
  ) throws {
    description = IndexRunDescription(
      file: UUID().uuidString.lowercased() + ".run", seed: .random(in: 0 ... .max), from: from, below: below, ids: 0,
      subjects: 0, events: 0, places: 0, tailBytes: 0, tailSum: 0)
    path = folder + "/" + description.file
    tail = IndexRunTailDraft(ids: ids, subjects: subjects, names: names)
    descriptor = try SystemCall.open(path, O_WRONLY | O_CREAT | O_EXCL)
  }

  deinit {
    if descriptor >= 0 {
      SystemCall.close(descriptor)
      unlink(path)
    }
  }

  func add(_ entry: IDEntry) throws {
    if try put(entry, description.ids) { tail.ids.append(entry) }
    tail.idFilter.insert(entry.key)
    description.ids += 1
  }

  func add(_ entry: SubjectEntry) throws {
    if try put(entry, description.subjects) { tail.subjects.append(entry) }
    tail.subjectFilter.insert(entry.key)
    description.subjects += 1
  }

  func add(_ entry: EventEntry) throws {
    if try put(entry, description.events) { tail.events.append(entry) }
    description.events += 1
  }

  func add(_ entry: PlaceEntry) throws {
    if try put(entry, description.places) { tail.places.append(entry) }
    description.places += 1
  }

  /// - Returns: whether the entry is the first of a block.
  private func put<Entry: IndexEntry>(_ entry: Entry, _ number: Int) throws -> Bool {
    let place = number % IndexBlock.entries(of: Entry.self)
    if place == 0 {
      try finishBlock()
      buffer.append(contentsOf: repeatElement(0, count: IndexBlock.bytes))
      inBlock = 1
    }
    buffer.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      entry.write(to: base + bytes.count - IndexBlock.bytes + place * Entry.width)
    }
    return place == 0
  }

  private func finishBlock() throws {
    guard inBlock > 0 else { return }
    inBlock = 0
    buffer.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      IndexBlock.seal(base + bytes.count - IndexBlock.bytes, seed: description.seed, number: blocks)
    }
    blocks += 1
    if buffer.count >= IndexRunWriter.bufferBytes { try write() }
  }

  private func write() throws(SystemError) {
    let offset = UInt64(blocks * IndexBlock.bytes - buffer.count)
    try write(buffer, at: offset)
    buffer.removeAll(keepingCapacity: true)
  }

  private func write(_ bytes: [UInt8], at offset: UInt64) throws(SystemError) {
    let (file, name) = (descriptor, path)
    let result = bytes.withUnsafeBytes { buffer in
      Result { () throws(SystemError) in try SystemCall.write(file, buffer, at: offset, path: name) }
    }
    try result.get()
  }

  /// Everything is on the disk when this returns, but for the file's name.
  func finish() throws -> IndexRunDescription {
    try finishBlock()
    try write()
    let bytes = try tail.encoded()
    description.tailBytes = bytes.count
    description.tailSum = bytes.withUnsafeBytes { BlockSum.of($0, seed: description.seed) }
    try write(bytes, at: UInt64(blocks * IndexBlock.bytes))
    try SystemCall.synchronizeData(descriptor, path: path)
    SystemCall.close(descriptor)
    descriptor = -1
    return description
  }
}
