import DomainPacks
import LogFormat
import Reporting

/// Asks the questions of a form one after the other, those that still matter, and shows after each answer what follows.
///
/// A line with nothing on it leaves a question without an answer, `-` takes the answer back, `fertig` ends the questions.
struct FormDialogue {
  enum Outcome {
    case answered
    /// The input ended before the questions did.
    case inputEnded
  }

  let evaluation: FormEvaluation
  let event: FormEvent
  /// Ask again what is answered, too.
  let asksAll: Bool
  /// The next line; nil at the end of the input.
  let read: () -> String?
  let write: (String) -> Void

  private static let done = "fertig"
  private static let none = "-"

  /// - Parameter answers: those given so far; in the end all that are given now.
  func run(_ answers: inout FormAnswers) throws -> Outcome {
    let text = FormText(form: evaluation.form)
    var status = try evaluation.status(with: event.shown(answers))
    write("\(evaluation.form.title): \(evaluation.subject)")
    write("Leere Zeile: ohne Antwort weiter · - nimmt die Antwort zurück · \(FormDialogue.done) beendet die Fragen")
    write(text.result(status))
    var asked: Set<String> = []
    while let question = next(status, asked: asked, answers) {
      asked.insert(question.field)
      write(text.question(question, answer: status.answers.answer(question.path)))
      guard let answer = try ask(question, &answers) else { return .inputEnded }
      switch answer {
      case .done: return .answered
      case .unanswered: continue
      case .accepted(let next):
        status = next
        write(text.result(status))
      }
    }
    return .answered
  }

  private enum Reply {
    case done
    case unanswered
    case accepted(FormEvaluation.Status)
  }

  private func next(_ status: FormEvaluation.Status, asked: Set<String>, _ answers: FormAnswers) -> Question? {
    evaluation.form.questions.first { question in
      guard !asked.contains(question.field), !answers.has(question.path) else { return false }
      if status.answers.answer(question.path) != nil { return asksAll }
      return question.matters(answers: status.answers, missing: status.missing)
    }
  }

  /// Asks until there is an answer that the packs take.
  ///
  /// - Returns: nil at the end of the input.
  private func ask(_ question: Question, _ answers: inout FormAnswers) throws -> Reply? {
    while true {
      write("> ")
      guard let line = read() else { return nil }
      let input = line.trimmed
      if input.isEmpty { return .unanswered }
      if input.lowercased() == FormDialogue.done { return .done }
      guard let json = input == FormDialogue.none ? "null" : question.read(input) else {
        write("Das ist keine der möglichen Antworten.")
        continue
      }
      var changed = answers
      changed.set(question.path, json)
      if let reason = question.reason, json != "null" {
        write("Begründung oder Rechtsgrundlage (leer: keine)\n> ")
        guard let line = read() else { return nil }
        if !line.trimmed.isEmpty { changed.set(reason, JSONText.string(line.trimmed)) }
      }
      do {
        let status = try evaluation.status(with: event.event(changed))
        answers = changed
        return .accepted(status)
      } catch let refusal as EventRefusal {
        write("Nicht zulässig: \(refusal.pointer): \(refusal.text.de)")
      }
    }
  }
}

extension String {
  fileprivate var trimmed: String {
    String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
