public import TransparencyLog

/// What the ledger adds to an event to make it a record.
public struct Stamp: Sendable {
  /// When and as whose call, written once for all records that have it in common.
  public struct Recorded: Sendable {
    /// UTC, never before that of the record before.
    public let time: Timestamp
    /// The verified principal of the socket peer.
    public let by: String
    /// The two members as the line holds them, each with its comma before it.
    let text: [UInt8]

    public init(time: Timestamp, by: String) {
      self.time = time
      self.by = by
      var text: [UInt8] = []
      text.reserveCapacity(80 + by.utf8.count)
      text.append(#","recordedtime":""#)
      time.append(to: &text)
      text.append(#"","recordedby":"#)
      JSONText.append(by, to: &text)
      self.text = text
    }
  }

  /// The record's place in the log, from 0.
  public var sequence: UInt64
  /// 1, 2, 3 … within the subject.
  public var subjectVersion: UInt64
  public var recorded: Recorded
  /// On the records of an atomic batch, the sequence of its last record.
  public var batchEnd: UInt64?
  /// The leaf hash of the record before; of record 0 ``Digest/zero``.
  public var previousHash: Digest

  public init(
    sequence: UInt64, subjectVersion: UInt64, recorded: Recorded, batchEnd: UInt64?, previousHash: Digest
  ) {
    self.sequence = sequence
    self.subjectVersion = subjectVersion
    self.recorded = recorded
    self.batchEnd = batchEnd
    self.previousHash = previousHash
  }

  public init(
    sequence: UInt64, subjectVersion: UInt64, recordedTime: Timestamp, recordedBy: String, batchEnd: UInt64?,
    previousHash: Digest
  ) {
    self.init(
      sequence: sequence, subjectVersion: subjectVersion, recorded: Recorded(time: recordedTime, by: recordedBy),
      batchEnd: batchEnd, previousHash: previousHash)
  }
}
