import TransparencyLog

/// From where the log must be read to complete the index: the newest checkpoint it has seen.
struct IndexStart: Sendable {
  var position: LogPosition
  var frontier: Frontier
  /// Leaf hash of the last record before it.
  var lastHash: Digest
}

/// Entries of durable records that are not yet in the file.
struct IndexDelta: Sendable {
  struct Event: Sendable {
    var sequence: UInt64
    var type: String
    var actor: String

    func has(_ type: String, byOtherThan actor: String) -> Bool {
      ExactText(self.type) == ExactText(type) && ExactText(self.actor) != ExactText(actor)
    }
  }

  /// A subject's state, and what of its events is not yet in the file.
  struct Subject: Sendable {
    var state: SubjectState
    var events: [Event]
  }

  private(set) var count = 0
  /// Up to where these entries reach.
  private(set) var coverage = IndexCoverage()
  /// The newest checkpoint within these entries, while the log is being opened.
  private(set) var start: IndexStart?
  private(set) var ids: [EventKey: UInt64] = [:]
  private(set) var subjects: [ExactText: Subject] = [:]
  private(set) var places: [LogPosition] = []

  /// - Parameters:
  ///   - hash: the record's leaf hash.
  ///   - place: where the record begins.
  mutating func add(
    key: EventKey, subject: String, state: SubjectState, type: String, actor: String, hash: Digest, place: LogPosition
  ) {
    count += 1
    coverage = IndexCoverage(size: place.size + 1, head: hash)
    ids[key] = place.size
    add(Subject(state: state, events: [Event(sequence: place.size, type: type, actor: actor)]), to: ExactText(subject))
    if place.size % LogIndex.placeInterval == 0 || place.offset == 0 { places.append(place) }
  }

  private mutating func add(_ newer: Subject, to subject: ExactText) {
    subjects.withValue(of: subject) { known in
      if known == nil {
        known = newer
      } else {
        known?.state = newer.state
        known?.events += newer.events
      }
    }
  }

  mutating func reached(_ start: IndexStart) {
    self.start = start
  }

  mutating func merge(_ newer: IndexDelta) {
    if count == 0 {
      self = newer
      return
    }
    count += newer.count
    if newer.coverage.size > coverage.size { coverage = newer.coverage }
    ids.merge(newer.ids) { _, new in new }
    for (subject, entry) in newer.subjects { add(entry, to: subject) }
    places += newer.places
  }
}

extension Dictionary {
  /// Changes the value in place, with one look-up.
  fileprivate mutating func withValue(of key: Key, _ change: (inout Value?) -> Void) {
    change(&self[key])
  }
}
