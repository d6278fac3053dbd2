import LogFormat

/// In what a value does not fit its schema. Text is made of it only when somebody asks.
struct Violation: Sendable {
  enum Reason: Sendable {
    /// The schema `false` stands here.
    case forbidden
    case unknownMember(known: [String])
    case wrongType(TypeSet)
    case outsideInteroperable
    case outsideDouble
    case other(than: [JSONValue])
    case below(String)
    case above(String)
    case shorter(than: Int, Int)
    case longer(than: Int, Int)
    case notInFormat(StringFormat)
    case notLike(String)
    /// Stands at the place of the member that is not there.
    case missing(becauseOf: String?)
    case excluded(by: JSONValue)
    case noAlternative([Violation])
  }

  enum Step: Sendable {
    case member(String)
    case element(Int)
  }

  private let reason: Reason
  /// The value that does not fit; of a missing member the object that lacks it.
  private let value: JSONValue
  /// From the inside out: filled while the check returns.
  private var steps: [Step] = []
  /// The schema that refused the value itself, whose `description` says why it asks for what it does.
  private var schema: JSONValue?

  init(_ reason: Reason, _ value: JSONValue) {
    self.reason = reason
    self.value = value
  }

  func explained(by schema: JSONValue) -> Violation {
    guard self.schema == nil, steps.isEmpty else { return self }
    var violation = self
    violation.schema = schema
    return violation
  }

  func inside(_ step: Step) -> Violation {
    var violation = self
    violation.steps.append(step)
    return violation
  }

  /// JSON Pointer (RFC 6901) from the value that was checked.
  var pointer: String {
    steps.reversed().reduce(into: "") { pointer, step in
      switch step {
      case .member(let name): pointer += "/" + JSONText.pointerToken(name)
      case .element(let index): pointer += "/\(index)"
      }
    }
  }

  /// What was expected and what was found, and the law or rule behind it where the pack's schema describes it.
  ///
  /// - Parameter concealed: says of the value only of what type it is.
  func detail(concealed: Bool = false) -> String {
    let text = expectation(concealed: concealed)
    switch reason {
    case .forbidden, .wrongType, .notLike, .excluded, .below:
      return schema?["description"]?.string.map { "\(text) (\($0))" } ?? text
    default: return text
    }
  }

  private func expectation(concealed: Bool) -> String {
    let found = concealed ? value.typeName : value.excerpt
    switch reason {
    case .forbidden: return "no value is allowed here, found \(found)"
    case .unknownMember(let known):
      return known.isEmpty
        ? "no member is allowed here" : "not a known member; known are \(known.joined(separator: ", "))"
    case .wrongType(let types): return "expected \(types.names.joined(separator: " or ")), found \(found)"
    case .outsideInteroperable:
      return "expected an integer within ±9007199254740991 (I-JSON), found \(found)"
    case .outsideDouble: return "expected a number within the range of a double (I-JSON), found \(found)"
    case .other(let choices):
      return "expected \(choices.map(\.excerpt).joined(separator: " or ")), found \(found)"
    case .below(let limit): return "expected at least \(limit), found \(found)"
    case .above(let limit): return "expected at most \(limit), found \(found)"
    case .shorter(let least, let length):
      return "expected at least \(least) \(least == 1 ? "character" : "characters"), found \(length)"
    case .longer(let most, let length):
      return "expected at most \(most) \(most == 1 ? "character" : "characters"), found \(length)"
    case .notInFormat(let format): return "expected \(format.expectation), found \(found)"
    case .notLike(let pattern): return "expected text matching \(pattern), found \(found)"
    case .missing(let cause):
      return cause.map { "is required where \($0) is given" } ?? "is required"
    case .excluded(let schema): return "must not fit \(schema.excerpt), found \(found)"
    case .noAlternative(let violations):
      let reasons = violations.enumerated().map { number, violation in
        let place = violation.pointer.isEmpty ? "" : "\(violation.pointer) "
        return "(\(number + 1)) \(place)\(violation.detail(concealed: concealed))"
      }
      return "fits none of \(violations.count) alternatives: \(reasons.joined(separator: "; "))"
    }
  }
}

extension JSONValue {
  /// The name of the value's type, as `type` writes it.
  fileprivate var typeName: String {
    switch kind {
    case .null: "null"
    case .bool: "boolean"
    case .number: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }

  /// The value's text, cut where it is long.
  var excerpt: String {
    let limit = 80
    let text = String(decoding: text, as: UTF8.self)
    return text.unicodeScalars.count <= limit
      ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit))) + "…"
  }
}
