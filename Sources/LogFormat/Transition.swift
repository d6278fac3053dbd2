/// What an event type asks of its subject's state, and makes of it (`from`, `to`, `second` of a domain pack).
public struct Transition: Sendable, Hashable {
  /// The states in which the event is allowed; an element nil stands for "no event on the subject yet". Nil: any state.
  public var from: [String?]?
  /// The state after the event. Nil: as it was.
  public var to: String?
  /// An event type that another `authid` must have recorded on this subject before (four eyes).
  public var second: String?

  public init(from: [String?]? = nil, to: String? = nil, second: String? = nil) {
    self.from = from
    self.to = to
    self.second = second
  }
}
