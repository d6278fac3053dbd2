import Foundation
import Testing

/// A request that must be refused, and what the refusal must say.
struct RefusedRequest: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var body: Data
  var contentType = ContentType.event
  var headers: [String] = []
  /// Events recorded before.
  var before: [String] = []
  var status: Int
  /// The name of the problem: `urn:aktenspur:problem:<name>`.
  var problem: String
  /// JSON Pointer to the field, as the client sent it.
  var pointer: String

  init(
    _ description: String, _ body: some Sequence<UInt8>, as contentType: String = ContentType.event,
    headers: [String] = [], after before: [SampleEvent] = [], _ status: Int, _ problem: String, _ pointer: String
  ) {
    testDescription = description
    self.body = Data(body)
    self.contentType = contentType
    self.headers = headers
    self.before = before.map(\.text)
    self.status = status
    self.problem = problem
    self.pointer = pointer
  }
}

/// Bad input: each kind has its status and a problem document that names the field, and changes nothing.
struct RefusalTests {
  @Test(arguments: RefusedRequest.ofJSON + RefusedRequest.ofEvents + RefusedRequest.ofPacks + RefusedRequest.ofLog)
  func badInputIsRefusedAndChangesNothing(request: RefusedRequest) throws {
    try LedgerUnderTest.run { ledger in
      for event in request.before { #expect(try ledger.post(Data(event.utf8), as: ContentType.event).status == 201) }
      let before = try ledger.log()
      let answer = try ledger.post(request.body, as: request.contentType, headers: request.headers)
      #expect(answer.status == request.status, "\(answer.text)")
      #expect(answer.contentType == ContentType.problem)
      let problem = try answer.decoded(ProblemDocument.self)
      #expect(problem.type == "urn:aktenspur:problem:\(request.problem)")
      #expect(problem.status == request.status)
      #expect(problem.pointer == request.pointer)
      #expect(!problem.title.isEmpty)
      #expect(!problem.detail.isEmpty)
      #expect(try ledger.log() == before)
      // The daemon goes on.
      #expect(try ledger.post(.project("A99", id: "afterwards")).status == 201)
    }
  }

  @Test func secondPersonMustHaveRecordedBefore() throws {
    let folder = try ScratchFolder()
    try ServiceBikes.write(to: folder.url)
    try LedgerUnderTest.run(packs: folder.url.path) { ledger in
      try ledger.record(ServiceBikes.bought("7", id: "a", nutzer: "x", authid: "person-1"))
      let before = try ledger.log()
      let alone = try ledger.post(ServiceBikes.sold("7", id: "b", authid: "person-1"))
      #expect(alone.status == 409)
      let problem = try alone.decoded(ProblemDocument.self)
      #expect(problem.name == "conflict")
      #expect(problem.pointer == "/authid")
      #expect(try ledger.log() == before)
      #expect(try ledger.post(ServiceBikes.sold("7", id: "b", authid: "person-2")).status == 201)
    }
  }

  /// More bytes than the form takes, said before they are sent or found while they come.
  @Test(arguments: [(ContentType.event, 256 << 10), (ContentType.batch, 16 << 20)], ["stated", "chunked"])
  func bodyOverItsLimitIsRefused(form: (contentType: String, limit: Int), length: String) throws {
    try LedgerUnderTest.run { ledger in
      let before = try ledger.log()
      let headers = length == "chunked" ? ["Transfer-Encoding: chunked"] : []
      let body = Data(repeating: 0x20, count: form.limit + 1)
      let answer = try ledger.post(body, as: form.contentType, headers: headers)
      #expect(answer.status == 413)
      #expect(try answer.decoded(ProblemDocument.self).name == "too-large")
      #expect(answer.headers["connection"] == "close")
      #expect(try ledger.log() == before)
    }
  }

  @Test func batchOfTooManyEventsIsRefused() throws {
    try LedgerUnderTest.run { ledger in
      let before = try ledger.log()
      let events = (0...10_000).map { SampleEvent.project("A1", id: "a\($0)") }
      let answer = try ledger.postBatch(events)
      #expect(answer.status == 413)
      #expect(try answer.decoded(ProblemDocument.self).detail.contains("10000"))
      #expect(try ledger.log() == before)
    }
  }

  @Test(
    arguments: [
      ("/v1/events", "DELETE", 405), ("/v1/events/0", "PUT", 405), ("/checkpoint", "DELETE", 405),
      ("/healthz", "DELETE", 405), ("/v2/events", "GET", 404), ("/", "GET", 404), ("/v1/events/", "GET", 404),
      ("/v1/reports/none?period=2022-H2", "GET", 404), ("/v1/figures?name=none", "GET", 404),
      ("/v1/subjects/projekt/none", "GET", 404), ("/v1/events?form=3", "GET", 400),
      ("/v1/events?from=minus", "GET", 400),
      ("/v1/events?from=1&from=2", "GET", 400), ("/v1/events/x1", "GET", 400), ("/v1/figures?as-of=soon", "GET", 400),
      ("/v1/figures?effective=2022-02-30", "GET", 400), ("/v1/reports/statusbericht", "GET", 400),
      ("/v1/reports/statusbericht?period=2022-H3", "GET", 400),
      ("/v1/reports/statusbericht?period=2022-H2&format=pdf", "GET", 400), ("/checkpoint?x=1", "GET", 400),
    ])
  func requestThatAsksForNothingSensible(path: String, method: String, status: Int) throws {
    try LedgerUnderTest.run { ledger in
      let answer = try ledger.curl.send(path, method: method)
      #expect(answer.status == status, "\(answer.text)")
      #expect(answer.contentType == ContentType.problem)
      #expect(try answer.decoded(ProblemDocument.self).status == status)
      if status == 405 { #expect(answer.headers["allow"]?.contains("GET") == true) }
      if status == 400 { #expect(try answer.decoded(ProblemDocument.self).pointer?.hasPrefix("/") == true) }
    }
  }

  @Test func unknownParameterIsNamed() throws {
    try LedgerUnderTest.run { ledger in
      let problem = try ledger.get("/v1/events?subjekt=projekt/A1").decoded(ProblemDocument.self)
      #expect(problem.status == 400)
      #expect(problem.pointer == "/subjekt")
    }
  }
}

// MARK: The requests

extension RefusedRequest {
  private static let project = SampleEvent.project("A1", id: "a1")

  private static func project(data: String) -> SampleEvent {
    var event = project
    event.data = data
    return event
  }

  private static func replacing(_ text: String, with other: String) -> [UInt8] {
    precondition(project.text.contains(text))
    return Array(project.text.replacing(text, with: other).utf8)
  }

  static let ofJSON = [
    RefusedRequest(
      "malformed JSON", replacing("\"kategorie\":\"A\"", with: "\"kategorie\":A"), 400, "malformed", "/data/kategorie"),
    RefusedRequest("JSON cut short", project.json.dropLast(3), 400, "malformed", "/data/kategorie"),
    RefusedRequest("no JSON at all", Array("Guten Tag".utf8), 400, "malformed", ""),
    RefusedRequest("nothing", [], 400, "malformed", ""),
    RefusedRequest("something after the event", project.json + Data("{}".utf8), 400, "malformed", ""),
    RefusedRequest(
      "a member twice", replacing("\"id\":\"a1\"", with: "\"id\":\"a1\",\"id\":\"a2\""), 400, "malformed", "/id"),
    RefusedRequest(
      "a member twice by an escape", replacing("\"id\":\"a1\"", with: "\"id\":\"a1\",\"\\u0069d\":\"a2\""), 400,
      "malformed", "/id"),
    RefusedRequest(
      "a member twice in the data",
      project(data: #"{"titel":"T","kategorie":"A","mehr":[{"x":1,"x":2}]}"#).json, 400, "malformed", "/data/mehr/0/x"),
    RefusedRequest(
      "invalid UTF-8", replacing("Fahrrad", with: "Fahrr#d").map { $0 == UInt8(ascii: "#") ? 0xE4 : $0 }, 400,
      "malformed", "/data/titel"),
    RefusedRequest("a lone surrogate", replacing("Fahrrad", with: "\\ud800"), 400, "malformed", "/data/titel"),
    RefusedRequest("a control character", replacing("Fahrrad", with: "Fahr\u{01}rad"), 400, "malformed", "/data/titel"),
    RefusedRequest(
      "nesting without end",
      project(
        data: #"{"titel":"T","kategorie":"A","x":"# + String(repeating: "[", count: 70)
          + String(repeating: "]", count: 70) + "}"
      ).json, 400, "malformed", "/data/x" + String(repeating: "/0", count: 62)),
    RefusedRequest(
      "wrong content type", project.json, as: "text/plain", 415, "unsupported-media-type", "/content-type"),
    RefusedRequest(
      "plain JSON is no CloudEvent", project.json, as: "application/json", 415, "unsupported-media-type",
      "/content-type"),
    RefusedRequest(
      "CloudEvents in XML", project.json, as: "application/cloudevents+xml", 415, "unsupported-media-type",
      "/content-type"),
    RefusedRequest(
      "another encoding", project.json, as: "application/cloudevents+json; charset=iso-8859-1", 415,
      "unsupported-media-type", "/content-type"),
  ]

  static let ofEvents =
    ["sequence", "subjectversion", "recordedtime", "recordedby", "batchend", "previoushash"].map { name in
      RefusedRequest("attribute of the ledger: \(name)", project.with(name, "\"1\"").json, 400, "malformed", "/\(name)")
    } + [
      RefusedRequest(
        "attribute of the ledger as a header", Array(project.data.utf8), as: "application/json",
        headers: [
          "ce-specversion: 1.0", "ce-id: a1", "ce-source: urn:x", "ce-type: \(project.type)", "ce-subject: projekt/A1",
          "ce-sequence: 1",
        ], 400, "malformed", "/ce-sequence"),
      RefusedRequest(
        "attribute missing as a header", Array(project.data.utf8), as: "application/json",
        headers: ["ce-specversion: 1.0", "ce-source: urn:x", "ce-type: \(project.type)", "ce-subject: projekt/A1"], 400,
        "malformed", "/ce-id"),
      RefusedRequest("no id", replacing("\"id\":\"a1\",", with: ""), 400, "malformed", "/id"),
      RefusedRequest("no subject", replacing("\"subject\":\"projekt/A1\",", with: ""), 400, "malformed", "/subject"),
      RefusedRequest("empty source", replacing("\"urn:nwm:dms:d3\"", with: "\"\""), 400, "malformed", "/source"),
      RefusedRequest(
        "another version of CloudEvents", replacing("\"1.0\"", with: "\"0.3\""), 400, "malformed", "/specversion"),
      RefusedRequest(
        "a time without offset", replacing("+02:00\"", with: "\""), 400, "malformed", "/time"),
      RefusedRequest(
        "a name with capitals", project.with("traceParent", "\"x\"").json, 400, "malformed", "/traceParent"),
      RefusedRequest("two payloads", project.with("data_base64", "\"YQ==\"").json, 400, "malformed", "/data"),
      RefusedRequest(
        "expected version below zero", project.with("expectedversion", "-1").json, 400, "malformed", "/expectedversion"),
      RefusedRequest("an array as one event", SampleEvent.batch([project]), 400, "malformed", ""),
      RefusedRequest("one event as a batch", project.json, as: ContentType.batch, 400, "malformed", ""),
      RefusedRequest(
        "a record too long",
        project(data: #"{"titel":"\#(String(repeating: "x", count: 66_000))","kategorie":"A"}"#).json, 413, "too-large",
        "/data"),
    ]

  static let ofPacks = [
    RefusedRequest(
      "unknown type", replacing("projekt.angelegt", with: "projekt.erdacht"), 422, "unprocessable", "/type"),
    RefusedRequest(
      "event of the ledger itself",
      SampleEvent(id: "x", type: "de.aktenspur.ledger.fachpakete-gesetzt", subject: "ledger", data: "{}").json, 422,
      "unprocessable", "/type"),
    RefusedRequest(
      "source of the ledger itself", replacing("urn:nwm:dms:d3", with: "urn:aktenspur:ledger"), 422, "unprocessable",
      "/source"),
    RefusedRequest(
      "a required field missing", project(data: #"{"kategorie":"A"}"#).json, 422, "unprocessable", "/data/titel"),
    RefusedRequest(
      "a value that is none of the list", project(data: #"{"titel":"T","kategorie":"Z"}"#).json, 422, "unprocessable",
      "/data/kategorie"),
    RefusedRequest(
      "a value of another kind", project(data: #"{"titel":"T","kategorie":"A","beteiligte":["x",7]}"#).json, 422,
      "unprocessable", "/data/beteiligte/1"),
    RefusedRequest(
      "a day before the one it must not precede",
      SampleEvent(
        id: "x", type: "de.aktenspur.bericht.vorgelegt", subject: "bericht/2022-H2",
        data: #"{"stichtag":"2022-12-31","stand":"2022-12-30"}"#
      ).json, 422, "unprocessable", "/data/stand"),
    RefusedRequest(
      "a subject that is not the pack's", replacing("projekt/A1", with: "vertrag/A1"), 422, "unprocessable", "/subject"),
    RefusedRequest(
      "a subject that does not fit the pattern", replacing("projekt/A1", with: "projekt/A 1"), 422, "unprocessable",
      "/subject"),
    RefusedRequest(
      "a batch with one bad event",
      SampleEvent.batch([project, project(data: #"{"titel":"","kategorie":"A"}"#), .project("A2", id: "a2")]),
      as: ContentType.batch, 422, "unprocessable", "/1/data/titel"),
    RefusedRequest(
      "a batch with one malformed event", SampleEvent.batch([project, project.with("sequence", "\"1\"")]),
      as: ContentType.batch, 400, "malformed", "/1/sequence"),
  ]

  static let ofLog = [
    RefusedRequest(
      "wrong expected version", SampleEvent.project("A1", id: "a2").with("expectedversion", "5").json, after: [project],
      409, "conflict", "/expectedversion"),
    RefusedRequest(
      "expected to be new", SampleEvent.project("A1", id: "a2").with("expectedversion", "0").json, after: [project],
      409, "conflict", "/expectedversion"),
    RefusedRequest(
      "id used with other content", SampleEvent.project("A1", id: "a1", titel: "anders").json, after: [project], 409,
      "conflict", "/id"),
    RefusedRequest(
      "id used on another subject", SampleEvent.project("A2", id: "a1").json, after: [project], 409, "conflict", "/id"),
    RefusedRequest(
      "the same id twice in a batch", SampleEvent.batch([project, .project("A2", id: "a2"), project]),
      as: ContentType.batch, 409, "conflict", "/2/id"),
    RefusedRequest(
      "not allowed in this state", SampleEvent.request("17", id: "b").json, after: [.request("17", id: "a")], 409,
      "conflict", "/type"),
    RefusedRequest(
      "allowed only in another state",
      SampleEvent(id: "b", type: "de.aktenspur.anfrage.gestartet", subject: "anfrage/17", data: "{}").json,
      after: [.request("17", id: "a")], 409, "conflict", "/type"),
    RefusedRequest(
      "a batch whose second event meets the state its first has made",
      SampleEvent.batch([.request("17", id: "a"), .request("17", id: "b")]), as: ContentType.batch, 409, "conflict",
      "/1/type"),
    RefusedRequest(
      "a batch with one wrong version",
      SampleEvent.batch([project, SampleEvent.project("A1", id: "a2").with("expectedversion", "0")]),
      as: ContentType.batch, 409, "conflict", "/1/expectedversion"),
  ]
}
