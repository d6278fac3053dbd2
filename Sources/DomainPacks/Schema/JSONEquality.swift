import LogFormat

extension JSONView {
  /// As ``isSchemaEqual(to:)-(JSONView)``.
  func isSchemaEqual(to other: JSONValue) -> Bool { other.withView { isSchemaEqual(to: $0) } }

  /// Equality as JSON Schema defines it (2020-12 Core §4.2.2): numbers by their mathematical value, strings by their
  /// code points, objects without order.
  func isSchemaEqual(to other: JSONView) -> Bool {
    guard kind == other.kind else { return false }
    if hasSameText(as: other) { return true }
    switch kind {
    case .null: return true
    // `true` and `false` are each written in one way only.
    case .bool: return false
    case .number: return DecimalNumber(text) == DecimalNumber(other.text)
    case .string:
      // Where nothing is escaped, equal strings have the same text.
      guard isEscaped || other.isEscaped else { return false }
      // Not `==`, which takes "é" and "e" + U+0301 for the same.
      guard let string, let otherString = other.string else { return false }
      return string.utf8.elementsEqual(otherString.utf8)
    case .array:
      var (left, right) = (elements, other.elements)
      while true {
        switch (left.next(), right.next()) {
        case (nil, nil): return true
        case (let one?, let two?) where one.isSchemaEqual(to: two): continue
        default: return false
        }
      }
    case .object:
      let (value, otherValue) = (held, other.held)
      guard value.count == otherValue.count else { return false }
      return value.members.allSatisfy { member in
        otherValue[member.name].map { named in member.value.withView { $0.isSchemaEqual(to: named) } } ?? false
      }
    }
  }
}
