import Testing
import TransparencyLog

@testable import LogFormat

@Suite struct ContentTests {
  private func event(
    id: String = "1", source: String = "urn:a", type: String = "t", subject: String = "s", time: String? = nil,
    extensions: [Extension] = [], contentType: String? = nil, schema: String? = nil, payload: Event.Payload = .none,
    expected: UInt64? = nil
  ) -> Event {
    Event(
      id: id, source: source, type: type, subject: subject, time: time, extensions: extensions,
      dataContentType: contentType, dataSchema: schema, payload: payload, expectedVersion: expected)
  }

  /// Whether a record of the first event has the content of the second.
  private func same(
    _ stored: Event, _ sent: Event, dataIsEqual: (JSONValue, JSONValue) -> Bool = { _, _ in false }
  ) throws -> Bool {
    var line: [UInt8] = []
    stored.writeLine(
      stamp: Stamp(
        sequence: 7, subjectVersion: 1, recordedTime: Timestamp(microseconds: 0), recordedBy: "x", batchEnd: nil,
        previousHash: .zero),
      to: &line)
    return sent.hasContent(of: try Record(line: line), dataIsEqual: dataIsEqual)
  }

  @Test("Order of members, escapes, the default content type and the expected version do not count")
  func sameContent() throws {
    let stored = event(payload: .json(try json(#"{"a":"ä","b":[1,2.50]}"#)), expected: 0)
    #expect(try same(stored, event(payload: .json(json(#"{ "b":[1, 2.50], "a":"\u00e4" }"#)), expected: 7)))
    #expect(try same(stored, event(contentType: "application/json", payload: stored.payload)))
    #expect(try same(event(contentType: "application/json"), event()))
    #expect(try same(event(payload: .base64("AAAA")), event(payload: .base64("AAAA"))))
  }

  @Test("Each attribute and each kind of payload counts")
  func otherContent() throws {
    let one = event(
      time: "2022-12-31T11:00:00Z", extensions: [Extension("authid", .string("a"))], schema: "urn:s",
      payload: .json(try json("1")))
    #expect(try same(one, one))
    func other(
      id: String? = nil, source: String? = nil, type: String? = nil, subject: String? = nil, time: String?? = .none,
      schema: String?? = .none, contentType: String? = nil
    ) -> Event {
      Event(
        id: id ?? one.id, source: source ?? one.source, type: type ?? one.type, subject: subject ?? one.subject,
        time: time ?? one.time, extensions: one.extensions, dataContentType: contentType,
        dataSchema: schema ?? one.dataSchema, payload: one.payload)
    }
    let others: [(String, Event)] = [
      ("id", other(id: "2")), ("source", other(source: "urn:b")), ("type", other(type: "u")),
      ("subject", other(subject: "S")), ("time", other(time: "2022-12-31T11:00:00.0Z")),
      ("no time", other(time: .some(nil))), ("schema", other(schema: .some(nil))),
      ("content type", other(contentType: "text/json")), ("authid", one.acting(as: "b")),
      ("no payload", one.with(payload: .none)), ("payload as base64", one.with(payload: .base64("MQ=="))),
    ]
    #expect(try same(one, other()))
    for (what, other) in others {
      #expect(try !same(one, other), "\(what)")
      #expect(try !same(other, one), "\(what), the other way round")
    }
    #expect(try !same(one, event(time: one.time, schema: one.dataSchema, payload: one.payload)))
    #expect(try !same(event(payload: .json(json("1"))), event(payload: .json(json("1.0")))))
    #expect(try !same(event(payload: .json(json("null"))), event()))
    #expect(try !same(event(payload: .base64("AAAA")), event(payload: .base64("AAAB"))))
    #expect(
      try !same(event(extensions: [Extension("a", .integer(1))]), event(extensions: [Extension("a", .string("1"))])))
    #expect(
      try !same(
        event(extensions: [Extension("a", .boolean(true))]), event(extensions: [Extension("b", .boolean(true))])))
  }

  @Test("Composed and decomposed letters are not the same")
  func unicodeForms() throws {
    let (composed, decomposed) = ("\u{e9}", "e\u{301}")
    #expect(try !same(event(id: composed), event(id: decomposed)))
    #expect(try !same(event(subject: composed), event(subject: decomposed)))
    #expect(
      try !same(
        event(extensions: [Extension("a", .string(composed))]), event(extensions: [Extension("a", .string(decomposed))])
      ))
    #expect(try !same(event(payload: .json(json("\"\(composed)\""))), event(payload: .json(json("\"\(decomposed)\"")))))
  }

  @Test("Where payloads differ as they stand, whoever can unseal decides")
  func sealed() throws {
    let stored = event(payload: .json(try json(#"{"name":{"sealed":"x"}}"#)))
    let sent = event(payload: .json(try json(#"{"name":"A"}"#)))
    var asked = 0
    #expect(
      try same(stored, sent) { sent, stored in
        asked += 1
        return sent["name"]?.string == "A" && stored["name"]?.kind == .object
      })
    #expect(asked == 1)
    #expect(try same(stored, stored) { _, _ in false })
    // Nobody is asked about attributes.
    #expect(try !same(stored, event(id: "2", payload: sent.payload)) { _, _ in true })
  }
}
