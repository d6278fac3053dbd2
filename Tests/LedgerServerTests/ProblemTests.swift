import HummingbirdCore
import HTTPTypes
import Ledger
import LogFormat
import Testing

@testable import LedgerServer

@Suite struct ProblemTests {
  private func text(_ problem: Problem, line: Int? = nil) -> String {
    var bytes: [UInt8] = []
    problem.writeJSON(to: &bytes, line: line)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func writesItsDocument() {
    let problem = Problem(Refusal(.unprocessable, pointer: "/data/preis", "expected a \"number\"\n"))
    #expect(
      text(problem)
        == #"{"type":"urn:aktenspur:problem:unprocessable","title":"Not as the domain pack says","status":422,"#
        + #""detail":"expected a \"number\"\n","pointer":"/data/preis"}"#)
  }

  @Test func namesTheLineOfAStream() throws {
    let document = try JSONDocument(text(.tooLarge("long"), line: 7))
    #expect(document.root["line"]?.integer == 7)
    #expect(document.root["status"]?.integer == 413)
  }

  @Test(arguments: zip(Refusal.Kind.allCases, [400, 403, 404, 409, 413, 415, 422, 429, 503, 503, 507]))
  func givesEveryKindItsStatus(kind: Refusal.Kind, status: Int) {
    let problem = Problem(Refusal(kind, "…"))
    #expect(problem.status.code == status)
    #expect(problem.name == kind.rawValue)
    #expect((problem.headers[.retryAfter] != nil) == (status == 429 || status == 503))
  }

  @Test func answersWithItsMediaType() {
    let response = Problem.methodNotAllowed(.put, allowed: [.get, .post]).answer
    #expect(response.headers[.contentType] == "application/problem+json")
    #expect(response.headers[.allow] == "GET, POST")
  }

  @Test func prefixesThePlaceInABatch() {
    #expect(Problem.malformed("/id", "…").atIndex(3).pointer == "/3/id")
  }
}
