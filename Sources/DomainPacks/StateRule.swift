public import LogFormat

/// What events of a type ask of their subject's state, and what they make of it.
///
/// ```json
/// {"from":["offen"],"to":"zda"}
/// {"to":{"property":"status"},"from":{"pruefung":["bearbeitung"],"bearbeitung":["pruefung"]}}
/// ```
///
/// In the second form the state after the event stands in its data, and `from` says for each such state from where it
/// may be reached.
public struct StateRule: Sendable, Hashable {
  public enum From: Sendable, Hashable {
    case any
    /// An element nil stands for "no event on the subject yet".
    case states([String?])
    /// By the state that the event leads to.
    case before([String: [String?]])
  }

  public enum After: Sendable, Hashable {
    case unchanged
    case state(String)
    /// The text under this name in the event's data.
    case property(String)
  }

  public var from: From
  public var after: After
  /// An event type that another `authid` must have recorded on this subject before (four eyes).
  public var second: String?

  public init(from: From = .any, after: After = .unchanged, second: String? = nil) {
    self.from = from
    self.after = after
    self.second = second
  }

  /// What one event with that data asks and makes.
  public func transition(data: JSONValue?) -> Transition {
    let to = state(after: data)
    let allowed: [String?]? =
      switch from {
      case .any: nil
      case .states(let states): states
      // A state that the pack does not know is refused by the schema.
      case .before(let states): to.map { states[$0] ?? [] }
      }
    return Transition(from: allowed, to: to, second: second)
  }

  /// The state that an event with that data leads to; nil where it leaves it as it was.
  public func state(after data: JSONValue?) -> String? {
    switch after {
    case .unchanged: nil
    case .state(let state): state
    case .property(let name): data?[name]?.string
    }
  }

  /// What the state after an event depends on, as text.
  public var effect: String? {
    switch after {
    case .unchanged: nil
    case .state(let state): state
    case .property(let name): "{\(name)}"
    }
  }
}
