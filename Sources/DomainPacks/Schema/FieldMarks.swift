import LogFormat

/// What a pack says of single fields beyond their schema: `x-personal`, `x-person`, `x-not-before`. Holds only the
/// parts of the schema on the way to such a field.
///
/// A mark under `then` or `else` counts where that branch applies. Under `anyOf`, `x-personal` counts in every
/// alternative, whichever fits: a field sealed without need can be unsealed, one stored plain stays so for ever.
/// `x-not-before` counts there only in alternatives that fit.
final class FieldMarks: Sendable {
  /// Points to another value of the same event's data.
  enum Reference: Sendable, Hashable {
    /// The member of an object on the way to the marked field; depth 0 is the data itself.
    case member(depth: Int, name: String)
    /// JSON Pointer from the data.
    case pointer(String)
  }

  enum Person: Sendable {
    case subject
    case reference(Reference)
  }

  struct Content: Sendable {
    /// The value is personal, and whose it is.
    var personal: Person?
    /// The value is a date that must not precede the one pointed to.
    var notBefore: Reference?
    var properties: [(name: String, marks: FieldMarks)] = []
    /// Members that `known` does not name.
    var additional: (marks: FieldMarks, known: [String])?
    var items: FieldMarks?
    var allOf: [FieldMarks] = []
    var anyOf: [(schema: Schema, marks: FieldMarks)] = []
    var condition: (test: Schema, then: FieldMarks?, otherwise: FieldMarks?)?

    var below: [FieldMarks] {
      properties.map(\.marks) + allOf + anyOf.map(\.marks)
        + [additional?.marks, items, condition?.then, condition?.otherwise].compactMap { $0 }
    }
  }

  let content: Content
  let hasPersonal: Bool
  let hasOrder: Bool

  /// Nil where there is nothing to mark.
  init?(_ content: Content) {
    let below = content.below
    hasPersonal = content.personal != nil || below.contains { $0.hasPersonal }
    hasOrder = content.notBefore != nil || below.contains { $0.hasOrder }
    guard hasPersonal || hasOrder else { return nil }
    self.content = content
  }
}

/// A value on the walk through an event's data: the values it lies in, and where it is.
struct MarkedPlace {
  /// From the data itself to the value.
  var values: [JSONValue]
  /// JSON Pointer from the data.
  var pointer: String

  var value: JSONValue { values[values.count - 1] }

  func inside(_ token: String, _ value: JSONValue) -> MarkedPlace {
    MarkedPlace(values: values + [value], pointer: pointer + "/" + token)
  }

  /// The value a reference points to, with its pointer; nil where the event has none there.
  func value(of reference: FieldMarks.Reference) -> (value: JSONValue, pointer: String)? {
    switch reference {
    case .pointer(let pointer):
      return values[0].value(at: pointer).map { ($0, pointer) }
    case .member(let depth, let name):
      let parent = pointer.split(separator: "/", omittingEmptySubsequences: false).prefix(depth + 1).joined(
        separator: "/")
      return values[depth][name].map { ($0, parent + "/" + JSONText.pointerToken(name)) }
    }
  }
}

extension FieldMarks {
  enum Purpose {
    case sealing
    case order
  }

  /// Calls `body` for each value of the data with the marks that stand at it, as far as they count for the purpose.
  func walk(_ data: JSONValue, for purpose: Purpose, _ body: (FieldMarks, MarkedPlace) -> Void) {
    walk(MarkedPlace(values: [data], pointer: ""), purpose, body)
  }

  private func walk(_ place: MarkedPlace, _ purpose: Purpose, _ body: (FieldMarks, MarkedPlace) -> Void) {
    guard purpose == .sealing ? hasPersonal : hasOrder else { return }
    body(self, place)
    let value = place.value
    for member in value.members {
      let name = member.name
      let marks =
        content.properties.first { $0.name.utf8.elementsEqual(name.utf8) }?.marks
        ?? content.additional.flatMap { additional in
          additional.known.contains { $0.utf8.elementsEqual(name.utf8) } ? nil : additional.marks
        }
      marks?.walk(place.inside(JSONText.pointerToken(name), member.value), purpose, body)
    }
    if let items = content.items {
      for (index, element) in value.elements.enumerated() {
        items.walk(place.inside("\(index)", element), purpose, body)
      }
    }
    for marks in content.allOf { marks.walk(place, purpose, body) }
    for alternative in content.anyOf where purpose == .sealing || alternative.schema.accepts(value) {
      alternative.marks.walk(place, purpose, body)
    }
    if let condition = content.condition {
      (condition.test.accepts(value) ? condition.then : condition.otherwise)?.walk(place, purpose, body)
    }
  }
}
