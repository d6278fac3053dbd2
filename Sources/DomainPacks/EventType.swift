public import LogFormat

/// Something that a subject can have several of, such as the Wiedervorlagen of an Akte: `"part":{"wiedervorlage":"kennung"}`.
///
/// Its fields are its own: an appointment's `einheit` is not that of the Akte.
public struct SubjectPart: Sendable, Hashable {
  public var name: String
  /// The property of the event's data that tells which one; events without it are about one that has no name.
  public var key: String
}

/// One type of event, as its domain pack describes it. One object: on its way to the log every event is held against it.
public final class EventType: Sendable {
  /// The CloudEvents `type`, e.g. `de.aktenspur.vertrag.erfasst`.
  public let name: String
  public let title: String
  /// Name of the pack that declares it.
  public let pack: String
  /// What it asks of its subject's state and makes of it; checked by the sequencer, not here.
  public let stateRule: StateRule
  /// What of its subject it is about; nil: the subject itself.
  public let part: SubjectPart?
  /// The subjects it may be about: its own patterns, or those of the pack.
  let subjects: [SubjectPattern]
  let schema: Schema
  let marks: FieldMarks?
  /// Why an event of this type may have to be refused, by what the projections hold.
  public let objections: [Objection]
  /// What its events ask and make, as far as that is known before any is there.
  private let transitions: KnownTransitions

  init(
    name: String, title: String, pack: String, stateRule: StateRule, part: SubjectPart?, subjects: [SubjectPattern],
    schema: Schema, marks: FieldMarks?, objections: [Objection] = []
  ) {
    self.name = name
    self.title = title
    self.pack = pack
    self.stateRule = stateRule
    self.part = part
    self.subjects = subjects
    self.schema = schema
    self.marks = marks
    self.objections = objections
    transitions = KnownTransitions(of: stateRule)
  }

  /// What an event with that data asks of its subject's state, and makes of it.
  public func transition(data: JSONValue?) -> Transition {
    transitions.transition(data: data) ?? stateRule.transition(data: data)
  }

  /// The type with what its pack may object to its events.
  func with(_ objections: [Objection]) -> EventType {
    EventType(
      name: name, title: title, pack: pack, stateRule: stateRule, part: part, subjects: subjects, schema: schema,
      marks: marks, objections: objections)
  }

  /// Why an event with that data may have to be refused, by what the projections hold.
  public func objections(to data: JSONValue?) -> [Objection] {
    objections.isEmpty ? [] : objections.filter { $0.concerns(data) }
  }

  /// Whether an event of this type can hold fields that are to be sealed.
  public var hasPersonalFields: Bool { marks?.hasPersonal ?? false }

  /// The personal fields of an event's data, in document order; none lies inside another.
  public func personalFields(of data: JSONValue, subject: String) -> [PersonalField] {
    guard let marks, marks.hasPersonal else { return [] }
    return marks.personalFields(of: data, subject: subject)
  }

  /// Checks everything that the pack says of a single event.
  func check(_ event: Event) throws(EventRefusal) {
    guard event.withBytes(of: .subject, { subject in subjects.contains { $0.matches(subject) } }) else {
      let patterns = subjects.map(\.text).joined(separator: " or ")
      let found = JSONText.string(event.subject)
      throw EventRefusal(
        pointer: "/subject",
        BilingualText(en: "expected \(patterns), found \(found)", de: "erwartet \(patterns), gefunden \(found)"))
    }
    switch event.payload {
    case .json(let data):
      try check(data, subject: event.subject)
    case .none:
      guard schema.violation(of: JSONValue.null) == nil else {
        throw EventRefusal(pointer: "/data", BilingualText(en: "data is required", de: "data fehlt"))
      }
    case .base64:
      guard schema.acceptsEverything else {
        throw EventRefusal(
          pointer: "/data_base64",
          BilingualText(
            en: "expected data as JSON, found data_base64", de: "erwartet Daten als JSON, gefunden data_base64"))
      }
    }
  }

  /// What the schema says of data, without regard to its personal fields.
  func refusal(of data: JSONValue) -> EventRefusal? {
    schema.violation(of: data).map { EventRefusal(pointer: $0.pointer, $0.detail()) }
  }

  private func check(_ data: JSONValue, subject: String) throws(EventRefusal) {
    if let violation = schema.violation(of: data) {
      let concealed = personalFields(of: data, subject: subject).contains {
        pointersTouch($0.pointer, violation.pointer)
      }
      throw EventRefusal(pointer: "/data" + violation.pointer, violation.detail(concealed: concealed))
    }
    if let refusal = marks?.contradiction(in: data) {
      throw EventRefusal(pointer: "/data" + refusal.pointer, refusal.text)
    }
  }

  /// Whether one pointer is the other or leads to something inside it.
  private func pointersTouch(_ left: String, _ right: String) -> Bool {
    left == right || left.isEmpty || right.isEmpty || left.hasPrefix(right + "/") || right.hasPrefix(left + "/")
  }
}

extension JSONValue {
  /// `null`: what absent data is checked as.
  static let null: JSONValue = {
    guard let document = try? JSONDocument("null") else { preconditionFailure("null is JSON") }
    return document.root
  }()
}
