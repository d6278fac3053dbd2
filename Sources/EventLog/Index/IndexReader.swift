import LogFormat

/// The look-ups, over memory and runs together.
struct IndexReader {
  let index: any IndexContents

  /// The sequence of the record with that key.
  func sequence(of key: IndexKey) throws -> UInt64? {
    let (found, runs) = index.inMemory { $0.ids.value(for: key)?.sequence }
    if let found { return found }
    for run in runs.reversed() {
      if let sequence = try run.sequence(of: key) { return sequence }
    }
    return nil
  }

  func state(of subject: String) throws -> SubjectState? {
    try entry(of: IndexKey(subject: subject)).map { entry in
      SubjectState(version: entry.version, state: index.text(entry.state), first: entry.first, last: entry.last)
    }
  }

  func entry(of subject: IndexKey) throws -> SubjectEntry? {
    let (found, runs) = index.inMemory { $0.state(of: subject) }
    if let found { return found }
    for run in runs.reversed() {
      if let entry = try run.state(of: subject) { return entry }
    }
    return nil
  }

  /// Whether someone other than `actor` has recorded an event of that type on the subject.
  func hasEvent(on subject: String, type: String, byOtherThan actor: String) throws -> Bool {
    guard let wanted = index.number(of: type) else { return false }
    let other = index.number(of: actor)
    var found = false
    try forEachEventBackwards(of: subject, below: .max) { event in
      found = event.type == wanted && event.actor != other
      return !found
    }
    return found
  }

  /// Sequences of the subject's records in `from..<below`, at most `limit`, in order.
  func sequences(of subject: String, from: UInt64, below: UInt64, limit: Int) throws -> [UInt64] {
    guard from < below, limit > 0 else { return [] }
    let key = IndexKey(subject: subject)
    // Memory and runs as of one moment: in between, entries move from the one to the other.
    let (waiting, runs) = index.collectInMemory { memory, found in
      memory.forEachEvent(of: key) { event in
        if event.key.sequence < below, event.key.sequence >= from { found.append(event.key.sequence) }
        return event.key.sequence > from
      }
    }
    var sequences: [UInt64] = []
    if let first = try entry(of: key)?.first {
      for run in runs where run.description.below > from && run.description.from < below {
        let start = EventEntry.Place(subject: first, sequence: from)
        try run.forEach(in: run.events, from: start) { event in
          guard event.key.subject == first, event.key.sequence < below, sequences.count < limit else { return false }
          sequences.append(event.key.sequence)
          return true
        }
        if sequences.count >= limit { return sequences }
      }
    }
    return Array((sequences + waiting.sorted()).prefix(limit))
  }

  /// The newest record of that type on the subject among the first `size` of the log.
  func newest(of type: String, on subject: String, below size: UInt64) throws -> UInt64? {
    guard let wanted = index.number(of: type) else { return nil }
    var found: UInt64?
    try forEachEventBackwards(of: subject, below: size) { event in
      if event.type == wanted { found = event.key.sequence }
      return found == nil
    }
    return found
  }

  /// The records of that type on the subject among the first `size` of the log, in order.
  func sequences(of type: String, on subject: String, below size: UInt64) throws -> [UInt64] {
    guard let wanted = index.number(of: type) else { return [] }
    var found: [UInt64] = []
    try forEachEventBackwards(of: subject, below: size) { event in
      if event.type == wanted { found.append(event.key.sequence) }
      return true
    }
    return found.reversed()
  }

  /// Hands out the subject's records, the newest first, until `body` returns false.
  private func forEachEventBackwards(of subject: String, below: UInt64, _ body: (EventEntry) -> Bool) throws {
    let key = IndexKey(subject: subject)
    let (waiting, runs) = index.collectInMemory { memory, found in
      memory.forEachEvent(of: key) { event in
        found.append(event)
        return true
      }
    }
    for event in waiting.sorted(by: { $0.key > $1.key }) where event.key.sequence < below {
      guard body(event) else { return }
    }
    guard let first = try entry(of: key)?.first else { return }
    for run in runs.reversed() where run.description.from < below {
      let end = EventEntry.Place(subject: first, sequence: below)
      var isWanted = true
      try run.forEachBackwards(in: run.events, below: end) { event in
        guard event.key.subject == first else { return false }
        isWanted = body(event)
        return isWanted
      }
      guard isWanted else { return }
    }
  }

  /// The nearest place at or before the record that is known without reading the log.
  func place(before sequence: UInt64) throws -> LogPosition? {
    let (found, runs) = index.inMemory { $0.place(before: sequence) }
    if let found { return found.position }
    for run in runs.reversed() where run.description.from <= sequence {
      var nearest: LogPosition?
      try run.forEachBackwards(in: run.places, below: sequence < .max ? sequence + 1 : sequence) { place in
        nearest = place.position
        return false
      }
      if let nearest { return nearest }
    }
    return nil
  }
}
