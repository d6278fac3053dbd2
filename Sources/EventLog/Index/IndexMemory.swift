import TransparencyLog

/// From where the log must be read to complete the index: the newest checkpoint it has seen.
struct IndexStart: Sendable {
  var position: LogPosition
  var frontier: Frontier
  /// Leaf hash of the last record before it.
  var lastHash: Digest
}

/// Which records there are entries of: the first `size`.
struct IndexCoverage: Sendable, Hashable {
  var size: UInt64 = 0
  /// Leaf hash of the last of them.
  var head = Digest.zero
}

/// Entries of records, found in memory. Those of durable records wait here until they are in a run; those of records that
/// are being committed have one of their own.
struct IndexMemory: Sendable {
  /// A record of a subject, and the one before it of the same subject, so that a subject's are found without the others.
  struct Event: Sendable {
    var entry: EventEntry
    /// Place in ``events``; -1 where there is none.
    var before: Int32
    /// Place of its subject in ``subjects``.
    var subject: Int32
  }

  /// A subject's state, and its newest record.
  struct Subject: KeyedEntry {
    var entry: SubjectEntry
    var newest: Int32

    var key: IndexKey { entry.key }
  }

  private(set) var coverage = IndexCoverage()
  /// The newest checkpoint within these entries, while the log is being opened.
  private(set) var start: IndexStart?
  private(set) var ids = KeyTable<IDEntry>()
  private(set) var subjects = KeyTable<Subject>()
  private(set) var events: [Event] = []
  private(set) var places: [PlaceEntry] = []

  /// The number of records.
  var count: Int { events.count }

  /// - Parameters:
  ///   - hash: the record's leaf hash.
  ///   - place: where the record begins.
  mutating func add(
    key: IndexKey, subject: SubjectEntry, type: UInt32, actor: UInt32, hash: Digest, place: LogPosition
  ) {
    coverage = IndexCoverage(size: place.size + 1, head: hash)
    ids.put(IDEntry(key: key, sequence: place.size))
    add(EventEntry(subject: subject.first, sequence: place.size, type: type, actor: actor), of: subject)
    if place.size % LogIndex.placeInterval == 0 || place.offset == 0 { places.append(PlaceEntry(place)) }
  }

  private mutating func add(_ event: EventEntry, of subject: SubjectEntry) {
    let slot = subjects.slot(of: subject.key)
    let before = subjects[slot]?.newest ?? -1
    let place = subjects.set(Subject(entry: subject, newest: Int32(events.count)), in: slot)
    events.append(Event(entry: event, before: before, subject: Int32(place)))
  }

  /// Takes the entries of records behind these.
  mutating func merge(_ newer: borrowing IndexMemory) {
    if newer.coverage.size > coverage.size { coverage = newer.coverage }
    for entry in newer.ids.entries { ids.put(entry) }
    // In the order of the log, so that each subject's chain is.
    for event in newer.events { add(event.entry, of: newer.subjects.entries[Int(event.subject)].entry) }
    places.append(contentsOf: newer.places)
  }

  mutating func reached(_ start: IndexStart) {
    self.start = start
  }

  mutating func removeAll() {
    coverage = IndexCoverage()
    start = nil
    ids.removeAll()
    subjects.removeAll()
    events.removeAll(keepingCapacity: true)
    places.removeAll(keepingCapacity: true)
  }

  func state(of subject: IndexKey) -> SubjectEntry? { subjects.value(for: subject)?.entry }

  /// The subject's records here, newest first, until `body` returns false.
  func forEachEvent(of subject: IndexKey, _ body: (EventEntry) -> Bool) {
    var next = subjects.value(for: subject)?.newest ?? -1
    while next >= 0 {
      let event = events[Int(next)]
      guard body(event.entry) else { return }
      next = event.before
    }
  }

  /// The nearest place at or before the record.
  func place(before sequence: UInt64) -> PlaceEntry? {
    let above = places.partitioningIndex { $0.sequence > sequence }
    return above > 0 ? places[above - 1] : nil
  }
}

extension Array {
  /// The first place whose element, and all behind it, fulfil a condition.
  func partitioningIndex(where isBehind: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
