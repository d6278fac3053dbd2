import DomainPacks
import Foundation
import ReadModels

@testable import Reporting

/// A small pack with a report of its own, and ledgers made of its events.
enum Bicycles {
  static let packJSON = """
    {"title":"Diensträder","subject":"rad/{id}",
     "events":{
      "de.aktenspur.rad.angeschafft":{"title":"Rad angeschafft","from":[null],"to":"vorhanden",
       "data":{"type":"object","required":["marke"],"properties":{"marke":{"type":"string","minLength":1},
               "preis_cent":{"type":"integer","minimum":0},"gewicht":{"type":"number"},
               "nutzer":{"type":"string","x-personal":true}}}},
      "de.aktenspur.rad.verkauft":{"title":"Rad verkauft","from":["vorhanden"],"to":"verkauft",
       "second":"de.aktenspur.rad.angeschafft","data":{"type":"object"}}}}
    """

  static let projection = """
    CREATE TABLE rad (
      subject  TEXT PRIMARY KEY,
      marke    TEXT NOT NULL,
      preis    INTEGER NOT NULL DEFAULT 0,
      gewicht  REAL,
      nutzer   TEXT,
      seit     TEXT NOT NULL,
      bis      TEXT,
      sequence INTEGER NOT NULL
    );

    -- on de.aktenspur.rad.angeschafft
    INSERT INTO rad (subject, marke, preis, gewicht, nutzer, seit, sequence)
    VALUES (
      :subject, :data ->> '$.marke', coalesce(:data ->> '$.preis_cent', 0), :data ->> '$.gewicht',
      :data -> '$.nutzer', :day, :sequence
    );

    -- on de.aktenspur.rad.verkauft
    UPDATE rad
    SET bis = :day
    WHERE subject = :subject;
    """

  static let figures = """
    -- figure raeder.vorhanden: Vorhandene Diensträder [Räder]
    SELECT sequence FROM rad WHERE seit <= :effective AND (bis IS NULL OR bis > :effective);

    -- figure raeder.wert: Anschaffungswert der vorhandenen Diensträder [Cent]
    SELECT sequence, preis AS value FROM rad WHERE seit <= :effective AND (bis IS NULL OR bis > :effective);

    -- figure raeder.gewicht: Gewicht aller Diensträder [kg]
    SELECT sequence, gewicht AS value FROM rad;

    -- figure raeder.im-zeitraum: Im Zeitraum angeschaffte Diensträder [Räder]
    SELECT sequence FROM rad WHERE seit BETWEEN :from AND :to;
    """

  static let findings = """
    -- finding raeder.ohne-preis: Diensträder ohne Preis
    SELECT subject || ': kein Preis am ' || seit AS text, sequence AS sequences
    FROM rad
    WHERE preis = 0
    ORDER BY sequence DESC;

    -- finding raeder.gleiche-marke: Mehrere Diensträder einer Marke
    SELECT marke AS text, json_group_array(sequence) AS sequences FROM rad GROUP BY marke HAVING count(*) > 1;
    """

  static let reportJSON = """
    {"title":"Bericht über die Diensträder",
     "sections":[
      {"number":"1","heading":"Bestand","text":["Nur <vorhandene> Räder."],
       "figures":["raeder.vorhanden","raeder.wert"],
       "tables":[{"name":"raeder","only":{"marke":"Diamant"},"title":"Nur Diamant","columns":[{"name":"marke","title":"Marke"}]},
                {"name":"raeder","columns":[{"name":"marke","title":"Marke"},{"name":"preis","title":"Preis","format":"euro"},
                                             {"name":"seit","title":"Seit"}]}]},
      {"number":"1.1","heading":"Je Marke","figures":["raeder.wert"],
       "tables":[{"name":"je-marke","bars":"anzahl","columns":[{"name":"marke","title":"Marke"},{"name":"anzahl","title":"Anzahl"}]},
                 {"name":"blaetter","sheets":"marke","columns":[{"name":"teile","title":"Teile","format":"liste"},
                                                                {"name":"bis","title":"Verkauft am"}]}]}]}
    """

  static let tables = """
    -- Was der Bericht druckt.
    -- table raeder: Vorhandene Räder
    SELECT subject, marke, preis, seit, sequence
    FROM rad
    WHERE seit <= :effective AND (bis IS NULL OR bis > :effective)
    ORDER BY subject;

    -- table je-marke: Räder je Marke
    SELECT marke, count(*) AS anzahl, json_group_array(sequence) AS sequences
    FROM rad
    GROUP BY marke
    ORDER BY marke;

    -- table blaetter: Blätter
    SELECT marke, json_array('Rahmen', 'Räder') AS teile, bis, sequence
    FROM rad
    ORDER BY subject;
    """

  static let html = """
    <h1>{{title}}</h1>
    {{#sections}}
    <h{{level}}>{{number}} {{heading}}</h{{level}}>
    {{#paragraphs}}<p title="{{.}}">{{.}}</p>{{/paragraphs}}
    {{#figures}}
    {{name}}={{value}}{{#unit}} {{unit}}{{/unit}} [{{>saetze}}]
    {{/figures}}
    {{#tables}}{{table_title}}: {{#rows}}{{#cells}}{{text}};{{/cells}}
    {{/rows}}{{/tables}}
    {{/sections}}
    """

  static let markdown = """
    # {{title}}, {{period_title}}
    {{#sections}}{{#tables}}{{#rows}}|{{#cells}} {{text}} |{{/cells}}
    {{/rows}}{{/tables}}{{/sections}}
    """

  static let records = "{{#records}}{{#items}}{{.}}{{^last()}} {{/last()}}{{/items}}{{/records}}"

  /// The pack's files; `changes` replaces some, or leaves them out where nil.
  static func files(_ changes: [String: String?] = [:]) -> [String: [UInt8]] {
    var files: [String: String] = [
      "pack.json": packJSON, "projection.sql": projection, "figures.sql": figures, "findings.sql": findings,
      "berichte/raeder/bericht.json": reportJSON, "berichte/raeder/tabellen.sql": tables,
      "berichte/raeder/bericht.html.mustache": html, "berichte/raeder/bericht.md.mustache": markdown,
      "berichte/raeder/saetze.mustache": records,
    ]
    for (path, text) in changes { files[path] = text }
    return files.mapValues { Array($0.utf8) }
  }

  static func packs(_ changes: [String: String?] = [:]) throws -> PackSet {
    try PackSet(files: ["raeder": files(changes)])
  }

  static func bought(
    _ number: Int, _ marke: String, cents: Int? = nil, weight: String? = nil, on day: String = "2026-03-01"
  ) -> String {
    let price = cents.map { #","preis_cent":\#($0)"# } ?? ""
    let gewicht = weight.map { #","gewicht":\#($0)"# } ?? ""
    return """
      {"specversion":"1.0","id":"a\(number)","source":"urn:test","type":"de.aktenspur.rad.angeschafft",\
      "subject":"rad/\(number)","time":"\(day)T10:00:00+01:00","authid":"einkauf","data":{"marke":"\(marke)"\(price)\(gewicht)}}
      """
  }

  static func sold(_ number: Int, on day: String, by authid: String = "leitung") -> String {
    """
    {"specversion":"1.0","id":"v\(number)","source":"urn:test","type":"de.aktenspur.rad.verkauft",\
    "subject":"rad/\(number)","time":"\(day)T10:00:00+01:00","authid":"\(authid)","data":{}}
    """
  }

  /// Three bicycles, one of them without a price, one sold in November.
  static let events = [
    bought(1, "Diamant", cents: 120_000, weight: "14.1"), bought(2, "Diamant"),
    bought(3, "Brennabor", cents: 95_050, weight: "0.2", on: "2026-08-01"), sold(1, on: "2026-11-10"),
  ]
}

/// A projection of events in a folder of its own, removed at the end.
final class TestLedger: Sendable {
  let snapshot: ProjectionSnapshot
  let lines: [[UInt8]]
  private let folder: URL

  init(_ packs: PackSet, events: [String]) throws {
    var records = ExampleRecords(pack: "test", packs: packs)
    records.read(Array(events.joined(separator: "\n").utf8))
    guard records.differences.isEmpty else { throw Refused(differences: records.differences) }
    lines = records.lines
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("aktenspur-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    snapshot = try Projections.build(
      at: folder.appendingPathComponent("test.sqlite").path, packs: packs, source: records.source,
      size: UInt64(lines.count), timeZone: "Europe/Berlin")
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  struct Refused: Error {
    let differences: [ProjectionDifference]
  }
}
