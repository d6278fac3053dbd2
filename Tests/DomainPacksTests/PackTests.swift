import LogFormat
import Testing
import TransparencyLog

@testable import DomainPacks

@Suite struct PackTests {
  @Test("Only pack.json is required")
  func smallest() throws {
    let pack = try pack("leer-1", ["pack.json": "{}"])
    #expect(pack.title == "leer-1")
    #expect(pack.eventTypes.isEmpty)
    #expect(pack.projection.schema.isEmpty && pack.projection.handlers.isEmpty)
    #expect(pack.figures.isEmpty && pack.findings.isEmpty && pack.tables.isEmpty && pack.reports.isEmpty)
    #expect(pack.forms.isEmpty && pack.mappings.isEmpty && pack.examples == nil && pack.expected == nil)
  }

  @Test("Every file has its place")
  func files() throws {
    let mapping = #"{"source":"urn:probe","columns":{},"events":[{"type":"t","subject":"s/1"}]}"#
    let pack = try pack([
      "pack.json": #"{"title":"Probe"}"#, "tables/b_1.csv": "x\n1\n", "tables/a.csv": "\u{FEFF}y\n",
      "tables/liesmich.txt": "?",
      "berichte/status/bericht.json": "{}", "berichte/status/teile/kopf.mustache": "k", "berichte/kurz/a": "",
      "formulare.json": "{}", "abbildungen/raeder.json": mapping, "examples.ndjson": "{}\n", "expected.json": "{}",
      "README.md": "#",
    ])
    #expect(pack.title == "Probe")
    #expect(pack.tables.map(\.name) == ["a", "b_1"])
    #expect(pack.tables[0].columns == ["y"])
    #expect(pack.reports.keys.sorted() == ["kurz", "status"])
    #expect(pack.reports["status"]?["teile/kopf.mustache"] == Array("k".utf8))
    #expect(pack.forms.isEmpty)
    #expect(pack.mappings.map(\.name) == ["raeder"])
    #expect(pack.examples == Array("{}\n".utf8))
    #expect(pack.expected?.root.kind == .object)
    #expect(pack.files.count == 12)
  }

  @Test("The manifest lists the files by the bytes of their paths; its digest is the pack's version")
  func manifest() throws {
    let pack = try pack(["pack.json": "{}", "tables/a.csv": "x", "Z.md": "", "ä.md": "x", "tables.md": ""])
    let empty = SHA256.hash("").hex
    let x = SHA256.hash("x").hex
    #expect(
      pack.manifest
        == "\(empty)  Z.md\n\(SHA256.hash("{}").hex)  pack.json\n\(empty)  tables.md\n\(x)  tables/a.csv\n\(x)  ä.md\n")
    #expect(pack.digest == SHA256.hash(pack.manifest))
  }

  @Test("An event type has its title, its transition and its subjects, else those of the pack")
  func eventTypes() throws {
    let pack = try pack([
      "pack.json": #"""
      {"title":"P","description":"d","subject":["a/{id}","b/{nr}"],"$schema":"https://example.org/pack",
       "events":{"x.eins":{"title":"Eins","description":"d","from":[null,"offen"],"to":"zu","second":"x.eins","data":true},
                 "x.zwei":{"subject":"c/{az}"}}}
      """#
    ])
    let (one, two) = (pack.eventTypes[0], pack.eventTypes[1])
    #expect(one.title == "Eins")
    #expect(one.pack == "probe")
    #expect(one.stateRule == StateRule(from: .states([nil, "offen"]), after: .state("zu"), second: "x.eins"))
    #expect(one.subjects.map(\.text) == ["a/{id}", "b/{nr}"])
    #expect(two.title == "x.zwei")
    #expect(two.stateRule == StateRule())
    #expect(two.subjects.map(\.text) == ["c/{az}"])
  }

  static let badDocuments: [(json: String, error: String)] = [
    ("{", "pack probe, pack.json: the text ends at byte 1, expected a member name"),
    (
      #"{"events":{"t":{"from":1,"from":2}}}"#,
      #"pack probe, pack.json at /events/t/from: member "from" appears twice at byte 34"#
    ),
    ("[]", "pack probe, pack.json: expected an object that describes the pack, found []"),
    (
      #"{"titel":"x"}"#,
      #"pack probe, pack.json at /titel: unknown member "titel" of the pack; allowed are title, description, subject, events, materialized, $schema"#
    ),
    (#"{"title":""}"#, #"pack probe, pack.json at /title: expected a string that is not empty, found """#),
    (#"{"subject":7}"#, "pack probe, pack.json at /subject: expected a subject pattern or an array of them, found 7"),
    (#"{"subject":[]}"#, "pack probe, pack.json at /subject: expected one subject pattern or more"),
    (
      #"{"subject":"a/{x}"}"#,
      "pack probe, pack.json at /subject: unknown placeholder {x}; allowed are {nr}, {id}, {periode}, {az}"
    ),
    (#"{"events":[]}"#, "pack probe, pack.json at /events: expected an object of event types, found []"),
    (
      #"{"events":{"t":1}}"#,
      "pack probe, pack.json at /events/t: expected an object that describes the event type, found 1"
    ),
    (
      #"{"events":{"t":{}}}"#,
      #"pack probe, pack.json at /events/t: no subject: expected "subject" here or for the whole pack"#
    ),
    (
      #"{"events":{"t t":{}}}"#,
      #"pack probe, pack.json at /events/t t: expected the name of an event type, found "t t""#
    ),
    (
      #"{"subject":"a","events":{"t":{"schema":{}}}}"#,
      #"pack probe, pack.json at /events/t/schema: unknown member "schema" of the event type; allowed are title, description, subject, data, from, to, second, part"#
    ),
    (
      #"{"subject":"a","events":{"t":{"part":"frist"}}}"#,
      #"pack probe, pack.json at /events/t/part: expected {"<part>":"<property that tells which>"}, found "frist""#
    ),
    (
      #"{"subject":"a","events":{"t":{"part":{"frist":"a","sperre":"b"}}}}"#,
      #"pack probe, pack.json at /events/t/part: expected {"<part>":"<property that tells which>"}, found {"frist":"a","sperre":"b"}"#
    ),
    (
      #"{"subject":"a","events":{"t":{"from":"offen"}}}"#,
      #"pack probe, pack.json at /events/t/from: expected an array of states, null for a subject without events; found "offen""#
    ),
    (
      #"{"subject":"a","events":{"t":{"from":[1]}}}"#,
      "pack probe, pack.json at /events/t/from: expected an array of states, null for a subject without events; found 1"
    ),
    (
      #"{"subject":"a","events":{"t":{"to":null}}}"#,
      "pack probe, pack.json at /events/t/to: expected a string that is not empty, found null"
    ),
    (
      #"{"subject":"a","events":{"t/1":{"data":{"properties":{"x":{"typ":1}}}}}}"#,
      #"pack probe, pack.json at /events/t~11/data/properties/x/typ: unknown keyword "typ"; allowed are \#(SchemaCompiler.keywords.joined(separator: ", "))"#
    ),
    (
      #"{"subject":"a","events":{"de.aktenspur.ledger.x":{}}}"#,
      "pack probe, pack.json at /events/de.aktenspur.ledger.x: event types de.aktenspur.ledger.* are the ledger's own"
    ),
  ]

  @Test("What is wrong in pack.json is named by pack, file and pointer", arguments: badDocuments)
  func badDocument(json: String, error: String) {
    #expect(errorText { () throws(PackError) in try pack(["pack.json": json]) } == error)
  }

  static let badFiles: [(name: String, files: [String: String], error: String)] = [
    ("Räder", ["pack.json": "{}"], "pack Räder: a pack's folder is named with a-z, 0-9 and - only"),
    ("p", [:], "pack p, pack.json: is missing; every folder of packs needs one"),
    (
      "p", ["pack.json": "{}", "a\nb": ""],
      "pack p, a\nb: control characters and backslashes are not allowed in file names"
    ),
    (
      "p", ["pack.json": "{}", "projection.sql": "\nDROP TABLE x"],
      "pack p, projection.sql, line 2: expected CREATE TABLE, VIEW, INDEX or TRIGGER before the first \"-- on <event type>\", found DROP TABLE x"
    ),
    (
      "p", ["pack.json": "{}", "figures.sql": "SELECT 1"],
      "pack p, figures.sql, line 1: expected \"-- figure <name>: <title> [unit]\" before the first statement"
    ),
    (
      "p", ["pack.json": "{}", "findings.sql": "-- finding"],
      "pack p, findings.sql, line 1: expected \"-- finding <name>: <title>\", found \"-- finding \""
    ),
    ("p", ["pack.json": "{}", "tables/t.csv": "a,b\n1"], "pack p, tables/t.csv, line 2: expected 2 fields, found 1"),
    (
      "p", ["pack.json": "{}", "tables/1 t.csv": "a"],
      "pack p, tables/1 t.csv: a table's name is of letters, digits and _, and begins with no digit"
    ),
    (
      "p", ["pack.json": "{}", "berichte/x.json": "{}"],
      "pack p, berichte/x.json: expected a folder for each report: berichte/<name>/…"
    ),
    (
      "p", ["pack.json": "{}", "formulare.json": "{]"],
      "pack p, formulare.json: found ']' at byte 1, expected a member name in quotes"
    ),
    (
      "p", ["pack.json": "{}", "expected.json": ""],
      "pack p, expected.json: the text ends at byte 0, expected a JSON value"
    ),
  ]

  @Test("What is wrong in another file is named by pack, file and line", arguments: badFiles)
  func badFile(name: String, files: [String: String], error: String) {
    #expect(errorText { () throws(PackError) in try pack(name, files) } == error)
  }

  @Test("A text file that is not UTF-8 is refused")
  func notUTF8() {
    let files: [String: [UInt8]] = ["pack.json": Array("{}".utf8), "tables/t.csv": [0x61, 0x0A, 0xFC]]
    let text = errorText { () throws(PackError) in try Pack(name: "p", files: files) }
    #expect(text == "pack p, tables/t.csv, line 2: not UTF-8")
  }
}
