import LogFormat

extension Schema {
  /// Whether the value fits.
  func accepts(_ value: JSONValue) -> Bool {
    violation(of: value) == nil
  }

  /// The first thing in which the value does not fit: what it is before what is in it, what is in it in document order,
  /// then what the combining keywords say. Nothing is formatted here, so that a value that fits costs no text.
  func violation(of value: JSONValue) -> Violation? {
    if acceptsEverything { return nil }
    return firstViolation(of: value)?.explained(by: source)
  }

  private func firstViolation(of value: JSONValue) -> Violation? {
    if rules.isImpossible { return Violation(.forbidden, value) }
    if let types = rules.types, let reason = mismatch(of: value, with: types) { return Violation(reason, value) }
    if let constant = rules.constant, !value.isSchemaEqual(to: constant) {
      return Violation(.other(than: [constant]), value)
    }
    if let choices = rules.enumeration, !choices.contains(where: { value.isSchemaEqual(to: $0) }) {
      return Violation(.other(than: choices), value)
    }
    let inside =
      switch value.kind {
      case .number: numberViolation(of: value)
      case .string: stringViolation(of: value)
      case .array: elementViolation(of: value)
      case .object: memberViolation(of: value)
      case .null, .bool: Violation?.none
      }
    return inside ?? combinedViolation(of: value)
  }

  private func mismatch(of value: JSONValue, with types: TypeSet) -> Violation.Reason? {
    switch value.kind {
    case .null: return types.contains(.null) ? nil : .wrongType(types)
    case .bool: return types.contains(.boolean) ? nil : .wrongType(types)
    case .string: return types.contains(.string) ? nil : .wrongType(types)
    case .array: return types.contains(.array) ? nil : .wrongType(types)
    case .object: return types.contains(.object) ? nil : .wrongType(types)
    case .number:
      if types.contains(.number) { return value.overflowsDouble ? .outsideDouble : nil }
      guard types.contains(.integer), value.isWhole else { return .wrongType(types) }
      return value.isInteroperable ? nil : .outsideInteroperable
    }
  }

  private func numberViolation(of value: JSONValue) -> Violation? {
    if let minimum = rules.minimum, minimum.isAbove(value) { return Violation(.below(minimum.text), value) }
    if let maximum = rules.maximum, maximum.isBelow(value) { return Violation(.above(maximum.text), value) }
    return nil
  }

  private func stringViolation(of value: JSONValue) -> Violation? {
    if rules.minimumLength != nil || rules.maximumLength != nil, let length = value.scalarCount {
      if let least = rules.minimumLength, length < least { return Violation(.shorter(than: least, length), value) }
      if let most = rules.maximumLength, length > most { return Violation(.longer(than: most, length), value) }
    }
    guard rules.format != nil || rules.pattern != nil, let string = value.string else { return nil }
    if let format = rules.format, !format.accepts(string) { return Violation(.notInFormat(format), value) }
    if let pattern = rules.pattern, !pattern.isFound(in: string) { return Violation(.notLike(pattern.text), value) }
    return nil
  }

  private func elementViolation(of value: JSONValue) -> Violation? {
    guard let items = rules.items, !items.acceptsEverything else { return nil }
    var index = 0
    for element in value.elements {
      if let violation = items.violation(of: element) { return violation.inside(.element(index)) }
      index += 1
    }
    return nil
  }

  private func memberViolation(of value: JSONValue) -> Violation? {
    let places = names.places(in: value)
    for name in required where !places.contains(name) {
      return Violation(.missing(becauseOf: nil), value).inside(.member(names.texts[name]))
    }
    for dependency in rules.dependentRequired where value[dependency.name] != nil {
      for name in dependency.required where value[name] == nil {
        return Violation(.missing(becauseOf: dependency.name), value).inside(.member(name))
      }
    }
    guard !rules.properties.isEmpty || rules.additionalProperties != nil else { return nil }
    for (member, place) in zip(value.members, places) {
      if place >= 0, place < rules.properties.count {
        if let violation = rules.properties[place].schema.violation(of: member.value) {
          return violation.inside(.member(member.name))
        }
      } else if let additional = rules.additionalProperties {
        if additional.rules.isImpossible {
          return Violation(.unknownMember(known: rules.properties.map(\.name)), member.value).inside(
            .member(member.name))
        }
        if let violation = additional.violation(of: member.value) { return violation.inside(.member(member.name)) }
      }
    }
    return nil
  }

  private func combinedViolation(of value: JSONValue) -> Violation? {
    for schema in rules.allOf {
      if let violation = schema.violation(of: value) { return violation }
    }
    if let condition = rules.condition {
      let branch = condition.test.accepts(value) ? condition.then : condition.otherwise
      if let violation = branch?.violation(of: value) { return violation }
    }
    if let not = rules.not, not.accepts(value) { return Violation(.excluded(by: not.source), value) }
    return rules.anyOf.isEmpty ? nil : alternativeViolation(of: value)
  }

  /// Each alternative is tried once only: nested ones would double the work at every level.
  private func alternativeViolation(of value: JSONValue) -> Violation? {
    var violations: [Violation] = []
    for schema in rules.anyOf {
      guard let violation = schema.violation(of: value) else { return nil }
      violations.append(violation)
    }
    return Violation(.noAlternative(violations), value)
  }
}
