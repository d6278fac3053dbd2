import LogFormat
import TransparencyLog

/// The contents that records say were filed or destroyed, in bounded memory.
///
/// Of each record is kept, to be sorted, the first 24 bytes of the digest, and where its line stands with one bit for what
/// it says. So the records of one content come together, in the order of the log.
struct FilingList {
  private var sorter: KeySorter

  /// - Parameter limits: of which a quarter is used.
  init(limits: KeySorter.Limits) {
    var limits = limits
    limits.memory /= 4
    sorter = KeySorter(limits: limits)
  }

  /// Takes up a record that starts at `offset` of the log; others than these two say nothing of contents.
  mutating func note(_ record: Record, at offset: UInt64) throws(VerifierError) {
    guard record.type == AuditedRecord.filing || record.type == AuditedRecord.destruction,
      let digest = record.data?["inhalt"]?.string.flatMap(NamedDocument.digest)
    else { return }
    var key = SortKey(digest)
    key.word3 = offset << 1 | (record.type == AuditedRecord.destruction ? 1 : 0)
    try sorter.append(key)
  }

  /// The list is used up.
  mutating func finish() -> Reader { Reader(sorter.finish().part(0, of: 1)) }

  /// Hands out each content once, in the order of their digests.
  struct Reader {
    private var keys: SortedKeyReader
    private var ahead: SortKey?

    fileprivate init(_ keys: SortedKeyReader) {
      self.keys = keys
    }

    /// What the newest record of a content says.
    struct Content {
      /// Its `word3` is 0.
      var prefix: SortKey
      /// Where the record starts in the log.
      var offset: UInt64
      var isDestroyed: Bool
    }

    mutating func next() throws(VerifierError) -> Content? {
      let first: SortKey? = if let ahead { ahead } else { try keys.next() }
      guard var newest = first else { return nil }
      ahead = nil
      while let key = try keys.next() {
        guard key.prefix == newest.prefix else {
          ahead = key
          break
        }
        newest = key
      }
      return Content(prefix: newest.prefix, offset: newest.word3 >> 1, isDestroyed: newest.word3 & 1 == 1)
    }
  }
}

extension SortKey {
  /// The first 24 bytes.
  var prefix: SortKey { SortKey(word0: word0, word1: word1, word2: word2, word3: 0) }
}
