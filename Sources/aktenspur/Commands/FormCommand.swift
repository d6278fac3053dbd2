import ArgumentParser
import DomainPacks
import EventLog
import Ledger
import LogFormat
import Reporting

struct FormCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "form", abstract: "Answer a form of a domain pack, question by question.",
    discussion: """
      Asks in German what still matters for SUBJECT, shows the result after each answer, and records one event with the \
      answers at the end. What the subject has answered before is not asked again, unless --all is given. If the input \
      ends before the questions do, nothing is recorded. --questions prints the questions with the answers so far and \
      the result, for another program's form; --answers takes such a form's answers, a JSON object, and records them, or \
      shows with --questions what would be asked next.
      """)

  @OptionGroup var ledger: LedgerOption
  @OptionGroup var socket: SocketOption
  @OptionGroup var packs: PacksOption
  @Argument(help: "The form's name, e.g. ustg-2b.") var name: String
  @Argument(help: "What it is about, e.g. vertrag/2022-0815.") var subject: String
  @Flag(help: "Print the questions instead of asking them; with --json as JSON.") var questions = false
  @Flag(help: "Print JSON.") var json = false
  @Flag(help: "Ask again what is answered already; an empty line keeps it.") var all = false
  @Option(help: "A file with answers, a JSON object; - for stdin.") var answers: String?
  @Option(help: "On whose behalf, where the caller may say so.") var authid: String?

  func run() async throws {
    let reader = try LedgerReader(at: try ledger.path(), packs: packs.source)
    guard let form = reader.packs.form(name) else {
      let known = reader.packs.packs.flatMap(\.forms).map(\.name).joined(separator: ", ")
      throw Failure(
        .badInput,
        Language.text(
          en: "no pack has a form \(name); there are: \(known)",
          de: "kein Fachpaket hat ein Formular \(name); es gibt: \(known)"))
    }
    guard form.accepts(subject: subject) else {
      throw Failure(
        .badInput,
        Language.text(
          en: "the form \(name) is for \(form.subjectPattern), not for \(subject)",
          de: "das Formular \(name) ist für \(form.subjectPattern), nicht für \(subject)"))
    }
    let evaluation = try FormEvaluation(
      form: form, subject: subject, snapshot: reader.snapshot(), timeZone: reader.log.description.timeZone,
      records: { try reader.log.records(on: Array($0), below: reader.log.size) })
    let version = try reader.log.records(on: [subject], below: reader.log.size).last?.subjectVersion ?? 0
    let event = FormEvent(form: form, subject: subject, authid: authid, expectedVersion: version)
    var given = FormAnswers()
    if let answers { given.merge(try readAnswers(answers), of: form) }
    if questions { return try printQuestions(form, evaluation, event, given) }
    if answers == nil { try await ask(evaluation, event, &given) }
    try await record(given, event, evaluation)
  }

  private func readAnswers(_ file: String) throws -> JSONValue {
    let bytes = try InputFile.contents(of: file)
    let data: JSONValue
    do throws(JSONError) {
      data = try JSONDocument(bytes).root
    } catch {
      throw Failure(.badInput, "\(file): \(error)")
    }
    guard data.kind == .object else {
      throw Failure(
        .badInput,
        "\(file): "
          + Language.text(en: "expected a JSON object of answers", de: "erwartet wird ein JSON-Objekt mit Antworten"))
    }
    return data
  }

  private func status(
    _ evaluation: FormEvaluation, _ event: FormEvent, _ given: FormAnswers
  ) throws -> FormEvaluation.Status {
    do {
      return try evaluation.status(with: event.shown(given))
    } catch let refusal as EventRefusal {
      throw Failure(.badInput, "Nicht zulässig: \(refusal.pointer): \(refusal.text.de)")
    }
  }

  private func printQuestions(
    _ form: Form, _ evaluation: FormEvaluation, _ event: FormEvent, _ given: FormAnswers
  ) throws {
    let status = try status(evaluation, event, given)
    let text = FormText(form: form)
    if json { return Terminal.print(text.json(subject: subject, status)) }
    for question in form.questions where question.matters(answers: status.answers, missing: status.missing) {
      Terminal.print(text.question(question, answer: status.answers.answer(question.path)))
    }
    Terminal.print("\n" + text.result(status))
  }

  private func ask(_ evaluation: FormEvaluation, _ event: FormEvent, _ given: inout FormAnswers) async throws {
    let dialogue = FormDialogue(
      evaluation: evaluation, event: event, asksAll: all, read: { readLine() },
      write: { text in text.hasSuffix("> ") ? Terminal.write(text.utf8) : Terminal.print(text) })
    switch try dialogue.run(&given) {
    case .answered: return
    case .inputEnded:
      throw Failure(.badInput, "Die Eingabe ist zu Ende, bevor alle Fragen gestellt sind; nichts wurde aufgezeichnet.")
    }
  }

  private func record(_ given: FormAnswers, _ event: FormEvent, _ evaluation: FormEvaluation) async throws {
    guard !given.isEmpty else { return Terminal.print("Keine neue Antwort; nichts wurde aufgezeichnet.") }
    let status = try status(evaluation, event, given)
    let body = Array(event.json(given).utf8)
    let answer = try await DaemonClient.withConnection(to: try socket.path()) { client in
      try await client.send(.post("/v1/events", contentType: "application/cloudevents+json", .bytes(body)))
    }
    guard answer.isSuccess else {
      guard answer.status == 409 else { throw answer.failure }
      throw Failure(
        .badInput,
        "Nichts wurde aufgezeichnet: \(subject) wurde inzwischen von jemand anderem geändert. "
          + "Das Formular noch einmal aufrufen. (\(String(decoding: answer.body, as: UTF8.self)))")
    }
    if json { return Terminal.write(answer.body + [0x0A]) }
    Terminal.print("\n" + FormText(form: evaluation.form).result(status))
    let sequence = try JSONDocument(answer.body).root["sequence"]?.integer ?? 0
    Terminal.print("Aufgezeichnet mit Datensatz \(sequence).")
  }
}
