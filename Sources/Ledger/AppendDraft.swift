public import EventLog
public import LogFormat

/// Groups of events that are made ready for the log one after the other, and given to it together: each is recorded wholly
/// or not at all. What packs and rights say against a group is noted, and takes its place among the answers.
public struct AppendDraft: Sendable {
  private let preparation: EventPreparation
  private let objections: ObjectionCheck
  private let principal: Principal
  private let asBatch: Bool
  private(set) var request: AppendRequest
  private(set) var refusals: [(place: Int, refusal: Refusal)] = []

  init(_ preparation: EventPreparation, _ objections: ObjectionCheck, by principal: Principal, asBatch: Bool) {
    self.preparation = preparation
    self.objections = objections
    self.principal = principal
    self.asBatch = asBatch
    request = AppendRequest(recordedBy: principal.name)
  }

  /// How many groups there are, the refused ones too.
  public var count: Int { request.groupCount + refusals.count }

  /// Makes room for events of so many bytes.
  public mutating func reserve(events: Int, bytes: Int) {
    request.reserve(events: events, bytes: bytes)
  }

  /// Adds a group of one event.
  public mutating func add(_ event: Event) {
    addGroup(mayBeObjectedTo: objections.concern(event)) { draft throws(Refusal) in
      try draft.prepare(event, place: 0)
      return 1
    }
  }

  /// Adds a group.
  public mutating func add(_ group: [Event]) {
    addGroup(mayBeObjectedTo: group.contains { objections.concern($0) }) { draft throws(Refusal) in
      for (place, event) in group.enumerated() { try draft.prepare(event, place: place) }
      return group.count
    }
  }

  /// - Parameter prepare: adds the group's events and says how many they are.
  private mutating func addGroup(
    mayBeObjectedTo: Bool, _ prepare: (inout AppendDraft) throws(Refusal) -> Int
  ) {
    do throws(Refusal) {
      guard principal.rights.contains(.append) else {
        throw Refusal(.forbidden, "\(principal.name) may not append events")
      }
      let count = try prepare(&self)
      request.closeGroup(mayBeObjectedTo ? try examination(ofLast: count) : nil)
    } catch {
      refusals.append((count, error))
      request.dropGroup()
    }
  }

  /// Of the events added since the last group.
  private func examination(ofLast count: Int) throws(Refusal) -> Examination? {
    do throws(AppendError) {
      return try objections.examination(ofLast: count, of: request)
    } catch {
      throw Refusal(error, isBatch: asBatch)
    }
  }

  private mutating func prepare(_ event: Event, place: Int) throws(Refusal) {
    do {
      try preparation.prepare(event, by: principal, into: &request)
    } catch let refusal as Refusal {
      throw asBatch ? refusal.prefixed("/\(place)") : refusal
    } catch {
      // The key store: nothing has been written to the log.
      throw Refusal(.unavailable, pointer: asBatch ? "/\(place)" : "", "sealing failed: \(error)")
    }
  }

  /// What became of the groups.
  func answers(_ outcome: AppendOutcome) -> Appended {
    Appended(outcome, refusals: refusals, asBatch: asBatch)
  }
}
