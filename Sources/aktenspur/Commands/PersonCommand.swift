import ArgumentParser
import Foundation
import NIOHTTP1
import LogFormat

struct PersonCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "person", abstract: "Everything the log says about a person (DSGVO Art. 15).",
    discussion: """
      PERSON is the pseudonymous reference that events name the person by. Found are the records about the person, those \
      that name it, those that hold something sealed for it, those it recorded, and the readings of its data. What is \
      sealed for it is shown in the clear, as far as it was not erased; what is sealed for others stays sealed. The reading \
      is recorded; it needs the right to unseal.
      """)

  @OptionGroup var socket: SocketOption
  @Argument(help: "Reference of a person.") var person: String
  @Option(help: "Why.") var grund = "Auskunft nach Art. 15 DSGVO"
  @Option(help: "On whose behalf, where the caller may say so.") var authid: String?
  @Flag(help: "Print one object: person, records.") var json = false

  func run() async throws {
    var path = ""
    for byte in person.utf8 {
      let isPlain = byte < 0x80 && (Character(UnicodeScalar(byte)).isLetter || Character(UnicodeScalar(byte)).isNumber)
      path += isPlain || "-._~/".utf8.contains(byte) ? String(UnicodeScalar(byte)) : String(format: "%%%02X", byte)
    }
    var components = URLComponents()
    components.percentEncodedPath = "/v1/persons/" + path
    components.queryItems = [URLQueryItem(name: "grund", value: grund)]
    if let authid { components.queryItems?.append(URLQueryItem(name: "authid", value: authid)) }
    let uri = (components.string ?? "").replacingOccurrences(of: "+", with: "%2B")
    var lines = LineBuffer()
    var count = 0
    let answer = try await DaemonClient.withConnection(to: try socket.path()) { client in
      try await client.send(.init(method: .GET, path: uri, contentType: nil, body: .none)) { chunk in
        for line in lines.take(chunk) {
          if json {
            let head = count == 0 ? Array(#"{"person":\#(JSONText.string(person)),"records":["#.utf8) : [0x2C]
            Terminal.write(head + line)
          } else {
            Terminal.print(try PersonCommand.text(JSONDocument(line).root))
          }
          count += 1
        }
      }
    }
    guard answer.isSuccess else { throw answer.failure }
    if json {
      let head = count == 0 ? #"{"person":\#(JSONText.string(person)),"records":["# : ""
      Terminal.print(head + "]}")
    } else {
      Terminal.print(
        Language.text(
          en: "\(count) records on \(person)", de: "\(count) Datensätze zu \(person)"))
    }
  }

  /// A record for people: when and what, how it concerns the person, who, and what it says.
  private static func text(_ line: JSONValue) -> String {
    let record = line["record"]
    func attribute(_ name: String) -> String { (record?[name]?.string ?? "").onOneLine }
    let sequence = line["sequence"]?.numberText ?? ""
    let time = record?["time"]?.string ?? attribute("recordedtime")
    let relations = line["relations"]?.elements.compactMap { $0.string.map(name) } ?? []
    var text = Language.text(en: "Record \(sequence)", de: "Datensatz \(sequence)")
    text += " · \(time) · \(line["title"]?.string ?? attribute("type")) · \(attribute("subject"))\n"
    text += "  " + Language.text(en: "concerns the person as: ", de: "Bezug zur Person: ")
    text += relations.joined(separator: ", ") + "\n"
    text += "  " + Language.text(en: "recorded by", de: "erfasst durch") + " \(attribute("recordedby"))"
    text += attribute("authid").isEmpty ? "" : " (\(attribute("authid")))"
    let erased = Set(line["erased"]?.elements.compactMap(\.string) ?? [])
    for member in record?["data"]?.members.map({ $0 }) ?? [] {
      let isErased = erased.contains("/data/" + JSONText.pointerToken(member.name))
      let value =
        isErased
        ? Language.text(en: "(erased)", de: "(gelöscht)")
        : member.value.string ?? String(decoding: member.value.text, as: UTF8.self)
      text += "\n    \(member.name.onOneLine): \(value.onOneLine)"
    }
    return text + "\n"
  }

  private static func name(_ relation: String) -> String {
    switch relation {
    case "subject": Language.text(en: "subject", de: "Gegenstand")
    case "actor": Language.text(en: "actor", de: "handelnd")
    case "named": Language.text(en: "named", de: "genannt")
    case "sealed": Language.text(en: "sealed field", de: "versiegeltes Feld")
    case "reading": Language.text(en: "its data were read", de: "Daten wurden gelesen")
    default: relation
    }
  }
}
