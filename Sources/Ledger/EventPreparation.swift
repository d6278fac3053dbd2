import DomainPacks
import EventLog
import LogFormat
import Privacy

/// What happens to an event before it waits for its place: who acts, what its pack says, and sealing.
struct EventPreparation: Sendable {
  let packs: PackSet
  let keys: KeyStore
  let isRecorded: @Sendable (Event) throws -> Bool

  enum Outcome {
    case added
    /// Added, and packs may object to it by what is recorded.
    case mayBeObjectedTo
    /// Not added: it has personal fields, or may be objected to, and neither can be seen to without blocking.
    case blocks
  }

  /// Adds an event to the group that is being put together.
  ///
  /// - Parameters:
  ///   - likely: the type of the event before, which many have in common; it becomes that of this one.
  ///   - seals: whether this may block: personal fields may be sealed here, which may write keys to the disk.
  /// - Throws: ``Refusal`` with the pointer of the field, as in what the client sent; then nothing has been added.
  func prepare(
    _ event: Event, by principal: Principal, into request: inout AppendRequest, likely: inout EventType?, seals: Bool
  ) throws -> Outcome {
    guard !event.withBytes(of: .type, { $0.hasExactPrefix(Log.ledgerTypePrefix) }) else {
      throw Refusal(.unprocessable, pointer: "/type", "events of the ledger itself cannot be sent")
    }
    guard !event.withBytes(of: .source, { $0.isExactly(Log.ledgerSource) }) else {
      throw Refusal(.unprocessable, pointer: "/source", "\(Log.ledgerSource) is the ledger itself")
    }
    guard event.withBytes(of: .type, { principal.scope.contains(type: $0) }) else {
      throw Refusal(.forbidden, pointer: "/type", "\(principal.name) may not append \(event.type)")
    }
    guard event.withBytes(of: .source, { principal.scope.contains(source: $0) }) else {
      throw Refusal(.forbidden, pointer: "/source", "\(principal.name) may not append in the name of \(event.source)")
    }
    let actor = event.authid == nil || !principal.delegates ? principal.name : nil
    do {
      let type = try check(event, likely: likely)
      if type !== likely { likely = type }
      let data = event.payload.json
      let fields = personalFields(of: data, event, type)
      if fields.isEmpty {
        guard seals || type.objections.isEmpty else { return .blocks }
        request.add(event, actor: actor, transition: type.transition(data: data))
      } else if !seals {
        return .blocks
      } else if try isRecorded(event) {
        // A repeated event must not give a person whose data were erased a new key.
        request.add(event, actor: actor)
        return .added
      } else {
        let sent = actor.map { event.acting(as: $0) } ?? event
        request.add(try seal(sent, fields), sent: sent, transition: type.transition(data: data))
      }
      return type.objections(to: data).isEmpty ? .added : .mayBeObjectedTo
    } catch {
      // Idempotency comes first: a pack may have become stricter, or a key may be gone, since the event was recorded.
      // The sequencer finds the record and compares.
      guard try isRecorded(event) else { throw error }
      request.add(event, actor: actor)
      return .added
    }
  }

  private func check(_ event: Event, likely: EventType?) throws -> EventType {
    do {
      return try packs.check(event, likely: likely)
    } catch {
      throw Refusal(.unprocessable, pointer: error.pointer, error.detail)
    }
  }

  private func personalFields(of data: JSONValue?, _ event: Event, _ type: EventType) -> [PersonalField] {
    guard type.hasPersonalFields, let data else { return [] }
    return type.personalFields(of: data, subject: event.subject)
  }

  /// Replaces the personal fields by their sealed form. What leaves here holds none of them in the clear.
  private func seal(_ event: Event, _ fields: [PersonalField]) throws -> Event {
    guard case .json(let data) = event.payload else { return event }
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
