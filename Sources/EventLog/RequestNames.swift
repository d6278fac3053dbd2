import LogFormat

/// The numbers that the index has for the types, states and actors of one request, each asked for once and only where an
/// event gets so far.
struct RequestNames {
  private static let unknown = UInt32.max
  private var types: [UInt32] = []
  private var states: [UInt32] = []
  private var actors: [UInt32] = []

  mutating func begin(_ request: borrowing AppendRequest) {
    RequestNames.reset(&types, request.kinds.count)
    RequestNames.reset(&states, request.kinds.count)
    RequestNames.reset(&actors, request.actors.count)
  }

  private static func reset(_ numbers: inout [UInt32], _ count: Int) {
    numbers.removeAll(keepingCapacity: true)
    for _ in 0..<count { numbers.append(unknown) }
  }

  mutating func type(_ kind: Int32, _ request: borrowing AppendRequest, _ number: (String) -> UInt32) -> UInt32 {
    let kind = Int(kind)
    if types[kind] == RequestNames.unknown { types[kind] = number(request.kinds[kind].type) }
    return types[kind]
  }

  /// The state that the type leads to; nil where it leaves it as it was.
  mutating func state(_ kind: Int32, _ request: borrowing AppendRequest, _ number: (String) -> UInt32) -> UInt32? {
    let kind = Int(kind)
    guard let state = request.kinds[kind].transition.to else { return nil }
    if states[kind] == RequestNames.unknown { states[kind] = number(state) }
    return states[kind]
  }

  mutating func actor(_ actor: Int32, _ request: borrowing AppendRequest, _ number: (String) -> UInt32) -> UInt32 {
    let actor = Int(actor)
    if actors[actor] == RequestNames.unknown { actors[actor] = number(request.actors[actor]) }
    return actors[actor]
  }
}
