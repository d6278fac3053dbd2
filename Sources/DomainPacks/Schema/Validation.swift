import LogFormat

extension Schema {
  /// Whether the value fits.
  func accepts(_ value: JSONValue) -> Bool { violation(of: value) == nil }

  private func accepts(_ value: JSONView) -> Bool { violation(of: value) == nil }

  /// The first thing in which the value does not fit: what it is before what is in it, what is in it in document order,
  /// then what the combining keywords say. Nothing is formatted here, so that a value that fits costs no text.
  func violation(of value: JSONValue) -> Violation? { value.withView { violation(of: $0) } }

  private func violation(of value: JSONView) -> Violation? {
    if fitting.includes(value.kind) { return nil }
    return firstViolation(of: value)?.explained(by: source)
  }

  private func firstViolation(of value: JSONView) -> Violation? {
    if rules.isImpossible { return Violation(.forbidden, value) }
    if let types = rules.types, let reason = mismatch(of: value, with: types) { return Violation(reason, value) }
    if rare.contains(.constant), let constant = rules.constant, !value.isSchemaEqual(to: constant) {
      return Violation(.other(than: [constant]), value)
    }
    if rare.contains(.enumeration), let choices = rules.enumeration,
      !choices.contains(where: { value.isSchemaEqual(to: $0) })
    {
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
    if let inside { return inside }
    return rare.contains(.combination) ? combinedViolation(of: value) : nil
  }

  private func mismatch(of value: JSONView, with types: TypeSet) -> Violation.Reason? {
    guard value.kind == .number else { return types.includes(value.kind) ? nil : .wrongType(types) }
    if types.contains(.number) { return value.overflowsDouble ? .outsideDouble : nil }
    guard types.contains(.integer), value.isWhole else { return .wrongType(types) }
    return value.isInteroperable ? nil : .outsideInteroperable
  }

  private func numberViolation(of value: JSONView) -> Violation? {
    guard rare.contains(.limit) else { return nil }
    if let minimum = rules.minimum, minimum.isAbove(value) { return Violation(.below(minimum.text), value) }
    if let maximum = rules.maximum, maximum.isBelow(value) { return Violation(.above(maximum.text), value) }
    return nil
  }

  private func stringViolation(of value: JSONView) -> Violation? {
    if rare.contains(.length), let length = value.scalarCount {
      if let least = rules.minimumLength, length < least { return Violation(.shorter(than: least, length), value) }
      if let most = rules.maximumLength, length > most { return Violation(.longer(than: most, length), value) }
    }
    guard rare.contains(.form), let string = value.string else { return nil }
    if let format = rules.format, !format.accepts(string) { return Violation(.notInFormat(format), value) }
    if let pattern = rules.pattern, !pattern.isFound(in: string) { return Violation(.notLike(pattern.text), value) }
    return nil
  }

  private func elementViolation(of value: JSONView) -> Violation? {
    guard let items = rules.items, !items.acceptsEverything else { return nil }
    var index = 0
    for element in value.elements {
      if let violation = items.violation(of: element) { return violation.inside(.element(index)) }
      index += 1
    }
    return nil
  }

  private func memberViolation(of value: JSONView) -> Violation? {
    names.withPlaces(in: value) { memberViolation(of: value, places: $0) }
  }

  /// - Parameter places: for each member its place in ``names``.
  private func memberViolation(of value: JSONView, places: UnsafeBufferPointer<Int32>) -> Violation? {
    for name in required where !places.contains(Int32(name)) {
      return Violation(.missing(becauseOf: nil), value).inside(.member(names.texts[name]))
    }
    if rare.contains(.dependency), let violation = dependencyViolation(of: value) { return violation }
    guard !rules.properties.isEmpty || rules.additionalProperties != nil else { return nil }
    var number = 0
    for member in value.members {
      let place = Int(places[number])
      number += 1
      let violation =
        place >= 0 && place < propertySchemas.count
        ? propertySchemas[place]._withUnsafeGuaranteedRef { $0.violation(of: member.value) }
        : additionalViolation(of: member.value)
      if let violation { return violation.inside(.member(member.name.string ?? "")) }
    }
    return nil
  }

  private func dependencyViolation(of value: JSONView) -> Violation? {
    let object = value.held
    for dependency in rules.dependentRequired where object[dependency.name] != nil {
      for name in dependency.required where object[name] == nil {
        return Violation(.missing(becauseOf: dependency.name), value).inside(.member(name))
      }
    }
    return nil
  }

  private func additionalViolation(of value: JSONView) -> Violation? {
    guard let additional = rules.additionalProperties else { return nil }
    if additional.rules.isImpossible {
      return Violation(.unknownMember(known: rules.properties.map(\.name)), value)
    }
    return additional.violation(of: value)
  }

  private func combinedViolation(of value: JSONView) -> Violation? {
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
  private func alternativeViolation(of value: JSONView) -> Violation? {
    var violations: [Violation] = []
    for schema in rules.anyOf {
      guard let violation = schema.violation(of: value) else { return nil }
      violations.append(violation)
    }
    return Violation(.noAlternative(violations), value)
  }
}
