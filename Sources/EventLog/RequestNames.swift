import LogFormat

/// What the types and actors of one request come to: the numbers that the index has for them and their states, and which
/// states they allow. Each is found out once, and only where an event gets so far.
struct RequestNames {
  /// Of a number that has not been asked for.
  private static let unknown = UInt32.max
  /// In place of the number of a state: the type leaves it as it was.
  private static let unchanged = UInt32.max - 1

  private struct Kind {
    var type = RequestNames.unknown
    var state = RequestNames.unknown
    /// By the state's number, the highest bit for a subject that has no events: whether it is known if the type is
    /// allowed there, and if it is.
    var known: UInt64 = 0
    var allowed: UInt64 = 0
    /// Whether it asks for a second actor, as far as that is known.
    var hasSecond: Bool?
  }

  private var kinds: [Kind] = []
  private var actors: [UInt32] = []

  mutating func begin(_ request: borrowing AppendRequest) {
    kinds.removeAll(keepingCapacity: true)
    for _ in 0..<request.kinds.count { kinds.append(Kind()) }
    actors.removeAll(keepingCapacity: true)
    for _ in 0..<request.actors.count { actors.append(RequestNames.unknown) }
  }

  mutating func type(_ kind: Int32, _ request: borrowing AppendRequest, _ number: (String) -> UInt32) -> UInt32 {
    let kind = Int(kind)
    if kinds[kind].type == RequestNames.unknown { kinds[kind].type = number(request.kinds[kind].type) }
    return kinds[kind].type
  }

  /// The state that the type leads to; nil where it leaves it as it was.
  mutating func state(_ kind: Int32, _ request: borrowing AppendRequest, _ number: (String) -> UInt32) -> UInt32? {
    let kind = Int(kind)
    if kinds[kind].state == RequestNames.unknown {
      kinds[kind].state = request.kinds[kind].transition.to.map(number) ?? RequestNames.unchanged
    }
    return kinds[kind].state == RequestNames.unchanged ? nil : kinds[kind].state
  }

  /// Whether the type is allowed in the state with that number; nil: of a subject without events.
  mutating func isAllowed(
    _ kind: Int32, in state: UInt32?, _ request: borrowing AppendRequest, _ text: (UInt32) -> String?
  ) -> Bool {
    let kind = Int(kind)
    // States beyond those that have a bit are asked for each time.
    let bit: UInt64 = state.map { $0 < 63 ? 1 << UInt64($0) : 0 } ?? 1 << 63
    if kinds[kind].known & bit != 0 { return kinds[kind].allowed & bit != 0 }
    let isAllowed =
      request.kinds[kind].transition.from.map { states in
        guard let state else { return states.contains(nil) }
        return text(state).map { states.contains($0) } ?? false
      } ?? true
    kinds[kind].known |= bit
    if isAllowed { kinds[kind].allowed |= bit }
    return isAllowed
  }

  /// The event type that another actor must have recorded on the subject before.
  mutating func second(_ kind: Int32, _ request: borrowing AppendRequest) -> String? {
    let kind = Int(kind)
    if kinds[kind].hasSecond == false { return nil }
    let second = request.kinds[kind].transition.second
    kinds[kind].hasSecond = second != nil
    return second
  }

  mutating func actor(_ actor: Int32, _ request: borrowing AppendRequest, _ number: (String) -> UInt32) -> UInt32 {
    let actor = Int(actor)
    if actors[actor] == RequestNames.unknown { actors[actor] = number(request.actors[actor]) }
    return actors[actor]
  }
}
