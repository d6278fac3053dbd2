import ArgumentParser
import DomainPacks
import EventLog
import Foundation
import Ledger
import LogFormat

struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Record the rows of a table, CSV or JSON, as events.",
    usage: """
      aktenspur import NAME INPUT [--dry-run]
      aktenspur import --mapping FILE INPUT [--dry-run]
      """,
    discussion: """
      NAME is a mapping of a domain pack (e.g. contracts), FILE a mapping of your own: it says which columns become \
      which events. INPUT is a file, - is stdin. Whatever is wrong is reported with line and column, all of it, and then \
      nothing is recorded: the events are one batch. The same file again records nothing twice, a corrected row is \
      recorded anew. A batch holds 10,000 events and 16 MiB at most; a larger file is refused, or recorded with \
      --several-batches: checked as a whole, then recorded in batches in its order, which can be repeated where it was \
      interrupted.
      """)

  @OptionGroup var ledger: LedgerOption
  @OptionGroup var socket: SocketOption
  @OptionGroup var packs: PacksOption
  @Argument(help: "The mapping's name, unless --mapping is given, and the file.") var arguments: [String]
  @Option(help: "A file with a mapping, in place of NAME.") var mapping: String?
  @Flag(help: "Check only; record nothing.") var dryRun = false
  @Flag(help: "Record more than one batch holds, batch by batch.") var severalBatches = false
  @Flag(help: "Print the result as JSON; with --dry-run the events too.") var json = false

  func validate() throws {
    guard arguments.count == (mapping == nil ? 2 : 1) else {
      throw ValidationError("expected NAME INPUT, or --mapping FILE INPUT")
    }
  }

  func run() async throws {
    let set = try packs.set(ledger)
    let mapping = try readMapping(set)
    let input = arguments[arguments.count - 1]
    var read = Import(try InputFile.contents(of: input), by: mapping, packs: set)
    try refuse(read.problems, read, input)
    read.leaveOutFirst(on: try recorded(among: read.subjectsToKnow))
    let batches = Batches(read.entries.map(\.text))
    guard batches.count <= 1 || severalBatches else {
      throw Failure(
        .badInput,
        Language.text(
          en:
            "\(input): \(read.entries.count) events are more than one batch holds (10,000 events, 16 MiB); nothing was "
            + "recorded. Split the file, or give --several-batches",
          de: "\(input): \(read.entries.count) Ereignisse sind mehr, als ein Stapel fasst (10.000 Ereignisse, 16 MiB); "
            + "nichts wurde aufgezeichnet. Die Datei teilen oder --several-batches angeben"))
    }
    if dryRun { return report(read, recorded: 0) }
    let recorded = try await send(batches, read, input)
    report(read, recorded: recorded)
  }

  private func readMapping(_ set: PackSet) throws -> ImportMapping {
    if let file = mapping {
      do {
        let mapping = try ImportMapping(name: file, json: try InputFile.contents(of: file))
        for event in mapping.eventTypes where set.eventType(event) == nil {
          throw Failure(.badInput, "\(file): no pack knows the event type \(event)")
        }
        return mapping
      } catch let error as ImportMappingError {
        throw Failure(.badInput, "\(file): \(error)")
      }
    }
    guard let mapping = set.mapping(arguments[0]) else {
      let known = set.packs.flatMap(\.mappings).map(\.name).joined(separator: ", ")
      throw Failure(.badInput, "no pack has a mapping \(arguments[0]); there are: \(known)")
    }
    return mapping
  }

  /// Those of the subjects on which something is recorded.
  private func recorded(among subjects: Set<String>) throws -> Set<String> {
    guard !subjects.isEmpty else { return [] }
    let log = try LedgerReader(at: try ledger.path(), packs: packs.source).log
    var known: Set<String> = []
    var rest = Array(subjects)[...]
    while !rest.isEmpty {
      known.formUnion(try log.records(on: Array(rest.prefix(1000)), below: log.size).map(\.subject))
      rest = rest.dropFirst(1000)
    }
    return known
  }

  // MARK: Sending

  /// - Returns: how many events were recorded now.
  private func send(_ batches: Batches, _ read: Import, _ input: String) async throws -> Int {
    var recorded = 0
    var first = 0
    try await DaemonClient.withConnection(to: try socket.path()) { client in
      for (number, batch) in batches.all.enumerated() {
        let answer = try await client.send(
          .post("/v1/events", contentType: "application/cloudevents-batch+json", .bytes(batch.bytes)))
        guard answer.isSuccess else {
          if number > 0 {
            Terminal.error(
              Language.text(
                en: "batches 1 to \(number) of \(batches.count) are recorded; the same call again goes on behind them",
                de:
                  "Stapel 1 bis \(number) von \(batches.count) sind aufgezeichnet; derselbe Aufruf macht danach weiter")
            )
          }
          try refuse(refusal(answer, read, first: first), read, input)
          throw answer.failure
        }
        for receipt in try JSONDocument(answer.body).root.elements where receipt["duplicate"]?.bool == false {
          recorded += 1
        }
        first += batch.count
      }
    }
    return recorded
  }

  /// The daemon's refusal of a batch as a problem of the row it is about; none where it is about no event.
  private func refusal(_ answer: DaemonClient.Answer, _ read: Import, first: Int) throws -> [ImportProblem] {
    guard answer.failure.status == .badInput, let problem = try? JSONDocument(answer.body).root,
      let pointer = problem["pointer"]?.string, let detail = problem["detail"]?.string
    else { return [] }
    let tokens = pointer.split(separator: "/")
    guard let index = tokens.first.flatMap({ Int($0) }), index + first < read.entries.count else { return [] }
    let field = tokens.dropFirst().map { "/" + $0 }.joined()
    return [read.problem(ofEntry: first + index, detail: field.isEmpty ? detail : "\(field): \(detail)")]
  }

  // MARK: Telling

  private func refuse(_ problems: [ImportProblem], _ read: Import, _ input: String) throws {
    guard !problems.isEmpty else { return }
    if json { Terminal.print(resultJSON(read, recorded: 0, problems)) }
    for problem in problems { Terminal.error(text(problem, read, input)) }
    throw Failure(
      .badInput,
      Language.text(
        en: "\(input): \(problems.count) errors, see above; nothing was recorded",
        de: "\(input): \(problems.count) Fehler, siehe oben; nichts wurde aufgezeichnet"))
  }

  private func text(_ problem: ImportProblem, _ read: Import, _ input: String) -> String {
    var place: [String] = []
    if problem.line > 0 {
      place.append(
        read.countsEntries
          ? Language.text(en: "entry \(problem.line)", de: "Eintrag \(problem.line)")
          : Language.text(en: "line \(problem.line)", de: "Zeile \(problem.line)"))
    }
    if let column = problem.column { place.append(Language.text(en: "column \(column)", de: "Spalte \(column)")) }
    let name = problem.name.map { " (\($0))" } ?? ""
    let detail = Language.text(en: problem.detail.en, de: problem.detail.de)
    return "\(input): " + place.joined(separator: ", ") + name + ": " + detail
  }

  private func report(_ read: Import, recorded: Int) {
    if json { return Terminal.print(resultJSON(read, recorded: recorded, [])) }
    let count = read.entries.count
    Terminal.print(
      dryRun
        ? Language.text(
          en: "\(count) events, no errors; nothing was recorded (--dry-run)",
          de: "\(count) Ereignisse, keine Fehler; nichts wurde aufgezeichnet (--dry-run)")
        : Language.text(
          en: "\(count) events: \(recorded) recorded, \(count - recorded) recorded before",
          de: "\(count) Ereignisse: \(recorded) aufgezeichnet, \(count - recorded) schon vorher"))
  }

  private func resultJSON(_ read: Import, recorded: Int, _ problems: [ImportProblem]) -> String {
    let errors = problems.map { problem in
      var members = ["\"\(read.countsEntries ? "entry" : "line")\":\(problem.line)"]
      if let column = problem.column { members.append("\"column\":\(column)") }
      if let name = problem.name { members.append("\"name\":\(JSONText.string(name))") }
      members.append("\"detail\":\(JSONText.string(problem.detail.en))")
      return "{" + members.joined(separator: ",") + "}"
    }
    var members = [
      "\"dryrun\":\(dryRun)", "\"count\":\(read.entries.count)", "\"recorded\":\(recorded)",
      "\"errors\":[\(errors.joined(separator: ","))]",
    ]
    if dryRun { members.append("\"events\":[\(read.entries.map(\.text).joined(separator: ",\n"))]") }
    return "{" + members.joined(separator: ",") + "}"
  }
}

/// Events in batches that the daemon takes.
private struct Batches {
  private static let maximumCount = 10_000
  private static let maximumBytes = 16 << 20

  private(set) var all: [(count: Int, bytes: [UInt8])] = []

  var count: Int { all.count }

  init(_ events: [String]) {
    var begin = 0
    while begin < events.count {
      var bytes = Array("[".utf8)
      var end = begin
      while end < events.count, end - begin < Batches.maximumCount,
        end == begin || bytes.count + events[end].utf8.count + 2 <= Batches.maximumBytes
      {
        if end > begin { bytes.append(UInt8(ascii: ",")) }
        bytes += events[end].utf8
        end += 1
      }
      bytes.append(UInt8(ascii: "]"))
      all.append((end - begin, bytes))
      begin = end
    }
  }
}
