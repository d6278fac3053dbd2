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
  func transition(data: JSONValue?) -> Transition {
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

/// The transitions of a rule that are the same for many events.
struct KnownTransitions: Sendable {
  /// Of every event, where its data has no part in it.
  private var always: Transition?
  /// Where the state after an event stands in its data: under which name, and what follows from each state.
  private var property: (name: String, states: [(state: String, transition: Transition)])?

  init(of rule: StateRule) {
    guard case .property(let name) = rule.after else {
      always = rule.transition(data: nil)
      return
    }
    guard case .before(let states) = rule.from else { return }
    property = (
      name,
      states.keys.sorted().map { state in
        (state, Transition(from: states[state] ?? [], to: state, second: rule.second))
      }
    )
  }

  /// - Returns: nil where it is not among them.
  func transition(data: JSONValue?) -> Transition? {
    if let always { return always }
    guard let property, let value = data?[property.name] else { return nil }
    return property.states.first { value.isString($0.state) }?.transition
  }
}
