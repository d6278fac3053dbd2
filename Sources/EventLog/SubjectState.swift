/// What the ledger knows of a subject that has at least one event.
public struct SubjectState: Sendable, Hashable {
  /// Number of events on the subject.
  public var version: UInt64
  /// The state its last event with a `to` left it in; nil where no event type of it names states.
  public var state: String?
  /// Sequence of its first record.
  public var first: UInt64
  /// Sequence of its newest record.
  public var last: UInt64

  public init(version: UInt64, state: String?, first: UInt64, last: UInt64) {
    self.version = version
    self.state = state
    self.first = first
    self.last = last
  }
}
