public import LogFormat
public import TransparencyLog

/// What the ledger answers for a durable record.
public struct Receipt: Sendable, Hashable {
  public var subject: String
  public var placement: Placement

  public init(subject: String, placement: Placement) {
    self.subject = subject
    self.placement = placement
  }

  public var sequence: UInt64 { placement.sequence }
  public var subjectVersion: UInt64 { placement.subjectVersion }
  public var leafHash: Digest { placement.leafHash }
  /// RFC 3339 UTC with microseconds.
  public var recordedTime: String { placement.recordedTime.text }
  public var duplicate: Bool { placement.duplicate }
}

/// A record's place in the log.
public struct Placement: Sendable, Hashable {
  public var sequence: UInt64
  public var subjectVersion: UInt64
  public var leafHash: Digest
  /// UTC.
  public var recordedTime: Timestamp
  /// Whether the event was recorded before, and this is its first receipt again.
  public var duplicate: Bool

  public init(sequence: UInt64, subjectVersion: UInt64, leafHash: Digest, recordedTime: Timestamp, duplicate: Bool) {
    self.sequence = sequence
    self.subjectVersion = subjectVersion
    self.leafHash = leafHash
    self.recordedTime = recordedTime
    self.duplicate = duplicate
  }

  static let none = Placement(
    sequence: 0, subjectVersion: 0, leafHash: .zero, recordedTime: Timestamp(microseconds: 0), duplicate: false)
}

/// Why a group was not recorded. `index` is the event's place in its group.
public enum AppendError: Error, Sendable, Hashable {
  case versionConflict(index: Int, expected: UInt64, actual: UInt64)
  case stateConflict(index: Int, state: String?, isNew: Bool, allowed: [String?])
  case secondMissing(index: Int, type: String, authid: String)
  /// What is recorded already speaks against it.
  case objection(index: Int, reasons: [String])
  /// Whether something speaks against it cannot be found out now.
  case notExamined(index: Int, reason: String)
  case idReused(index: Int, sequence: UInt64)
  /// The event may be a repetition of that record, but the record's sealed fields cannot be compared now.
  case contentUnknown(index: Int, sequence: UInt64, reason: String)
  case repeatedInBatch(index: Int, first: Int)
  case lineTooLong(index: Int, length: Int)
  case batchTooLarge(bytes: Int, maximum: Int)
  /// The clock is behind the last record by that many microseconds.
  case clockBehind(microseconds: Int64)
  /// A write or sync failed; whether the group is durable is not known until the ledger has been opened again.
  case outcomeUnknown(String)
  /// Nothing is written until the ledger has been opened again.
  case stopped(String)
  case diskFull
  case overloaded
  case closing
}
