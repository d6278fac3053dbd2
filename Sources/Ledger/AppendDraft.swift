import DomainPacks
import EventLog
public import LogFormat

/// Groups of events that are made ready for the log one after the other, and given to it together: each is recorded wholly
/// or not at all. What packs and rights say against a group is noted, and takes its place among the answers.
public struct AppendDraft: Sendable {
  private let preparation: EventPreparation
  private let objections: ObjectionCheck
  private let principal: Principal
  private let asBatch: Bool
  private(set) var request: AppendRequest
  /// Of the event added last.
  private var type: EventType?
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

  /// Makes room for events that are there already.
  mutating func reserve(for groups: [[Event]]) {
    let events = groups.lazy.joined()
    // About as much as attributes and stamp take beside the data.
    request.reserve(
      events: events.count, bytes: events.reduce(0) { $0 + 512 + $1.dataLength })
  }

  /// Adds a group of one event, unless it has personal fields or the packs may object to it: it is sealed and examined
  /// first, which ``Ledger/append(_:by:asBatch:)`` does on a thread that may block.
  ///
  /// - Returns: whether it was added.
  public mutating func add(_ event: Event) -> Bool { addGroup(CollectionOfOne(event), seals: false) }

  /// As ``add(_:)``, for a group of several.
  mutating func add(_ group: [Event]) -> Bool { addGroup(group, seals: false) }

  /// Adds a group, seals its personal fields and asks the packs' objections.
  mutating func addSealing(_ group: [Event]) { _ = addGroup(group, seals: true) }

  private mutating func addGroup(_ group: some Collection<Event>, seals: Bool) -> Bool {
    do throws(Refusal) {
      guard principal.rights.contains(.append) else {
        throw Refusal(.forbidden, "\(principal.name) may not append events")
      }
      var place = 0
      var mayBeObjectedTo = false
      for event in group {
        switch try prepare(event, place: place, seals: seals) {
        case .added: break
        case .mayBeObjectedTo: mayBeObjectedTo = true
        case .blocks:
          request.dropGroup()
          return false
        }
        place += 1
      }
      request.closeGroup(mayBeObjectedTo ? try examination(ofLast: place) : nil)
    } catch {
      refusals.append((count, error))
      request.dropGroup()
    }
    return true
  }

  /// Of the events added since the last group.
  private func examination(ofLast count: Int) throws(Refusal) -> Examination? {
    do throws(AppendError) {
      return try objections.examination(ofLast: count, of: request)
    } catch {
      throw Refusal(error, isBatch: asBatch)
    }
  }

  private mutating func prepare(_ event: Event, place: Int, seals: Bool) throws(Refusal) -> EventPreparation.Outcome {
    do {
      return try preparation.prepare(event, by: principal, into: &request, likely: &type, seals: seals)
    } catch let refusal as Refusal {
      throw asBatch ? refusal.prefixed("/\(place)") : refusal
    } catch {
      // The key store: nothing has been written to the log.
      throw Refusal(.unavailable, pointer: asBatch ? "/\(place)" : "", "sealing failed: \(error)")
    }
  }

  /// What became of the groups, by what the log says of the request; holds nothing of the draft but its refusals.
  var answers: @Sendable (AppendOutcome) -> Appended {
    { [refusals, asBatch] in Appended($0, refusals: refusals, asBatch: asBatch) }
  }
}
