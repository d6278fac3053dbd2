import Testing

@testable import LogFormat

/// A whole event in structured form; `members` replace or follow the usual ones, nil leaves one out.
private func eventText(_ members: KeyValuePairs<String, String?> = [:]) -> String {
  var all: [(name: String, value: String?)] = [
    ("specversion", #""1.0""#), ("id", #""1""#), ("source", #""urn:nwm:dms:d3""#),
    ("type", #""de.aktenspur.vertrag.erfasst""#), ("subject", #""vertrag/2022-0815""#),
  ]
  for (name, value) in members {
    if let place = all.firstIndex(where: { $0.name == name }) {
      all[place].value = value
    } else {
      all.append((name, value))
    }
  }
  return "{"
    + all.compactMap { member in member.value.map { "\(JSONText.string(member.name)):\($0)" } }.joined(separator: ",")
    + "}"
}

private func event(_ members: KeyValuePairs<String, String?> = [:]) throws -> Event {
  try Event(json(eventText(members)))
}

/// The refusal of an event, `pointer: detail`.
private func refusal(_ text: String) throws -> EventError? {
  let root = try json(text)
  do throws(EventError) {
    _ = try Event(root)
    return nil
  } catch {
    return error
  }
}

@Suite struct EventTests {
  @Test(
    "Whatever must be escaped in an attribute is, however the event came",
    arguments: ["id", "type", "subject"], [#"a"b"#, #"a\b"#, #"\"#, "a\u{e9}b", "plain"])
  func escapedAttributes(_ name: String, _ value: String) throws {
    let attributes = ["specversion": "1.0", "id": "1", "source": "urn:x", "type": "t", "subject": "s"]
      .merging([name: value]) { $1 }
    let inJSON = try event([name: JSONText.string(value)])
    let inHeaders = try Event(headers: attributes.map { ($0.key, $0.value) }, contentType: nil, body: .none)
    let made = Event(
      id: attributes["id"] ?? "", source: "urn:x", type: attributes["type"] ?? "", subject: attributes["subject"] ?? "")
    for event in [inJSON, inHeaders, made] {
      var head: [UInt8] = []
      event.writeHead(to: &head)
      #expect(String(decoding: head, as: UTF8.self).contains(#","\#(name)":\#(JSONText.string(value))"#))
    }
  }

  @Test("An event's attributes are read, its extensions put in order")
  func reading() throws {
    let event = try event([
      "zeit": #""später""#, "time": #""2022-12-31T10:00:00+01:00""#, "datacontenttype": #""application/vnd.x+json""#,
      "dataschema": #""https://example.org/s""#, "expectedversion": "3", "authid": #""clerk-7""#, "a1": "-5",
      "a0": "true",
      "data": #"{"n" : 1.50}"#,
    ])
    #expect(event.id == "1" && event.source == "urn:nwm:dms:d3" && event.subject == "vertrag/2022-0815")
    #expect(event.type == "de.aktenspur.vertrag.erfasst" && event.time == "2022-12-31T10:00:00+01:00")
    #expect(
      event.extensions == [
        Extension("a0", .boolean(true)), Extension("a1", .integer(-5)), Extension("authid", .string("clerk-7")),
        Extension("zeit", .string("später")),
      ])
    #expect(event.dataContentType == "application/vnd.x+json" && event.dataSchema == "https://example.org/s")
    #expect(event.expectedVersion == 3 && event.authid == "clerk-7")
    #expect(event.payload.json.map { String(decoding: $0.text, as: UTF8.self) } == #"{"n":1.50}"#)
  }

  @Test("An attribute that is null is as if absent")
  func nullAttributes() throws {
    let event = try event(["time": "null", "traceparent": "null", "expectedversion": "null", "datacontenttype": "null"])
    #expect(
      event.time == nil && event.extensions.isEmpty && event.expectedVersion == nil && event.dataContentType == nil)
    #expect(try refusal(eventText(["id": "null"]))?.pointer == "/id")
    // `data` is no attribute: null is a payload.
    #expect(try self.event(["data": "null"]).payload.json?.kind == .null)
  }

  private func event(_ members: KeyValuePairs<String, String?>) throws -> Event { try Event(json(eventText(members))) }

  @Test(
    "Ledger attributes are refused",
    arguments: ["sequence", "subjectversion", "recordedtime", "recordedby", "batchend", "previoushash"])
  func ledgerAttribute(_ name: String) throws {
    for value in [#""1""#, "1", "true"] {
      let error = try #require(try refusal(eventText([name: value])))
      #expect(error.pointer == "/\(name)")
      #expect(error.detail.contains("written by the ledger"))
    }
  }

  @Test(
    "What CloudEvents or the ledger does not allow is refused, with the field",
    arguments: [
      ("specversion missing", eventText(["specversion": nil]), "/specversion"),
      ("another specversion", eventText(["specversion": #""0.3""#]), "/specversion"),
      ("id missing", eventText(["id": nil]), "/id"), ("id empty", eventText(["id": #""""#]), "/id"),
      ("id no string", eventText(["id": "1"]), "/id"),
      ("source missing", eventText(["source": nil]), "/source"),
      ("source empty", eventText(["source": #""""#]), "/source"),
      ("source with a space", eventText(["source": #""urn:a b""#]), "/source"),
      ("source with an umlaut", eventText(["source": #""urn:ä""#]), "/source"),
      ("source with half an escape", eventText(["source": #""urn:%4""#]), "/source"),
      ("source with no escape", eventText(["source": #""urn:%zz""#]), "/source"),
      ("source with angle brackets", eventText(["source": #""<urn:a>""#]), "/source"),
      ("type missing", eventText(["type": nil]), "/type"), ("type empty", eventText(["type": #""""#]), "/type"),
      ("subject missing", eventText(["subject": nil]), "/subject"),
      ("subject empty", eventText(["subject": #""""#]), "/subject"),
      ("subject no string", eventText(["subject": "[]"]), "/subject"),
      ("subject with a control character", eventText(["subject": #""a\u0000b""#]), "/subject"),
      ("subject with C1", eventText(["subject": #""a\u0085b""#]), "/subject"),
      ("subject with a noncharacter", eventText(["subject": #""a\ufdd0b""#]), "/subject"),
      ("subject with another noncharacter", eventText(["subject": #""a\ud83f\udfffb""#]), "/subject"),
      ("time without offset", eventText(["time": #""2022-12-31T10:00:00""#]), "/time"),
      ("time a date", eventText(["time": #""2022-12-31""#]), "/time"),
      ("time empty", eventText(["time": #""""#]), "/time"),
      ("time a number", eventText(["time": "1672477200"]), "/time"),
      ("dataschema empty", eventText(["dataschema": #""""#]), "/dataschema"),
      ("dataschema no URI", eventText(["dataschema": #""a b""#]), "/dataschema"),
      ("datacontenttype empty", eventText(["datacontenttype": #""""#]), "/datacontenttype"),
      ("extension in capitals", eventText(["traceParent": #""x""#]), "/traceParent"),
      ("extension with underscore", eventText(["a_b": #""x""#]), "/a_b"),
      ("extension without name", eventText(["": #""x""#]), "/"),
      ("extension with a slash", eventText(["a/b": #""x""#]), "/a~1b"),
      ("extension an object", eventText(["ext": "{}"]), "/ext"),
      ("extension an array", eventText(["ext": "[]"]), "/ext"),
      ("extension a fraction", eventText(["ext": "1.5"]), "/ext"),
      ("extension beyond 32 bits", eventText(["ext": "2147483648"]), "/ext"),
      ("extension with control character", eventText(["ext": #""\n""#]), "/ext"),
      ("data twice", eventText(["data": "1", "data_base64": #""AA==""#]), "/data_base64"),
      ("data twice, the other way round", eventText(["data_base64": #""AA==""#, "data": "1"]), "/data"),
      ("data_base64 no string", eventText(["data_base64": "1"]), "/data_base64"),
      ("data_base64 without padding", eventText(["data_base64": #""AA""#]), "/data_base64"),
      ("data_base64 of the URL alphabet", eventText(["data_base64": #""-_-_""#]), "/data_base64"),
      ("data_base64 with padding inside", eventText(["data_base64": #""A=A=""#]), "/data_base64"),
      ("data_base64 of padding", eventText(["data_base64": #""A===""#]), "/data_base64"),
      ("data_base64 with a line feed", eventText(["data_base64": #""AAA\nAAA=""#]), "/data_base64"),
      ("expectedversion a string", eventText(["expectedversion": #""1""#]), "/expectedversion"),
      ("expectedversion negative", eventText(["expectedversion": "-1"]), "/expectedversion"),
      ("expectedversion a fraction", eventText(["expectedversion": "1.0"]), "/expectedversion"),
      ("expectedversion too large", eventText(["expectedversion": "9223372036854775808"]), "/expectedversion"),
      ("no object", "[]", ""), ("null", "null", ""),
    ])
  func refused(_ what: String, _ text: String, _ pointer: String) throws {
    let error = try #require(try refusal(text), "\(what) is accepted")
    #expect(error.pointer == pointer, "\(what): \(error)")
    #expect(!error.detail.isEmpty)
  }

  @Test(
    "Sources that are URI-references are accepted",
    arguments: ["urn:nwm:dms:d3", "https://example.org/a%20b?q=1#f", "/relative", "a", "//host/[::1]", "%C3%A4"])
  func sources(_ source: String) throws {
    #expect(try event(["source": JSONText.string(source)]).source == source)
  }

  @Test("Base64 with padding is accepted", arguments: ["", "AA==", "AAA=", "AAAA", "+/+/", "AAAAAA=="])
  func base64(_ text: String) throws {
    guard case .base64(text) = try event(["data_base64": JSONText.string(text)]).payload else {
      Issue.record("\(text) is not the payload")
      return
    }
  }

  @Test("Whoever acts on behalf of somebody replaces the authid, and authtype with it")
  func acting() throws {
    let sent = try event(["authid": #""somebody""#, "authtype": #""user""#, "zz": #""x""#, "aa": #""y""#])
    let event = sent.acting(as: "dms")
    #expect(
      event.extensions == [
        Extension("aa", .string("y")), Extension("authid", .string("dms")), Extension("zz", .string("x")),
      ])
    let bare = try self.event([:]).acting(as: "dms")
    #expect(bare.extensions == [Extension("authid", .string("dms"))] && bare.authid == "dms")
  }

  // MARK: Binary mode

  private static let headers: [(name: String, value: String)] = [
    ("specversion", "1.0"), ("id", "1"), ("source", "urn:a"), ("type", "t"), ("subject", "s"),
  ]

  private func binary(
    _ more: [(name: String, value: String)], contentType: String? = nil, body: Event.Payload = .none
  ) -> Result<Event, EventError> {
    Result { () throws(EventError) in
      try Event(headers: EventTests.headers + more, contentType: contentType, body: body)
    }
  }

  @Test("Headers of the binary mode become attributes; all of them are strings")
  func binaryMode() throws {
    let event = try binary(
      [("time", "2022-12-31T10:00:00Z"), ("ext", "5"), ("expectedversion", "0")], contentType: "application/vnd.x+json",
      body: .json(json("[1]"))
    ).get()
    #expect(event.id == "1" && event.time == "2022-12-31T10:00:00Z" && event.expectedVersion == 0)
    #expect(event.extensions == [Extension("ext", .string("5"))])
    #expect(event.dataContentType == "application/vnd.x+json")
    #expect(event.payload.json?.count == 1)
  }

  @Test(
    "Refused headers are named",
    arguments: [
      ("datacontenttype", "text/plain", "/ce-datacontenttype"), ("data", "x", "/ce-data"),
      ("data_base64", "AA==", "/ce-data_base64"), ("sequence", "1", "/ce-sequence"),
      ("recordedby", "x", "/ce-recordedby"),
      ("a-b", "x", "/ce-a-b"), ("time", "yesterday", "/ce-time"), ("ext", "\u{7}", "/ce-ext"), ("id", "2", "/ce-id"),
      ("expectedversion", "-1", "/ce-expectedversion"), ("expectedversion", "+1", "/ce-expectedversion"),
      ("expectedversion", "1x", "/ce-expectedversion"), ("expectedversion", "", "/ce-expectedversion"),
      ("expectedversion", "18446744073709551616", "/ce-expectedversion"),
    ])
  func refusedHeader(_ name: String, _ value: String, _ pointer: String) {
    guard case .failure(let error) = binary([(name, value)]) else {
      Issue.record("\(name): \(value) is accepted")
      return
    }
    #expect(error.pointer == pointer)
  }

  @Test("A header twice is refused", arguments: ["ext", "time", "expectedversion", "subject"])
  func headerTwice(_ name: String) {
    let value = name == "time" ? "2022-12-31T10:00:00Z" : "1"
    guard case .failure(let error) = binary([(name, value), (name, value)]) else {
      Issue.record("\(name) is accepted twice")
      return
    }
    #expect(error.pointer == "/ce-\(name)")
  }

  @Test("A header that no attribute can have is refused for that, even if it is given twice", arguments: ["id", "ext"])
  func headerTwiceAndMalformed(_ name: String) {
    guard case .failure(let error) = binary([("ext", "1"), (name, "\u{1}")]) else {
      Issue.record("\(name) is accepted with a control character")
      return
    }
    #expect(error == EventError("/ce-\(name)", "expected a string without control characters"))
  }

  @Test("A missing header is named")
  func missingHeader() {
    let result = Result { () throws(EventError) in
      try Event(headers: Array(EventTests.headers.dropLast()), contentType: nil, body: .none)
    }
    #expect(throws: EventError("/ce-subject", "required, and missing")) { try result.get() }
  }

  @Test("A body so deep that its record could not be read again is refused")
  func deepBody() throws {
    func nested(_ depth: Int) throws -> Event.Payload {
      .json(try json(String(repeating: "[", count: depth) + String(repeating: "]", count: depth)))
    }
    #expect(throws: Never.self) { try binary([], body: nested(63)).get() }
    #expect(throws: EventError.self) { try binary([], body: nested(64)).get() }
  }
}
