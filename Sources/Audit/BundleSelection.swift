import LogFormat

/// Which records a bundle holds.
public enum BundleSelection: Sendable, Hashable {
  /// The whole log.
  case all
  /// The records on one subject.
  case subject(String)
  /// The records of these sequences, bounds inclusive.
  case range(from: UInt64, to: UInt64)

  /// Whether the record is one of those asked for.
  func includes(_ record: Record) -> Bool {
    switch self {
    case .all: true
    case .subject(let subject): subject.utf8.elementsEqual(record.subject.utf8)
    case .range(let from, let to): from <= record.sequence && record.sequence <= to
    }
  }

  /// Whether the record is in every bundle: who the ledger is and was, by which rules it took events in, and what vouches for it
  /// from outside.
  static func isAlwaysIncluded(_ record: Record) -> Bool {
    record.sequence == 0 || [AuditedRecord.packs, AuditedRecord.anchor, AuditedRecord.resumption].contains(record.type)
  }
}
