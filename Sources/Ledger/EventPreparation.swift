import DomainPacks
import EventLog
import LogFormat
import Privacy

/// What happens to an event before it waits for its place: who acts, what its pack says, and sealing.
struct EventPreparation: Sendable {
  let packs: PackSet
  let keys: KeyStore
  let isRecorded: @Sendable (Event) throws -> Bool

  /// - Throws: ``Refusal`` with the pointer of the field, as in what the client sent.
  func prepare(_ event: Event, by principal: Principal) throws -> PreparedEvent {
    guard !event.type.hasPrefix(Log.ledgerTypePrefix) else {
      throw Refusal(.unprocessable, pointer: "/type", "events of the ledger itself cannot be sent")
    }
    guard event.source != Log.ledgerSource else {
      throw Refusal(.unprocessable, pointer: "/source", "\(Log.ledgerSource) is the ledger itself")
    }
    guard principal.scope.contains(type: event.type) else {
      throw Refusal(.forbidden, pointer: "/type", "\(principal.name) may not append \(event.type)")
    }
    guard principal.scope.contains(source: event.source) else {
      throw Refusal(.forbidden, pointer: "/source", "\(principal.name) may not append in the name of \(event.source)")
    }
    let event = event.authid == nil || !principal.delegates ? event.acting(as: principal.name) : event
    do {
      let type = try check(event)
      // A repeated event must not give a person whose data were erased a new key.
      if type.hasPersonalFields, try isRecorded(event) { return PreparedEvent(event) }
      return PreparedEvent(
        try seal(event, type), plain: event, transition: type.stateRule.transition(data: event.payload.json))
    } catch {
      // Idempotency comes first: a pack may have become stricter, or a key may be gone, since the event was recorded.
      // The sequencer finds the record and compares.
      if try isRecorded(event) { return PreparedEvent(event) }
      throw error
    }
  }

  /// Whether events of that type are sealed on their way, which may write keys to the disk, or held against the
  /// projections, which must have caught up for that.
  func blocks(_ event: Event) -> Bool {
    packs.eventType(event.type)?.hasPersonalFields ?? false || !packs.objections(to: event.type).isEmpty
  }

  private func check(_ event: Event) throws -> EventType {
    do {
      return try packs.check(event)
    } catch {
      throw Refusal(.unprocessable, pointer: error.pointer, error.detail)
    }
  }

  /// Replaces the personal fields by their sealed form. What leaves here holds none of them in the clear.
  private func seal(_ event: Event, _ type: EventType) throws -> Event {
    guard type.hasPersonalFields, case .json(let data) = event.payload else { return event }
    let fields = type.personalFields(of: data, subject: event.subject)
    if fields.isEmpty { return event }
    var sealed: [UInt8] = []
    var copied = data.range.lowerBound
    for field in fields {
      guard !SealedValue.isSealedShape(field.value) else {
        throw Refusal(
          .unprocessable, pointer: "/data" + field.pointer, "expected the value in the clear; the ledger seals it")
      }
      let range = field.value.range
      sealed += data.document.bytes[copied..<range.lowerBound]
      sealed += try keys.seal(
        Array(field.value.text), person: field.person, type: event.type, subject: event.subject, field: field.pointer)
      copied = range.upperBound
    }
    sealed += data.document.bytes[copied..<data.range.upperBound]
    return event.with(payload: .json(try JSONDocument(sealed).root))
  }
}
