import HTTPTypes
import LogFormat
import NIOCore
import Testing

@testable import LedgerServer

@Suite struct AppendFormTests {
  private func fields(_ fields: [(String, String)]) throws -> HTTPFields {
    var headers = HTTPFields()
    for (name, value) in fields { headers.append(HTTPField(name: try #require(HTTPField.Name(name)), value: value)) }
    return headers
  }

  private func form(_ headers: [(String, String)]) throws -> String {
    switch try AppendForm(try fields(headers)) {
    case .structured: "structured"
    case .binary: "binary"
    case .batch: "batch"
    case .lines(let summary): summary ? "summary" : "lines"
    }
  }

  @Test func choosesByTheHeaders() throws {
    #expect(try form([("Content-Type", "application/cloudevents+json; charset=UTF-8")]) == "structured")
    #expect(try form([("Content-Type", "Application/CloudEvents-Batch+JSON")]) == "batch")
    #expect(try form([("Content-Type", "application/x-ndjson")]) == "lines")
    #expect(try form([("Content-Type", "application/x-ndjson"), ("Prefer", "wait=5, Return=minimal")]) == "summary")
    #expect(try form([("Content-Type", "application/x-ndjson"), ("ce-id", "1")]) == "binary")
    #expect(try form([("ce-specversion", "1.0")]) == "binary")
    // A structured event stays one, whatever an intermediary added.
    #expect(try form([("Content-Type", "application/cloudevents+json"), ("ce-id", "1")]) == "structured")
  }

  @Test(arguments: [
    "application/json", "text/plain", "application/cloudevents+avro", "application/cloudevents-batch+xml",
    "application/cloudevents+json; charset=latin1", "nonsense", "",
  ])
  func refusesOtherTypes(type: String) throws {
    let headers = try fields([("Content-Type", type)])
    let problem = #expect(throws: Problem.self) { try AppendForm(headers) }
    #expect(problem?.status == .unsupportedMediaType)
    #expect(problem?.detail.contains("application/cloudevents+json") == true)
    #expect(problem?.headers[.acceptPost]?.contains("application/x-ndjson") == true)
  }

  @Test func refusesALengthBeforeTheBodyComes() throws {
    let headers = try fields([
      ("Content-Type", "application/cloudevents+json"), ("Content-Length", String(Limits.event + 1)),
    ])
    #expect(#expect(throws: Problem.self) { try AppendForm(headers) }?.status == .contentTooLarge)
  }
}

@Suite struct BinaryEventTests {
  private static let required = [
    ("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "urn:x"), ("ce-type", "t"), ("ce-subject", "rad/1"),
  ]

  private func event(_ more: [(String, String)], body: String = "") throws -> Event {
    var headers = HTTPFields()
    for (name, value) in BinaryEventTests.required + more {
      headers.append(HTTPField(name: try #require(HTTPField.Name(name)), value: value))
    }
    return try BinaryEvent(headers).event(body: ByteBuffer(string: body))
  }

  @Test func takesJSONAsJSON() throws {
    let event = try event([("Content-Type", "application/json")], body: #"{"a": 1}"#)
    #expect(event.payload.json.map { String(decoding: $0.text, as: UTF8.self) } == #"{"a":1}"#)
    #expect(event.dataContentType == nil)
  }

  @Test func keepsAContentTypeThatIsNotTheDefault() throws {
    let event = try event([("Content-Type", "application/vnd.x+json; v=1")], body: "[]")
    #expect(event.payload.json != nil)
    #expect(event.dataContentType == "application/vnd.x+json; v=1")
  }

  @Test func readsABodyWithoutTypeAsJSON() throws {
    #expect(try event([], body: "7").payload.json?.integer == 7)
  }

  @Test func takesOtherContentAsBase64() throws {
    let event = try event([("Content-Type", "text/plain")], body: "Grüße")
    guard case .base64(let text) = event.payload else {
      Issue.record("expected base64")
      return
    }
    #expect(text == "R3LDvMOfZQ==")
    #expect(event.dataContentType == "text/plain")
  }

  @Test func hasNoPayloadWithoutBody() throws {
    guard case .none = try event([("Content-Type", "application/json")]).payload else {
      Issue.record("expected no payload")
      return
    }
  }

  @Test func decodesHeaderValues() throws {
    let event = try event([("ce-ort", "Euro%20%E2%82%AC%20%F0%9F%98%80"), ("ce-alt", #""mit \"Zeichen\"""#)])
    #expect(event.extensions.first { $0.name == "ort" }?.value.text == "Euro € 😀")
    #expect(event.extensions.first { $0.name == "alt" }?.value.text == "mit \"Zeichen\"")
  }

  @Test(arguments: [
    ("ce-ort", "100%", "/ce-ort"), ("ce-ort", "%FF", "/ce-ort"), ("ce-id", "2", "/ce-id"),
    ("ce-sequence", "00000000000000000000", "/ce-sequence"), ("ce-data", "x", "/ce-data"),
  ])
  func refusesBadHeadersByName(name: String, value: String, pointer: String) {
    let problem = #expect(throws: Problem.self) { try event([(name, value)]) }
    #expect(problem?.status == .badRequest)
    #expect(problem?.pointer == pointer)
  }

  @Test func refusesABodyThatIsNoJSON() {
    let problem = #expect(throws: Problem.self) { try event([("Content-Type", "application/json")], body: "{") }
    #expect(problem?.status == .badRequest)
  }
}
