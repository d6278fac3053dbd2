/// What an event type asks of its subject's state, and makes of it (`from`, `to`, `second` of a domain pack).
public struct Transition: Sendable, Equatable {
  /// One object, shared by all events of a type that ask and make the same.
  private final class Content: Sendable, Equatable {
    let from: [String?]?
    let to: String?
    let second: String?

    init(from: [String?]?, to: String?, second: String?) {
      self.from = from
      self.to = to
      self.second = second
    }

    static func == (left: Content, right: Content) -> Bool {
      left === right || left.from == right.from && left.to == right.to && left.second == right.second
    }
  }

  private let content: Content

  /// Of one transition and its copies; two that are equal may have two. It stands for them as long as one is held.
  package struct Identity: Sendable, Hashable {
    fileprivate let content: ObjectIdentifier
  }

  package var identity: Identity { Identity(content: ObjectIdentifier(content)) }

  /// The states in which the event is allowed; an element nil stands for "no event on the subject yet". Nil: any state.
  public var from: [String?]? { content.from }
  /// The state after the event. Nil: as it was.
  public var to: String? { content.to }
  /// An event type that another `authid` must have recorded on this subject before (four eyes).
  public var second: String? { content.second }

  /// Any state, and it stays as it was.
  public static let none = Transition()

  public init(from: [String?]? = nil, to: String? = nil, second: String? = nil) {
    content = Content(from: from, to: to, second: second)
  }
}
