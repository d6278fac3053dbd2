import TransparencyLog

/// What becomes of the events of the group at hand, and what those before it in the same batch make of things.
struct GroupPlan {
  /// An event that is to be recorded: its subject as it will be then, and its type and actor as the index numbers them.
  struct Fresh {
    var subject: SubjectEntry
    var type: UInt32
    var actor: UInt32
  }

  /// A line that has been written.
  struct Line {
    /// Of its event in the request.
    var place: Int
    var length: Int
    var hash: Digest
  }

  private struct Position: KeyedEntry {
    var key: IndexKey
    var position: Int
  }

  private struct Subject: KeyedEntry {
    var entry: SubjectEntry
    var key: IndexKey { entry.key }
  }

  /// One for each event; nil for one that is recorded already.
  var slots: [Fresh?] = []
  var freshCount = 0
  var lines: [Line] = []
  private var positions = KeyTable<Position>()
  private var subjects = KeyTable<Subject>()

  mutating func begin() {
    slots.removeAll(keepingCapacity: true)
    lines.removeAll(keepingCapacity: true)
    freshCount = 0
    positions.removeAll()
    subjects.removeAll()
  }

  /// Notes an event's key.
  ///
  /// - Returns: the position of the event that has had it before, if any.
  mutating func first(_ key: IndexKey, at position: Int) -> Int? {
    let slot = positions.slot(of: key)
    if let known = positions[slot] { return known.position }
    positions.set(Position(key: key, position: position), in: slot)
    return nil
  }

  func subject(_ key: IndexKey) -> SubjectEntry? { subjects.value(for: key)?.entry }

  mutating func remember(_ subject: SubjectEntry) { subjects.put(Subject(entry: subject)) }
}
