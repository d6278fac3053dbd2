import LogFormat

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
  private static let sourceOpening = #"","source":""#

  private let hash: KeyedHash

  init(hash: KeyedHash = KeyedHash()) {
    self.hash = hash
  }

  /// Of a record's id and source as they stand in its line, if they have no escapes.
  ///
  /// - Parameters:
  ///   - text: `id","source":"source`, as in the line. The quotes in between do not say where the id ends, since one that
  ///     was decoded may hold some; its length does.
  ///   - idCount: the bytes of the id.
  @inline(__always)
  func identity(_ text: UnsafeRawBufferPointer, idCount: Int, offset: UInt64) -> SortKey {
    let (high, low) = hash.hash(UInt64(idCount), text)
    return SortKey(word0: high, word1: low, word2: offset, word3: 0)
  }

  /// Of a record's id and source.
  func identity(id: String, source: String, offset: UInt64) -> SortKey {
    var text = id + Fingerprinter.sourceOpening + source
    return text.withUTF8 { identity(UnsafeRawBufferPointer($0), idCount: id.utf8.count, offset: offset) }
  }

  /// Of a record's subject, whose version it is.
  @inline(__always)
  func subject(_ subject: UnsafeRawBufferPointer, version: UInt64, offset: UInt64) -> SortKey {
    // No id is as long as the number that marks a subject.
    let (high, low) = hash.hash(.max, subject)
    return SortKey(word0: high, word1: low, word2: offset, word3: version)
  }

  /// Both fingerprints of a record.
  func keys(of record: Record, at offset: UInt64) -> (identity: SortKey, subject: SortKey) {
    var subject = record.subject
    return (
      identity(id: record.id, source: record.source, offset: offset),
      subject.withUTF8 {
        self.subject(UnsafeRawBufferPointer($0), version: record.subjectVersion, offset: offset)
      }
    )
  }
}
