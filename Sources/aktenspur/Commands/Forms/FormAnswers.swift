import DomainPacks
import EventLog
import Foundation
import LogFormat

/// The answers given now, in the order in which they were given: what the event will hold.
struct FormAnswers {
  private var given: [(path: [String], json: String)] = []

  var isEmpty: Bool { given.isEmpty }

  mutating func set(_ path: [String], _ json: String) {
    given.removeAll { $0.path == path }
    given.append((path, json))
  }

  func has(_ path: [String]) -> Bool { given.contains { $0.path == path } }

  /// Answers as somebody else's form gives them: the event's data, a JSON object.
  ///
  /// An object inside it is taken apart only where the form asks for its fields.
  mutating func merge(_ data: JSONValue, of form: Form) {
    for member in data.members {
      // Under the name that the questions as JSON give it: `abs3_nr2.a`.
      if let question = form.questions.first(where: { $0.path.count > 1 && $0.field == member.name }) {
        set(question.path, String(decoding: member.value.text, as: UTF8.self))
        continue
      }
      let inner = form.questions.filter { $0.path.count > 1 && $0.path[0] == member.name }
      if inner.isEmpty || member.value.kind != .object {
        set([member.name], String(decoding: member.value.text, as: UTF8.self))
      } else {
        for field in member.value.members {
          set([member.name, field.name], String(decoding: field.value.text, as: UTF8.self))
        }
      }
    }
  }

  /// A JSON object.
  var data: String { FormAnswers.object(given.map { ($0.path[...], $0.json) }) }

  private static func object(_ fields: [(path: ArraySlice<String>, json: String)]) -> String {
    var names: [String] = []
    for name in fields.compactMap(\.path.first) where !names.contains(name) { names.append(name) }
    let members = names.map { name in
      let own = fields.filter { $0.path.first == name }
      let leaf = own.last { $0.path.count == 1 }?.json
      let value = leaf ?? object(own.map { ($0.path.dropFirst(), $0.json) })
      return JSONText.string(name) + ":" + value
    }
    return "{" + members.joined(separator: ",") + "}"
  }
}

/// The event that a form records.
struct FormEvent {
  static let source = "urn:aktenspur:formular"

  let form: Form
  let subject: String
  let authid: String?
  /// The subject's version when it was read: who was overtaken by somebody else is refused.
  let expectedVersion: UInt64
  private let id = "formular-" + UUID().uuidString.lowercased()
  private let time = Timestamp.now.text

  init(form: Form, subject: String, authid: String?, expectedVersion: UInt64) {
    self.form = form
    self.subject = subject
    self.authid = authid
    self.expectedVersion = expectedVersion
  }

  func json(_ answers: FormAnswers) -> String {
    var members = [
      #""specversion":"1.0""#, #""id":"\#(id)""#, #""source":"\#(FormEvent.source)""#,
      #""type":\#(JSONText.string(form.eventType))"#, #""subject":\#(JSONText.string(subject))"#,
      #""time":"\#(time)""#, #""expectedversion":\#(expectedVersion)"#,
    ]
    if let authid { members.append(#""authid":\#(JSONText.string(authid))"#) }
    members += [#""datacontenttype":"application/json""#, #""data":\#(answers.data)"#]
    return "{" + members.joined(separator: ",") + "}"
  }

  func event(_ answers: FormAnswers) throws -> Event {
    try Event(JSONDocument(json(answers)).root)
  }

  /// What the result is shown for: the subject as it is where nothing is answered now. One that is new has no result yet,
  /// and is shown as if the form had been begun.
  func shown(_ answers: FormAnswers) throws -> Event? {
    answers.isEmpty && expectedVersion > 0 ? nil : try event(answers)
  }
}
