/// A durable record cannot be handed out as it was written: the disk holds something else.
public struct DamagedRecord: Error, Sendable, Hashable, CustomStringConvertible {
  public enum Kind: Sendable, Hashable {
    /// The line is not the one that the record behind it names by its hash: one of the two was altered.
    case altered
    /// There is no such line where the log has it.
    case missing
  }

  public var sequence: UInt64
  public var kind: Kind

  public var description: String {
    switch kind {
    case .altered:
      "record \(sequence) or the one behind it was altered on the disk; 'aktenspur verify' says which: take the segment "
        + "from a backup"
    case .missing:
      "record \(sequence) is missing on the disk; 'aktenspur verify' says what else: take the segment from a backup"
    }
  }
}
