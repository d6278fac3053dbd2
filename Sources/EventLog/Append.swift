public import LogFormat
public import TransparencyLog

/// An event ready to be given its place: checked against its pack, its personal fields sealed.
public struct PreparedEvent: Sendable {
  /// As it will be stored.
  public var event: Event
  /// As it was sent, before personal fields were sealed: a repeated event is compared with this.
  public var plain: Event
  public var transition: Transition
  let key: IndexKey
  let subjectKey: IndexKey

  public init(_ event: Event, plain: Event? = nil, transition: Transition = Transition()) {
    self.event = event
    self.plain = plain ?? event
    self.transition = transition
    key = IndexKey(source: event.source, id: event.id)
    subjectKey = IndexKey(subject: event.subject)
  }
}

/// Events that are recorded all together or not at all.
public struct AppendGroup: Sendable {
  public var events: [PreparedEvent]
  /// The verified principal of the socket peer.
  public var recordedBy: String
  /// What was found out about earlier records before the group was handed over.
  public var examination: Examination?

  public init(_ events: [PreparedEvent], recordedBy: String, examination: Examination? = nil) {
    self.events = events
    self.recordedBy = recordedBy
    self.examination = examination
  }
}

/// That earlier records do not speak against a group. It holds for the log as it was then: what has been recorded since
/// is examined before the group gets its place.
public struct Examination: Sendable {
  /// The first so many records have been examined.
  public var size: UInt64
  /// Examines the first `size` records, which are durable; nothing is recorded meanwhile. Nil: they do not speak against
  /// it. Called on the sequencer's thread, which everybody waits for.
  public var again: @Sendable (_ size: UInt64) -> AppendError?

  public init(size: UInt64, again: @escaping @Sendable (_ size: UInt64) -> AppendError?) {
    self.size = size
    self.again = again
  }
}

/// What the ledger answers for a durable record.
public struct Receipt: Sendable, Hashable {
  public var sequence: UInt64
  public var subject: String
  public var subjectVersion: UInt64
  public var leafHash: Digest
  /// RFC 3339 UTC with microseconds.
  public var recordedTime: String
  /// Whether the event was recorded before, and this is its first receipt again.
  public var duplicate: Bool

  public init(
    sequence: UInt64, subject: String, subjectVersion: UInt64, leafHash: Digest, recordedTime: String, duplicate: Bool
  ) {
    self.sequence = sequence
    self.subject = subject
    self.subjectVersion = subjectVersion
    self.leafHash = leafHash
    self.recordedTime = recordedTime
    self.duplicate = duplicate
  }
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
