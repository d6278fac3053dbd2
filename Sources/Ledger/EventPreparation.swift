import DomainPacks
import EventLog
import LogFormat
import Privacy

/// What happens to an event before it waits for its place: who acts, what its pack says, and sealing.
struct EventPreparation: Sendable {
  let packs: PackSet
  let keys: KeyStore

  /// - Throws: ``Refusal`` with the pointer of the field, as in what the client sent.
  func prepare(_ event: Event, by principal: Principal) throws -> PreparedEvent {
    guard !event.type.hasPrefix(Log.ledgerTypePrefix) else {
      throw Refusal(.unprocessable, pointer: "/type", "events of the ledger itself cannot be sent")
    }
    guard event.source != Log.ledgerSource else {
      throw Refusal(.unprocessable, pointer: "/source", "\(Log.ledgerSource) is the ledger itself")
    }
    var event = event
    if event.authid == nil || !principal.delegates { event.act(as: principal.name) }
    let type: EventType
    do {
      type = try packs.check(event)
    } catch {
      throw Refusal(.unprocessable, pointer: error.pointer, error.detail)
    }
    return PreparedEvent(try seal(event, type), plain: event, transition: type.transition)
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
    var stored = event
    stored.payload = .json(try JSONDocument(sealed).root)
    return stored
  }

  /// Whether a sent event has the content of a stored record whose personal fields are sealed: they are unsealed and
  /// compared. A field whose key is destroyed is not compared.
  func hasContent(_ sent: Event, of stored: Record) -> Bool {
    guard let type = packs.eventType(sent.type), type.hasPersonalFields, case .json(let plain) = sent.payload,
      let data = stored.data
    else { return false }
    let fields = type.personalFields(of: plain, subject: sent.subject)
    var opened: [UInt8] = []
    var copied = data.range.lowerBound
    // Fields in the order of the stored text.
    let places = fields.compactMap { field in
      data.value(at: field.pointer).map { (field: field, value: $0) }
    }.sorted { $0.value.range.lowerBound < $1.value.range.lowerBound }
    guard places.count == fields.count else { return false }
    for (field, value) in places {
      guard let text = value["sealed"]?.string, let sealed = try? SealedValue(text) else { return false }
      opened += data.document.bytes[copied..<value.range.lowerBound]
      do {
        opened += try keys.unseal(sealed, type: stored.type, subject: stored.subject, field: field.pointer)
      } catch .missingKey {
        opened += field.value.text
      } catch {
        return false
      }
      copied = value.range.upperBound
    }
    opened += data.document.bytes[copied..<data.range.upperBound]
    guard let document = try? JSONDocument(opened) else { return false }
    return plain.isEqual(to: document.root)
  }
}
