import DomainPacks
import LogFormat
import ReadModels
import Reporting

/// How questions and results stand on a terminal, and in JSON for other programs' forms.
struct FormText {
  /// How many open fields are named after an answer.
  private static let shownTitles = 5

  let form: Form

  // MARK: For people

  func question(_ question: Question, answer: JSONValue?) -> String {
    var lines = ["", "\(question.text)  [\(question.field)]"]
    if !question.citation.isEmpty { lines.append("  \(question.citation)") }
    if !question.help.isEmpty { lines.append("  Hilfe: \(question.help)") }
    for (index, choice) in question.choices.enumerated() {
      let value = FormText.plain(choice.value)
      lines.append("  \(index + 1)  \(choice.text)" + (choice.value.string == nil ? "" : " (\(value))"))
    }
    switch question.kind {
    case .datum: lines.append("  Tag: TT.MM.JJJJ oder JJJJ-MM-TT")
    case .cent: lines.append("  Betrag: ganze Zahl in Cent, oder mit Komma in Euro (1.234,56)")
    case .auswahl, .ja_nein, .text: break
    }
    if let answer { lines.append("  bisher: \(FormText.plain(answer))") }
    return lines.joined(separator: "\n")
  }

  func result(_ status: FormEvaluation.Status) -> String {
    var lines = status.rows.map { row in
      let cells = zip(form.columns, row).filter { $1 != .null }.map { "\($0.title): \($1.shown)" }
      return "Ergebnis: " + cells.joined(separator: " · ")
    }
    if lines.isEmpty { lines = ["Ergebnis: noch keines"] }
    if !status.missing.isEmpty {
      let open = titles(of: status.missing)
      let more = open.count > FormText.shownTitles ? " und \(open.count - FormText.shownTitles) weitere" : ""
      lines.append("Offen: " + open.prefix(FormText.shownTitles).joined(separator: ", ") + more)
    }
    if !form.notice.isEmpty { lines.append(form.notice) }
    return lines.joined(separator: "\n")
  }

  /// The fields in the order of the questions.
  private func titles(of fields: Set<String>) -> [String] {
    var known: [String] = []
    for question in form.questions where fields.contains(question.path[0]) && !known.contains(question.path[0]) {
      known.append(question.path[0])
    }
    return known + fields.subtracting(known).sorted()
  }

  private static func plain(_ value: JSONValue) -> String {
    switch value.kind {
    case .bool: value.bool == true ? "ja" : "nein"
    default: value.string ?? String(decoding: value.text, as: UTF8.self)
    }
  }

  // MARK: For programs

  func json(subject: String, _ status: FormEvaluation.Status) -> String {
    let members = [
      member("formular", form.name), member("titel", form.title), member("subjekt", subject),
      member("ereignis", form.eventType), member("hinweis", form.notice),
      "\"angaben\":" + String(decoding: status.answers.text, as: UTF8.self),
      "\"fragen\":[" + form.questions.map { question($0, status) }.joined(separator: ",\n") + "]",
      "\"ergebnis\":[" + status.rows.map(row).joined(separator: ",\n") + "]",
      "\"fehlend\":[" + titles(of: status.missing).map { JSONText.string($0) }.joined(separator: ",") + "]",
    ]
    return "{" + members.joined(separator: ",\n") + "}"
  }

  private func question(_ question: Question, _ status: FormEvaluation.Status) -> String {
    let answer = status.answers.answer(question.path)
    let matters = question.matters(answers: status.answers, missing: status.missing)
    var members = [
      member("feld", question.field), member("frage", question.text), member("art", question.kind.rawValue),
      member("norm", question.citation), member("hilfe", question.help),
    ]
    if !question.choices.isEmpty {
      let choices = question.choices.map { choice in
        "{\"wert\":" + String(decoding: choice.value.text, as: UTF8.self) + "," + member("text", choice.text) + "}"
      }
      members.append("\"werte\":[" + choices.joined(separator: ",") + "]")
    }
    if let reason = question.reason { members.append(member("begruendung", reason.joined(separator: "."))) }
    members.append("\"antwort\":" + (answer.map { String(decoding: $0.text, as: UTF8.self) } ?? "null"))
    members.append("\"offen\":\(matters && answer == nil)")
    return "{" + members.joined(separator: ",") + "}"
  }

  private func row(_ values: [SQLValue]) -> String {
    let members = zip(form.columns, values).map { column, value in
      let json =
        switch value {
        case .null: "null"
        case .integer, .real: value.shown
        case .text, .blob: JSONText.string(value.shown)
        }
      return JSONText.string(column.name) + ":" + json
    }
    return "{" + members.joined(separator: ",") + "}"
  }

  private func member(_ name: String, _ text: String) -> String { "\"\(name)\":" + JSONText.string(text) }
}
