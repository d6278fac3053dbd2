public import LogFormat

/// A form of a pack: the questions that lead to one event, in the order in which they are asked.
///
/// `formulare.json` is an object of forms by name:
///
/// ```json
/// {"rad-pruefung":{
///   "titel":"Prüfung eines Dienstrads","subjekt":"rad/{id}","ereignis":"de.aktenspur.rad.geprueft",
///   "hinweis":"Ein Satz, der bei jedem Ergebnis steht.",
///   "stand":{"sicht":"rad_angaben","subjekt":"rad","spalte":"angaben"},
///   "ergebnis":{"sicht":"rad_ergebnis","subjekt":"rad","fehlend":"fehlende_angaben",
///     "spalten":[{"spalte":"ergebnis","titel":"Ergebnis"}]},
///   "umfeld":{"subjekte":["werkstatt/1"],"sicht":"rad_gruppe","feld":"gruppe","subjekt":"rad"},
///   "fragen":[
///     {"feld":"bremse","frage":"Bremst es?","art":"ja_nein","norm":"§ 65 StVZO","hilfe":"Auf nasser Straße."},
///     {"feld":"gruppe","frage":"Welche Gruppe?","art":"text","wann":{"bremse":[true]},"unabhaengig":true}]}}
/// ```
///
/// - `stand`: the row of that table or view whose column `subjekt` is the subject holds in `spalte` the answers that the
///   subject has, a JSON object.
/// - `ergebnis`: its rows are the result, printed by the `spalten` named; the column `fehlend` names the fields, separated
///   by commas, that the result still waits for. A question is asked if the result waits for its `feld` (or one of
///   `auch`), or if it is `unabhaengig` of that.
/// - `umfeld`: further subjects on which the result rests: `subjekte`, and those in the column `subjekt` of the rows whose
///   column named as the field `feld` holds the answer to it.
/// - `wann`: the question is asked only while each of these fields is without an answer or has one of these; one that is
///   `unabhaengig` only when each of them has one of these.
/// - `art`: ``Question/Kind``. `werte` are required for `auswahl`. `begruendung` names a field for a reason in words, which
///   is asked for after an answer.
///
/// A point in `feld` leads into an object.
public struct Form: Sendable {
  static let file = "formulare.json"

  /// A table or view that speaks of subjects.
  public struct View: Sendable, Hashable {
    public let name: String
    /// Its column with the subject.
    public let subject: String
  }

  public struct Column: Sendable, Hashable {
    public let name: String
    public let title: String
  }

  public struct Surroundings: Sendable, Hashable {
    public let subjects: [String]
    public let view: View?
    /// The field whose answer is looked for, in the column of the same name.
    public let field: String
  }

  public let name: String
  public let title: String
  /// The sentence that stands with every result.
  public let notice: String
  public let eventType: String
  public let answers: (view: View, column: String)
  public let result: View
  /// The column of the result with the fields it waits for.
  public let missing: String
  public let columns: [Column]
  public let surroundings: Surroundings
  public let questions: [Question]
  /// JSON Pointer (RFC 6901) into `formulare.json`.
  let pointer: String
  private let subject: SubjectPattern

  public func accepts(subject: String) -> Bool { self.subject.matches(subject) }

  /// The subjects it is for, as the pack writes it.
  public var subjectPattern: String { subject.text }
}

/// A question of a form.
public struct Question: Sendable {
  public enum Kind: String, Sendable, CaseIterable {
    /// One of the values.
    case auswahl
    case ja_nein
    /// `YYYY-MM-DD` or `TT.MM.JJJJ`.
    case datum
    /// An amount in cents; with a comma in euros.
    case cent
    case text
  }

  public struct Choice: Sendable {
    public let value: JSONValue
    public let text: String
  }

  /// Path into the event's data.
  public let path: [String]
  public let text: String
  public let kind: Kind
  public let choices: [Choice]
  /// Field → answers.
  public let conditions: [(path: [String], values: [JSONValue])]
  public let alsoFor: [String]
  public let isIndependent: Bool
  /// Path of the field for the reason.
  public let reason: [String]?
  public let citation: String
  public let help: String
  let pointer: String

  public var field: String { path.joined(separator: ".") }

  /// Whether the question still matters to who has answered so, and the result waits for these fields.
  public func matters(answers: JSONValue, missing: Set<String>) -> Bool {
    let isPossible = conditions.allSatisfy { condition in
      guard let answer = answers.answer(condition.path) else { return !isIndependent }
      return condition.values.contains { $0.isEqual(to: answer) }
    }
    return isPossible && (isIndependent || ([field, path[0]] + alsoFor).contains { missing.contains($0) })
  }

  /// Reads an answer as a person writes it: a choice by its number, value or text, else as ``Kind`` says.
  ///
  /// - Returns: JSON text, or nil where it is no answer to this question.
  public func read(_ text: String) -> String? {
    switch kind {
    case .auswahl, .ja_nein: return choose(text)
    case .datum: return Numeral.day(text).map { JSONText.string($0) }
    case .cent:
      let cents = text.contains(",") || text.contains("€") ? Numeral.cents(text) : Numeral.integer(text)
      return cents.map { String($0) }
    case .text: return JSONText.string(text)
    }
  }

  private func choose(_ text: String) -> String? {
    func json(_ choice: Choice) -> String { String(decoding: choice.value.text, as: UTF8.self) }
    if let number = Int(text) { return choices.indices.contains(number - 1) ? json(choices[number - 1]) : nil }
    let wanted = ImportColumn.normal(text)
    let found = choices.first { choice in
      ImportColumn.normal(choice.value.string ?? json(choice)) == wanted || ImportColumn.normal(choice.text) == wanted
    }
    if let found { return json(found) }
    // "j" and "n" for yes and no.
    let initials = choices.filter { ImportColumn.normal($0.text).hasPrefix(wanted) }
    return kind == .ja_nein && initials.count == 1 ? json(initials[0]) : nil
  }
}

extension JSONValue {
  /// The answer at a path; nil where there is none, or null.
  public func answer(_ path: [String]) -> JSONValue? {
    var value = self
    for name in path {
      guard let next = value[name] else { return nil }
      value = next
    }
    return value.kind == .null ? nil : value
  }
}

// MARK: Reading

extension Form {
  static func read(_ root: JSONValue) throws(SchemaError) -> [Form] {
    var forms: [Form] = []
    for (name, value, pointer) in try ObjectMembers(root, at: "", what: "forms").all {
      forms.append(try Form(name, value, at: pointer))
    }
    return forms
  }

  private init(_ name: String, _ json: JSONValue, at pointer: String) throws(SchemaError) {
    let members = try ObjectMembers(
      json, at: pointer, what: "form",
      allowed: [
        "titel", "beschreibung", "hinweis", "subjekt", "ereignis", "stand", "ergebnis", "umfeld", "fragen",
      ])
    _ = try members.string("beschreibung")
    self.name = name
    self.pointer = pointer
    title = try members.requiredString("titel")
    notice = try members.string("hinweis") ?? ""
    eventType = try members.requiredString("ereignis")
    do throws(PatternError) {
      subject = try SubjectPattern(json["subjekt"]?.string ?? "")
    } catch {
      throw SchemaError(members.pointer(to: "subjekt"), error.detail)
    }
    let answers = try members.view("stand", also: ["spalte"])
    self.answers = (answers.view, try answers.members.requiredString("spalte"))
    let result = try members.view("ergebnis", also: ["fehlend", "spalten"])
    self.result = result.view
    missing = try result.members.requiredString("fehlend")
    var columns: [Column] = []
    for (value, pointer) in try result.members.array("spalten") {
      let column = try ObjectMembers(value, at: pointer, what: "column", allowed: ["spalte", "titel"])
      columns.append(
        Column(name: try column.requiredString("spalte"), title: try column.requiredString("titel")))
    }
    self.columns = columns
    surroundings = try members.surroundings()
    var questions: [Question] = []
    for (value, pointer) in try members.array("fragen") { questions.append(try Question(value, at: pointer)) }
    guard !questions.isEmpty else { throw SchemaError(members.pointer(to: "fragen"), "expected at least one question") }
    for (index, question) in questions.enumerated()
    where questions[..<index].contains(where: { $0.path == question.path }) {
      throw SchemaError(question.pointer + "/feld", "field \(question.field) is asked for twice")
    }
    self.questions = questions
  }

  /// Refuses a form whose event, or whose answers, the packs do not know.
  func check(
    _ types: [String: EventType], _ error: (String, String) -> PackError
  ) throws(PackError) {
    guard let type = types[eventType] else {
      throw error(pointer + "/ereignis", "no pack knows the event type \(JSONText.string(eventType))")
    }
    for question in questions {
      for (index, choice) in question.choices.enumerated() {
        var data = String(decoding: choice.value.text, as: UTF8.self)
        for name in question.path.reversed() { data = "{\(JSONText.string(name)):\(data)}" }
        let place = "/" + question.path.map { JSONText.pointerToken($0) }.joined(separator: "/")
        guard let document = try? JSONDocument(data), let refusal = type.refusal(of: document.root),
          refusal.pointer == place
        else { continue }
        throw error("\(question.pointer)/werte/\(index)/wert", "\(eventType) does not take it: \(refusal.detail)")
      }
    }
  }
}

extension Question {
  fileprivate init(_ json: JSONValue, at pointer: String) throws(SchemaError) {
    let members = try ObjectMembers(
      json, at: pointer, what: "question",
      allowed: ["feld", "frage", "art", "werte", "wann", "auch", "unabhaengig", "begruendung", "norm", "hilfe"])
    self.pointer = pointer
    path = try members.requiredString("feld").formPath
    text = try members.requiredString("frage")
    guard let kind = try members.choice("art", of: Kind.self) else {
      throw SchemaError(members.pointer(to: "art"), "is missing")
    }
    self.kind = kind
    var choices: [Choice] = []
    for (value, pointer) in try members.array("werte") {
      let choice = try ObjectMembers(value, at: pointer, what: "value", allowed: ["wert", "text"])
      guard let value = choice.json["wert"] else { throw SchemaError(choice.pointer(to: "wert"), "is missing") }
      choices.append(Choice(value: value, text: try choice.requiredString("text")))
    }
    if kind == .ja_nein, choices.isEmpty {
      choices = [Choice(value: .boolean(true), text: "ja"), Choice(value: .boolean(false), text: "nein")]
    }
    let takesChoices = kind == .auswahl || kind == .ja_nein
    guard choices.isEmpty != takesChoices else {
      throw SchemaError(
        members.pointer(to: "werte"), takesChoices ? "expected the values to choose from" : "not for this art")
    }
    self.choices = choices
    var conditions: [(path: [String], values: [JSONValue])] = []
    if let json = json["wann"] {
      let fields = try ObjectMembers(json, at: members.pointer(to: "wann"), what: "condition")
      for (name, _, _) in fields.all { conditions.append((name.formPath, try fields.array(name).map(\.value))) }
    }
    self.conditions = conditions
    alsoFor = try members.strings("auch")
    isIndependent = try members.bool("unabhaengig")
    reason = try members.string("begruendung").map(\.formPath)
    citation = try members.string("norm") ?? ""
    help = try members.string("hilfe") ?? ""
  }
}

extension ObjectMembers {
  fileprivate func view(
    _ name: String, also allowed: [String]
  ) throws(SchemaError) -> (view: Form.View, members: ObjectMembers) {
    let members = try ObjectMembers(
      json[name] ?? .null, at: pointer(to: name), what: "view", allowed: ["sicht", "subjekt"] + allowed)
    return (
      Form.View(name: try members.requiredString("sicht"), subject: try members.requiredString("subjekt")), members
    )
  }

  fileprivate func surroundings() throws(SchemaError) -> Form.Surroundings {
    guard json["umfeld"] != nil else { return Form.Surroundings(subjects: [], view: nil, field: "") }
    let members = try ObjectMembers(
      json["umfeld"] ?? .null, at: pointer(to: "umfeld"), what: "surroundings",
      allowed: ["subjekte", "sicht", "feld", "subjekt"])
    guard members.json["sicht"] != nil else {
      return Form.Surroundings(subjects: try members.strings("subjekte"), view: nil, field: "")
    }
    return Form.Surroundings(
      subjects: try members.strings("subjekte"),
      view: Form.View(name: try members.requiredString("sicht"), subject: try members.requiredString("subjekt")),
      field: try members.requiredString("feld"))
  }
}

extension String {
  fileprivate var formPath: [String] { split(separator: ".").map(String.init) }
}

extension JSONValue {
  fileprivate static func boolean(_ value: Bool) -> JSONValue {
    guard let document = try? JSONDocument(value ? "true" : "false") else { preconditionFailure("a literal is JSON") }
    return document.root
  }
}
