/// What is kept of a record to find a repeated source and id, or a version out of order: a keyed hash of the text, and
/// where the record stands in the log. Sorted, those of the same text lie together, in the order of the log.
struct Fingerprint {
  /// The record's first byte, counted over all segments.
  var offset: UInt64
  /// The subject's version; 0 where the text is source and id.
  var version: UInt64

  init(_ key: SortKey) {
    offset = key.word2
    version = key.word3
  }
}

/// Makes fingerprints.
struct Fingerprinter: Sendable {
  private static let longest = 1 << 17

  private let hash: KeyedHash

  init(hash: KeyedHash = KeyedHash()) {
    self.hash = hash
  }

  /// Of a record's source and id.
  func identity(
    source: UnsafeRawBufferPointer, id: UnsafeRawBufferPointer, offset: UInt64, scratch: UnsafeMutableRawBufferPointer
  ) -> SortKey {
    // The length goes first, so that ("a", "bc") and ("ab", "c") differ.
    key(UInt64(source.count), source, id, offset: offset, version: 0, scratch: scratch)
  }

  /// Of a record's subject, whose version it is.
  func subject(
    _ subject: UnsafeRawBufferPointer, version: UInt64, offset: UInt64, scratch: UnsafeMutableRawBufferPointer
  ) -> SortKey {
    // No source is as long as the number that marks a subject.
    key(.max, subject, UnsafeRawBufferPointer(start: nil, count: 0), offset: offset, version: version, scratch: scratch)
  }

  /// Room for the texts of one record; its whole line is no longer than half of that.
  static func makeScratch() -> UnsafeMutableRawBufferPointer {
    .allocate(byteCount: longest, alignment: 16)
  }

  @inline(__always)
  private func key(
    _ mark: UInt64, _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer, offset: UInt64, version: UInt64,
    scratch: UnsafeMutableRawBufferPointer
  ) -> SortKey {
    let count = 8 + first.count + second.count
    precondition(count <= scratch.count, "no record is that long")
    scratch.storeBytes(of: mark.littleEndian, as: UInt64.self)
    if let start = scratch.baseAddress {
      if let bytes = first.baseAddress { (start + 8).copyMemory(from: bytes, byteCount: first.count) }
      if let bytes = second.baseAddress { (start + 8 + first.count).copyMemory(from: bytes, byteCount: second.count) }
    }
    let (high, low) = hash.hash(UnsafeRawBufferPointer(rebasing: scratch[..<count]))
    return SortKey(word0: high, word1: low, word2: offset, word3: version)
  }
}
