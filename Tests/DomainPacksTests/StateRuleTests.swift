import LogFormat
import Testing

@testable import DomainPacks

/// The state after an event that stands in its data.
@Suite struct StateRuleTests {
  static func pack(to: String, from: String?, data: String) -> String {
    #"{"subject":"s/{id}","events":{"t":{"to":\#(to),\#(from.map { #""from":\#($0),"# } ?? "")"data":\#(data)}}}"#
  }

  static let status = #"{"type":"object","required":["status"],"properties":{"status":{"enum":["pruefung","archiv"]}}}"#
  static let to = #"{"property":"status"}"#

  private func rule(_ from: String?) throws -> StateRule {
    try DomainPacksTests.pack([
      "pack.json": StateRuleTests.pack(to: StateRuleTests.to, from: from, data: StateRuleTests.status)
    ]).eventTypes[0].stateRule
  }

  private func json(_ text: String) throws -> JSONValue { try JSONDocument(text).root }

  @Test("From where a state may be reached depends on the state that the data name")
  func before() throws {
    let rule = try rule(#"{"pruefung":[null,"entwurf"],"archiv":["pruefung"]}"#)
    #expect(
      try rule.transition(data: json(#"{"status":"pruefung"}"#)) == Transition(from: [nil, "entwurf"], to: "pruefung"))
    #expect(try rule.transition(data: json(#"{"status":"archiv"}"#)) == Transition(from: ["pruefung"], to: "archiv"))
    // A record of an older pack may not have it.
    #expect(try rule.state(after: json("{}")) == nil)
  }

  @Test("One list of states goes for all, and none allows any")
  func others() throws {
    #expect(
      try rule(#"["entwurf"]"#).transition(data: json(#"{"status":"archiv"}"#))
        == Transition(from: ["entwurf"], to: "archiv"))
    #expect(try rule(nil).transition(data: json(#"{"status":"archiv"}"#)) == Transition(to: "archiv"))
  }

  @Test(
    "An event type answers for each event as its rule does",
    arguments: [#"{"pruefung":[null,"entwurf"],"archiv":["pruefung"]}"#, #"["entwurf"]"#, nil],
    [#"{"status":"pruefung"}"#, #"{"status":"archi\u0076"}"#, #"{"status":"anderes"}"#, #"{"status":1}"#, "{}", "[]"])
  func ofType(_ from: String?, _ data: String) throws {
    let type = try DomainPacksTests.pack([
      "pack.json": StateRuleTests.pack(to: StateRuleTests.to, from: from, data: StateRuleTests.status)
    ]).eventTypes[0]
    #expect(try type.transition(data: json(data)) == type.stateRule.transition(data: json(data)))
    #expect(type.transition(data: nil) == type.stateRule.transition(data: nil))
  }

  @Test("An event type that leads to one state does so whatever the data")
  func ofTypeWithOneState() throws {
    let type = try DomainPacksTests.pack([
      "pack.json": StateRuleTests.pack(to: #""zda""#, from: #"["offen"]"#, data: "true")
    ]).eventTypes[0]
    #expect(type.transition(data: nil) == Transition(from: ["offen"], to: "zda"))
    #expect(try type.transition(data: json(#"{"status":"pruefung"}"#)) == Transition(from: ["offen"], to: "zda"))
  }

  @Test(
    "What would never be met is an error at load",
    arguments: [
      (
        to, #"{"pruefung":["x"]}"#, status,
        #"pack probe, pack.json at /events/t/from: does not say from where "archiv" may be reached"#
      ),
      (
        to, #"{"pruefung":["x"],"archiv":["x"],"weg":["x"]}"#, status,
        #"pack probe, pack.json at /events/t/from/weg: "status" has no such value; it has pruefung, archiv"#
      ),
      (
        to, nil, #"{"properties":{"status":{"enum":["a"]}}}"#,
        #"pack probe, pack.json at /events/t/to/property: expected a property that the data requires, with the states as its "enum""#
      ),
      (
        to, nil, #"{"required":["status"],"properties":{"status":{"type":"string"}}}"#,
        #"pack probe, pack.json at /events/t/to/property: expected a property that the data requires, with the states as its "enum""#
      ),
      (
        #""zu""#, #"{"zu":["x"]}"#, status,
        #"pack probe, pack.json at /events/t/from: an object goes with "to":{"property":…}; expected an array of states, null for a subject without events"#
      ),
    ])
  func errors(to: String, from: String?, data: String, expected: String) {
    let text = errorText { () throws(PackError) in
      try DomainPacksTests.pack(["pack.json": StateRuleTests.pack(to: to, from: from, data: data)])
    }
    #expect(text == expected)
  }
}

/// `objections.sql` and `history.sql`.
@Suite struct EventQueryTests {
  static let events = #"{"subject":"s/{id}","events":{"a.b":{},"a.c":{}}}"#

  @Test("Objections are found by the event type they speak against")
  func objections() throws {
    let sql = "-- against a.b: Zu früh\nSELECT 'x' AS text;\n-- against a.b: Gesperrt\nSELECT 'y' AS text"
    let packs = try packSet(["p": ["pack.json": EventQueryTests.events, "objections.sql": sql]])
    #expect(packs.eventType("a.b")?.objections(to: nil).map(\.title) == ["Zu früh", "Gesperrt"])
    #expect(packs.eventType("a.c")?.objections(to: nil).isEmpty == true)
  }

  @Test("An objection with properties is asked only of events that have one of them")
  func objectionsWithProperties() throws {
    let sql = "-- against a.b with halle, ort: Zu\nSELECT 'x' AS text"
    let packs = try packSet(["p": ["pack.json": EventQueryTests.events, "objections.sql": sql]])
    for (data, count) in [(#"{"ort":1}"#, 1), (#"{"halle":null}"#, 1), (#"{"titel":1}"#, 0)] {
      #expect(try packs.eventType("a.b")?.objections(to: JSONDocument(data).root).count == count)
    }
    #expect(packs.eventType("a.b")?.objections(to: nil).isEmpty == true)
  }

  @Test("An objection to an event type of another pack is an error")
  func foreign() {
    let text = errorText { () throws(PackError) in
      try packSet([
        "p": ["pack.json": EventQueryTests.events],
        "q": ["pack.json": "{}", "objections.sql": "\n-- against a.b: Zu früh\nSELECT 1 AS text"],
      ])
    }
    #expect(text == #"pack q, objections.sql, line 2: expected an event type of this pack, found "a.b""#)
  }

  @Test("A history is told with parts and mentions, and nothing else")
  func history() throws {
    let sql = "-- history parts: Teile\nSELECT 's' AS subject;\n-- history mentions: Zugriffe\nSELECT 1 AS sequence"
    #expect(try pack(["pack.json": "{}", "history.sql": sql]).history.map(\.kind) == [.parts, .mentions])
    let text = errorText { () throws(PackError) in
      try pack(["pack.json": "{}", "history.sql": "-- history teile: Teile\nSELECT 1"])
    }
    #expect(text?.contains("history.sql, line 1: expected \"-- history parts: <title>\"") == true, "\(text ?? "")")
  }
}
