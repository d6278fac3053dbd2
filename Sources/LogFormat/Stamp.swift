public import TransparencyLog

/// What the ledger adds to an event to make it a record.
public struct Stamp: Sendable {
  /// The record's place in the log, from 0.
  public var sequence: UInt64
  /// 1, 2, 3 … within the subject.
  public var subjectVersion: UInt64
  /// UTC, never before that of the record before.
  public var recordedTime: Timestamp
  /// The verified principal of the socket peer.
  public var recordedBy: String
  /// On the records of an atomic batch, the sequence of its last record.
  public var batchEnd: UInt64?
  /// The leaf hash of the record before; of record 0 ``Digest/zero``.
  public var previousHash: Digest

  public init(
    sequence: UInt64, subjectVersion: UInt64, recordedTime: Timestamp, recordedBy: String, batchEnd: UInt64?,
    previousHash: Digest
  ) {
    self.sequence = sequence
    self.subjectVersion = subjectVersion
    self.recordedTime = recordedTime
    self.recordedBy = recordedBy
    self.batchEnd = batchEnd
    self.previousHash = previousHash
  }
}
