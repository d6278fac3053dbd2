import LogFormat
import Testing

@testable import DomainPacks

@Suite struct ImportTests {
  private static let bikes = #"""
    {"title":"Diensträder","subject":"rad/{id}",
     "events":{"de.aktenspur.rad.angeschafft":{"data":{"type":"object","required":["marke"],
       "properties":{"marke":{"type":"string"},"preis_cent":{"type":"integer","minimum":0},
         "teile":{"type":"array","items":{"type":"string"}},"rahmen":{"type":"object","properties":{"hoch":{"type":"boolean"}}}}}}}}
    """#

  private static let mapping = #"""
    {"source":"urn:probe","key":["nummer"],
     "columns":{
      "nummer":{"names":["Nr."],"required":true,"prefix":"rad/"},
      "marke":{"required":true,"values":{"Dia":"Diamant","Wanderer":"Wanderer"}},
      "preis":{"format":"euro"},"seit":{"names":["angeschafft am"],"format":"date"},
      "teile":{"format":"list"},"hoch":{"format":"boolean"},"art":{}},
     "ignore":["Bemerkung"],
     "events":[
      {"type":"de.aktenspur.rad.angeschafft","subject":"rad/{nummer}","time":"seit","only":{"art":["Rad"]},
       "data":{"marke":"marke","preis_cent":"preis","teile":"teile","rahmen.hoch":"hoch","herkunft":{"value":"Liste"}}}]}
    """#

  private func read(_ text: String, by mapping: String = mapping) throws -> Import {
    let packs = try packSet(["raeder": ["pack.json": Self.bikes]])
    return Import(Array(text.utf8), by: try ImportMapping(name: "raeder", json: Array(mapping.utf8)), packs: packs)
  }

  private func problems(_ text: String) throws -> [String] {
    try read(text).problems.map { "\($0.line)/\($0.column ?? 0) \($0.detail.en)" }
  }

  @Test("Cells become data as their columns say, empty ones are left out")
  func cells() throws {
    let read = try read(
      "Nr.,MARKE,Preis,Angeschafft_am,Teile,hoch,art,Bemerkung\r\n"
        + "rad/1,dia,\"1.234,56 €\",05.02.2024,\"Klingel; Licht\",ja,Rad,x\r\n2,Wanderer,,,,,Rad,\r\n3,Dia,,,,,Auto,\r\n"
    )
    #expect(read.problems.isEmpty, "\(read.problems)")
    #expect(read.entries.map(\.event.subject) == ["rad/1", "rad/2"])
    #expect(read.entries[0].event.time == "2024-02-05T12:00:00Z")
    let data = try #require(read.entries[0].event.payload.json)
    #expect(
      String(decoding: data.text, as: UTF8.self)
        == #"{"marke":"Diamant","preis_cent":123456,"teile":["Klingel","Licht"],"rahmen":{"hoch":true},"herkunft":"Liste"}"#
    )
    #expect(
      read.entries[1].event.payload.json.map { String(decoding: $0.text, as: UTF8.self) }
        == #"{"marke":"Wanderer","herkunft":"Liste"}"#)
  }

  @Test("CSV and JSON of the same rows give the same events, each time")
  func identity() throws {
    let csv = try read("nummer;marke;art\n1;Dia;Rad\n")
    for text in [
      #"[{"nummer":1,"marke":"Dia","art":"Rad"}]"#, #"{"nummer":"1","marke":"Dia","art":"Rad"}"# + "\n",
    ] {
      let json = try read(text)
      #expect(json.entries.map(\.event.id) == csv.entries.map(\.event.id))
    }
    #expect(try read("nummer;marke;art\n1;Wanderer;Rad\n").entries[0].event.id != csv.entries[0].event.id)
  }

  @Test(
    "What is wrong is told with line and column",
    arguments: [
      ("nummer,marke,art\n1,,Rad\n", ["2/2 must not be empty"]),
      ("nummer,marke,art\n1,X,Rad\n", [#"2/2 expected one of dia, wanderer, found "X""#]),
      ("nummer,marke,art\n1,Dia,Rad\n1,Dia,Rad\n", ["3/1 stands in line 2 already"]),
      ("nummer,marke,art\na b,Dia,Rad\n", [#"2/1 expected rad/{id}, found "rad/a b""#]),
      ("nummer,marke,art,preis\n1,Dia,Rad,-1\n", ["2/4 expected at least 0, found -100"]),
      (
        "nummer,marke,art,preis\n1,Dia,Rad,\"1,234\"\n",
        [#"2/4 expected an amount in euros such as 1.234,56, found "1,234""#]
      ),
      (
        "nummer,marke,art,seit\n1,Dia,Rad,29.02.2023\n",
        [#"2/4 expected a day YYYY-MM-DD or TT.MM.JJJJ, found "29.02.2023""#]
      ),
      (
        "nummer,marke\n1,Dia,Rad\n\"2,Dia\n",
        [
          "2/0 expected 2 fields as in line 1, found 3", "3/0 a quoted field that begins here has no closing quote",
        ]
      ),
    ])
  func places(text: String, expected: [String]) throws {
    #expect(try problems(text) == expected)
  }

  @Test(
    "A mapping that is wrong is refused with its place",
    arguments: [
      (#"{"source":"s","columns":{},"events":[]}"#, "at /events: expected at least one event"),
      (#"{"columns":{},"events":[]}"#, "at /source: is missing; expected a string that is not empty"),
      (
        #"{"source":"s","columns":{},"events":[{"type":"t","subject":"s/{nr}"}]}"#,
        #"at /events/0/subject: no column "nr"; there are "#
      ),
      (
        #"{"source":"s","columns":{"a":{"format":"zahl"}},"events":[]}"#,
        #"at /columns/a/format: expected one of text, integer, euro, date, time, milliseconds, boolean, list, identifier, json; found "zahl""#
      ),
      (
        #"{"source":"s","columns":{"a":{}},"events":[{"type":"t","subject":"s","time":"a"}]}"#,
        "at /events/0/time: expected a column of format date, time or milliseconds"
      ),
    ])
  func refused(json: String, expected: String) {
    #expect(throws: ImportMappingError.self) { try ImportMapping(name: "m", json: Array(json.utf8)) }
    do throws(ImportMappingError) {
      _ = try ImportMapping(name: "m", json: Array(json.utf8))
    } catch {
      #expect(error.description == expected)
    }
  }

  @Test("A pack's mapping names event types that the packs know")
  func unknownType() {
    let text = errorText { () throws(PackError) in
      try packSet([
        "p": [
          "pack.json": "{}",
          "abbildungen/m.json": #"{"source":"s","columns":{},"events":[{"type":"t","subject":"s"}]}"#,
        ]
      ])
    }
    #expect(text == #"pack p, abbildungen/m.json at /events/0/type: no pack knows the event type "t""#)
  }
}
