import ArgumentParser
import Foundation
import LogFormat

struct Erase: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Erase personal data: the person's key is destroyed, the records stay.",
    discussion: """
      Four eyes: the first call records the request, the same call by someone else carries it out. PERSON is the \
      pseudonymous reference that events name the person by. What was sealed for the person can then be read by nobody; \
      the log stays as it is and verifies as before. Later events on the person are sealed with a new key.

      While a retention duty or a legal hold stands, the call is refused with the reason. After the key, every file of the \
      ledger is searched for it and for the values that it had sealed; exit status 1 where something is left.
      """)

  @OptionGroup var socket: SocketOption
  @Argument(help: "References of persons.") var persons: [String]
  @Option(help: "Why.") var reason: String
  @Option(help: "The provision it rests on, for example \"Art. 17 Abs. 1 Buchst. a DSGVO\".") var legalBasis: String
  @Option(help: "On whose behalf, where the caller may say so.") var authid: String?
  @Flag(help: "Print the daemon's answer.") var json = false

  private struct Answer: Decodable {
    struct Erasure: Decodable {
      var person: String
      var state: String
      var key: String
      var request: Int
      var sequence: Int
      var remains: Int?
      var files: Int?
      var places: [Place]?
      var unreadable: [String]?
    }

    struct Place: Decodable {
      var file: String
      var count: Int
    }

    var erasures: [Erasure]
    var keybackupsuntil: String?
  }

  func run() async throws {
    var members = [
      #""persons":[\#(persons.map { JSONText.string($0) }.joined(separator: ","))]"#,
      #""reason":\#(JSONText.string(reason))"#, #""legalbasis":\#(JSONText.string(legalBasis))"#,
    ]
    if let authid { members.append(#""authid":\#(JSONText.string(authid))"#) }
    let body = "{" + members.joined(separator: ",") + "}"
    try await DaemonClient.withConnection(to: try socket.path()) { client in
      let answer = try await client.send(
        .post("/v1/erasures", contentType: "application/json", .bytes(Array(body.utf8))))
      guard answer.isSuccess else { throw answer.failure }
      let told = try JSONDecoder().decode(Answer.self, from: Data(answer.body))
      defer { told.erasures.forEach(Erase.complain) }
      if json { Terminal.write(answer.body + [0x0A]) } else { report(told) }
      guard told.erasures.allSatisfy({ $0.remains ?? 0 == 0 && $0.unreadable ?? [] == [] }) else { throw ExitCode(1) }
    }
  }

  private func report(_ told: Answer) {
    for erasure in told.erasures { Terminal.print(text(erasure)) }
    if let day = told.keybackupsuntil, told.erasures.contains(where: { $0.state == "erased" }) {
      Terminal.print(
        Language.text(
          en: "a copy of the keys may exist until \(day); the erasure is complete when it is gone",
          de: "eine Kopie der Schlüssel kann bis \(day) bestehen; vollständig ist die Löschung erst, wenn sie weg ist"
        ))
    }
  }

  /// Says where something is left.
  private static func complain(_ erasure: Answer.Erasure) {
    for place in erasure.places ?? [] {
      Terminal.error(
        Language.text(
          en: "\(erasure.person): \(place.file) still holds the key or a value, \(place.count) times",
          de: "\(erasure.person): \(place.file) enthält noch den Schlüssel oder einen Wert, \(place.count)-mal"))
    }
    for file in erasure.unreadable ?? [] {
      Terminal.error(
        Language.text(
          en: "\(erasure.person): \(file) could not be searched",
          de: "\(erasure.person): \(file) war nicht durchsuchbar"))
    }
  }

  private func text(_ erasure: Answer.Erasure) -> String {
    switch erasure.state {
    case "erased":
      Language.text(
        en: "\(erasure.person): erased with record \(erasure.sequence), requested with record \(erasure.request); "
          + "key \(erasure.key) is destroyed; \(erasure.files ?? 0) files searched, \(erasure.remains ?? 0) remains",
        de: "\(erasure.person): gelöscht mit Datensatz \(erasure.sequence), beantragt mit Datensatz "
          + "\(erasure.request); Schlüssel \(erasure.key) ist vernichtet; \(erasure.files ?? 0) Dateien durchsucht, "
          + "\(erasure.remains ?? 0) Reste")
    default:
      Language.text(
        en: "\(erasure.person): requested with record \(erasure.request); the same call by someone else carries it out",
        de: "\(erasure.person): beantragt mit Datensatz \(erasure.request); derselbe Aufruf durch eine andere Person "
          + "führt die Löschung aus")
    }
  }
}
