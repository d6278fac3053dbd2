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

  init(_ reason: Reason, _ value: JSONView) {
    self.reason = reason
    self.value = value.held
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
  func detail(concealed: Bool = false) -> BilingualText {
    let text = expectation(concealed: concealed)
    switch reason {
    case .forbidden, .wrongType, .notLike, .excluded, .below:
      guard let cause = schema?["description"]?.string else { return text }
      return BilingualText(en: "\(text.en) (\(cause))", de: "\(text.de) (\(cause))")
    default: return text
    }
  }

  private func expectation(concealed: Bool) -> BilingualText {
    let (found, gefunden) = concealed ? value.typeName : (value.excerpt, value.excerpt)
    func expected(_ en: String, _ de: String) -> BilingualText {
      BilingualText(en: "expected \(en), found \(found)", de: "erwartet \(de), gefunden \(gefunden)")
    }
    switch reason {
    case .forbidden:
      return BilingualText(
        en: "no value is allowed here, found \(found)", de: "hier ist kein Wert zulässig, gefunden \(gefunden)")
    case .unknownMember(let known):
      let names = known.joined(separator: ", ")
      return known.isEmpty
        ? BilingualText(en: "no member is allowed here", de: "hier ist kein Feld zulässig")
        : BilingualText(en: "not a known member; known are \(names)", de: "kein bekanntes Feld; bekannt sind \(names)")
    case .wrongType(let types):
      return expected(types.names.joined(separator: " or "), types.germanNames.joined(separator: " oder "))
    case .outsideInteroperable:
      return expected(
        "an integer within ±9007199254740991 (I-JSON)", "eine ganze Zahl innerhalb von ±9007199254740991 (I-JSON)")
    case .outsideDouble:
      return expected(
        "a number within the range of a double (I-JSON)", "eine Zahl im Bereich einer Gleitkommazahl (I-JSON)")
    case .other(let choices):
      return expected(
        choices.map(\.excerpt).joined(separator: " or "), choices.map(\.excerpt).joined(separator: " oder "))
    case .below(let limit): return expected("at least \(limit)", "mindestens \(limit)")
    case .above(let limit): return expected("at most \(limit)", "höchstens \(limit)")
    case .shorter(let least, let length):
      return BilingualText(
        en: "expected at least \(least) \(least == 1 ? "character" : "characters"), found \(length)",
        de: "erwartet mindestens \(least) Zeichen, gefunden \(length)")
    case .longer(let most, let length):
      return BilingualText(
        en: "expected at most \(most) \(most == 1 ? "character" : "characters"), found \(length)",
        de: "erwartet höchstens \(most) Zeichen, gefunden \(length)")
    case .notInFormat(let format): return expected(format.expectation.en, format.expectation.de)
    case .notLike(let pattern): return expected("text matching \(pattern)", "Text nach dem Muster \(pattern)")
    case .missing(let cause):
      return cause.map {
        BilingualText(en: "is required where \($0) is given", de: "ist nötig, wo \($0) angegeben ist")
      } ?? BilingualText(en: "is required", de: "fehlt")
    case .excluded(let schema):
      return BilingualText(
        en: "must not fit \(schema.excerpt), found \(found)",
        de: "darf nicht auf \(schema.excerpt) passen, gefunden \(gefunden)")
    case .noAlternative(let violations):
      let reasons = violations.enumerated().map { number, violation in
        let place = "(\(number + 1)) " + (violation.pointer.isEmpty ? "" : "\(violation.pointer) ")
        let detail = violation.detail(concealed: concealed)
        return BilingualText(en: place + detail.en, de: place + detail.de)
      }
      return BilingualText(
        en: "fits none of \(violations.count) alternatives: \(reasons.map(\.en).joined(separator: "; "))",
        de: "passt auf keine von \(violations.count) Möglichkeiten: \(reasons.map(\.de).joined(separator: "; "))")
    }
  }
}

extension JSONValue {
  /// The name of the value's type, as `type` writes it, and in German.
  fileprivate var typeName: (String, String) {
    switch kind {
    case .null: ("null", "null")
    case .bool: ("boolean", "ja oder nein")
    case .number: ("number", "Zahl")
    case .string: ("string", "Text")
    case .array: ("array", "Liste")
    case .object: ("object", "Objekt")
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
