import LogFormat

/// Something in a ledger that is not as it must be.
public struct Finding: Sendable, Hashable {
  /// What is wrong. The raw values are part of the output of `verify --json`.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// A record, or the line feed behind it, is not the one that its successor or the checkpoint vouches for.
    case altered
    /// A record is not there, though later ones are.
    case missing
    /// A genuine record stands in the wrong place.
    case reordered
    /// A line stands in the log that does not belong to it.
    case inserted
    /// The log ends before the end that a checkpoint or a batch names.
    case truncated
    /// A line is no record: not strict JSON, or not in the form of the log format.
    case malformed
    /// A checkpoint is missing or unreadable, or not signed by the ledger's key.
    case signature
    /// An older checkpoint has another root than the log had at its size.
    case inconsistent
    case tiles
    /// Two records with the same source and id.
    case duplicate
    /// The versions of a subject are not 1, 2, 3 …
    case version
    case documentMissing = "document-missing"
    case documentAltered = "document-altered"
    /// `recordedtime` runs backwards.
    case time
  }

  public let kind: Kind
  /// The record concerned: of `truncated` and `missing` the first that is not there. Nil only where the finding is not
  /// about the log.
  public let sequence: UInt64?
  /// Where its line starts, or where it would have to stand.
  public let place: LogPlace?
  public let detail: Phrase

  init(_ kind: Kind, sequence: UInt64? = nil, place: LogPlace? = nil, _ detail: Phrase) {
    self.kind = kind
    self.sequence = sequence
    self.place = place
    self.detail = detail
  }
}

/// A byte of the log.
public struct LogPlace: Sendable, Hashable {
  /// The sequence that the segment's file name writes.
  let segmentSequence: UInt64
  /// In bytes from the segment's start.
  public let offset: UInt64

  /// The segment's file name, e.g. `00000000000000000000.ndjson`.
  public var segment: String { SegmentFile.name(of: segmentSequence) }
}
