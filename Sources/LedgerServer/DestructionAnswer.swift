import DocumentStore
import EventLog
import HTTPTypes
import HummingbirdCore
import Ledger
import TransparencyLog

/// `DELETE /v1/documents/sha256:…?reason=&legalbasis=&authid=`: destroys a content. Answers 200 with the receipt of the
/// record; 409 where a pack says that it must be kept.
struct DestructionAnswer {
  var digest: Digest
  var reason: String
  var legalBasis: String
  var authid: String?

  init(_ name: Substring, _ request: Request) throws(Problem) {
    digest = try Digest(documentName: name)
    let query = try Query(request.uri.query, names: ["reason", "legalbasis", "authid"])
    func text(_ name: String, _ meaning: String) throws(Problem) -> String {
      guard let text = try query.text(name), !text.allSatisfy(\.isWhitespace) else {
        throw .malformed("/" + name, "required, and missing: \(meaning)")
      }
      return text
    }
    reason = try text("reason", "why it is destroyed")
    legalBasis = try text("legalbasis", "the provision that it rests on")
    authid = try query.text("authid")
  }

  func answer(from ledger: Ledger, to principal: Principal) async throws(Problem) -> Response {
    do {
      let receipt = try await ledger.destroyContent(
        digest, reason: reason, legalBasis: legalBasis, authid: authid, by: principal)
      var answer: [UInt8] = []
      receipt.writeJSON(to: &answer)
      return .json(.ok, answer)
    } catch let refusal as Refusal {
      throw Problem(refusal)
    } catch let error as DocumentStoreError {
      throw Problem(error)
    } catch {
      throw .unavailable("\(error)")
    }
  }
}
