import EventLog
import HTTPTypes
import HummingbirdCore
import Ledger
import LogFormat
import Privacy

/// `POST /v1/erasures`: `{"persons":["person/4711"],"reason":"…","legalbasis":"…","authid":"…"}`.
///
/// Answers 201 and for each person what became of it: `state` is `requested` the first time, and `erased` when somebody
/// else asks for the same. `request` is the record of the first, `sequence` that of this step. `keybackupsuntil` is the last
/// day on which a copy of the keys may still exist (null: none does); until then the data can be read with it. Of what is
/// erased, `remains` says how often the key or a value of it was found in the ledger's files, of which `files` were
/// looked through; where that is not 0, `places` names the files. 409 where a retention duty or a hold stands.
enum ErasureAnswer {
  static func answer(
    _ body: JSONValue, from ledger: Ledger, to principal: Principal
  ) async throws(Problem) -> Response {
    let request = ErasureRequest(
      persons: try persons(body), reason: try AnchorAnswer.text("reason", of: body),
      legalBasis: try AnchorAnswer.text("legalbasis", of: body),
      authid: body["authid"] == nil ? nil : try AnchorAnswer.text("authid", of: body))
    try AnchorAnswer.expect(only: ["persons", "reason", "legalbasis", "authid"], in: body)
    let erasures: [Erasure]
    let until: String?
    do {
      erasures = try await ledger.erase(request, by: principal)
      until = try await ledger.keyBackupsUntil()
    } catch {
      throw Problem(error)
    }
    let list = erasures.map(json).joined(separator: ",")
    let day = until.map { JSONText.string($0) } ?? "null"
    return .json(.created, Array(#"{"erasures":[\#(list)],"keybackupsuntil":\#(day)}"#.utf8))
  }

  private static func json(_ erasure: Erasure) -> String {
    var members = [
      #""person":\#(JSONText.string(erasure.person))"#, #""state":"\#(erasure.state.rawValue)""#,
      #""key":"\#(erasure.key)""#, #""request":\#(erasure.request)"#, #""sequence":\#(erasure.receipt.sequence)"#,
      #""recordedtime":"\#(erasure.receipt.recordedTime)""#,
    ]
    if let remains = erasure.remains {
      let places = remains.places.map { #"{"file":\#(JSONText.string($0.file)),"count":\#($0.count)}"# }
      members += [
        #""remains":\#(remains.count)"#, #""files":\#(remains.files)"#, #""bytes":\#(remains.bytes)"#,
        #""values":\#(remains.values)"#, #""shortvalues":\#(remains.shortValues)"#,
        #""places":[\#(places.joined(separator: ","))]"#,
        #""unreadable":[\#(remains.unreadable.map { JSONText.string($0) }.joined(separator: ","))]"#,
      ]
    }
    return "{" + members.joined(separator: ",") + "}"
  }

  private static func persons(_ body: JSONValue) throws(Problem) -> [String] {
    guard let persons = body["persons"], persons.kind == .array else {
      throw .malformed("/persons", "expected an array of person references")
    }
    var texts: [String] = []
    for (place, person) in persons.elements.enumerated() {
      guard let text = person.string, !text.isEmpty else {
        throw .malformed("/persons/\(place)", "expected a person reference")
      }
      texts.append(text)
    }
    return texts
  }
}
