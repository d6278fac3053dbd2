import DomainPacks
import ReadModels
import Testing
import TransparencyLog

@testable import Reporting

@Suite struct ReportTests {
  private func report(
    _ changes: [String: String?] = [:], events: [String] = Bicycles.events, period: String = "2026-H2",
    effective: String? = nil
  ) throws -> Report {
    let ledger = try TestLedger(Bicycles.packs(changes), events: events)
    return try Report.build(
      name: "raeder", snapshot: ledger.snapshot, period: Period(period), effective: effective)
  }

  private func text(_ report: Report, _ format: ReportFormat) throws -> String {
    String(decoding: try report.render(format), as: UTF8.self)
  }

  @Test func writesJSON() throws {
    let ledger = try TestLedger(Bicycles.packs(), events: Bicycles.events)
    let report = try Report.build(name: "raeder", snapshot: ledger.snapshot, period: Period("2026-H2"))
    let asof = #"{"size":4,"root":"\#(RFC6962.root(ofLines: ledger.lines).base64)"}"#
    #expect(
      try text(report, .json) == """
        {"report":"raeder","period":"2026-H2","effective":"2026-12-31","asof":\(asof),"figures":[\
        {"name":"raeder.vorhanden","title":"Vorhandene Diensträder","value":2,"unit":"Räder","sequences":[1,2],\
        "asof":\(asof),"effective":"2026-12-31"},\
        {"name":"raeder.wert","title":"Anschaffungswert der vorhandenen Diensträder","value":95050,"unit":"Cent",\
        "sequences":[1,2],"asof":\(asof),"effective":"2026-12-31"}],\
        "tables":{"raeder":[\
        {"subject":"rad/2","marke":"Diamant","preis":0,"seit":"2026-03-01","sequences":[1]},\
        {"subject":"rad/3","marke":"Brennabor","preis":95050,"seit":"2026-08-01","sequences":[2]}],\
        "je-marke":[{"marke":"Brennabor","anzahl":1,"sequences":[2]},{"marke":"Diamant","anzahl":2,"sequences":[0,1]}],\
        "blaetter":[{"marke":"Diamant","teile":"[\\"Rahmen\\",\\"Räder\\"]","bis":"2026-11-10","sequences":[0]},\
        {"marke":"Diamant","teile":"[\\"Rahmen\\",\\"Räder\\"]","bis":null,"sequences":[1]},\
        {"marke":"Brennabor","teile":"[\\"Rahmen\\",\\"Räder\\"]","bis":null,"sequences":[2]}]},\
        "findings":[\
        {"name":"raeder.ohne-preis","text":"rad/2: kein Preis am 2026-03-01","sequences":[1]},\
        {"name":"raeder.gleiche-marke","text":"Diamant","sequences":[0,1]}]}

        """)
  }

  @Test func writesCSV() throws {
    let events = [Bicycles.bought(1, #"Rixe, \"Spezial\""#, cents: 100)]
    let csv = try text(report(events: events), .csv)
    #expect(csv.hasSuffix("\r\n"))
    let records = csv.split(separator: "\r\n")
    #expect(records.first == "bericht,name,titel,zeitraum,stichtag,umfang,wurzel")
    #expect(records.contains("kennzahl,raeder.vorhanden,Vorhandene Diensträder,1,Räder,0,"))
    #expect(records.contains("tabelle:raeder,subject,marke,preis,seit,sequences,"))
    #expect(records.contains(#"tabelle:raeder,rad/1,"Rixe, ""Spezial""",100,2026-03-01,0,"#))
    #expect(records.contains("befund,name,text,sequences,,,"))
  }

  @Test(arguments: ReportFormat.allCases)
  func sameInputSameBytes(format: ReportFormat) throws {
    #expect(try report().render(format) == report().render(format))
  }

  @Test func rendersTemplates() throws {
    #expect(
      try text(report(), .html) == """
        <h1>Bericht über die Diensträder</h1>
        <h2>1 Bestand</h2>
        <p title="Nur &lt;vorhandene&gt; Räder.">Nur &lt;vorhandene&gt; Räder.</p>
        raeder.vorhanden=2 Räder [1 2]
        raeder.wert=950,50 € [1 2]
        Nur Diamant: Diamant;
        Vorhandene Räder: Diamant;0,00 €;01.03.2026;
        Brennabor;950,50 €;01.08.2026;

        <h3>1.1 Je Marke</h3>

        raeder.wert=950,50 € [1 2]
        Räder je Marke: Brennabor;1;
        Diamant;2;
        Blätter: ;10.11.2026;
        ;;
        ;;


        """)
    #expect(
      try text(report(), .markdown).hasPrefix(
        "# Bericht über die Diensträder, 2. Halbjahr 2026\n| Diamant |\n| Diamant | 0,00 € |"))
  }

  @Test func effectiveMayLieInsideThePeriod() throws {
    let report = try report(effective: "2026-11-09")
    #expect(report.effective == "2026-11-09")
    #expect(report.figures.first?.value == .integer(3))
  }

  @Test func escapesWhatEventsSay() throws {
    // A combining mark after the quote must not hide it from the escape.
    let events = [Bicycles.bought(1, #"\"\u0301 onload=x <b>&'|*_`"#, cents: 1)]
    let template =
      #"{{#sections}}{{#tables}}{{#rows}}{{#cells}}<i title="{{text}}">{{/cells}}{{/rows}}{{/tables}}{{/sections}}"#
    let changed = try report(["berichte/raeder/bericht.html.mustache": template], events: events)
    let html = try text(changed, .html)
    #expect(
      html.unicodeScalars.starts(with: "<i title=\"&quot;\u{301} onload=x &lt;b&gt;&amp;&#39;|*_`\">".unicodeScalars))
    let markdown = try text(changed, .markdown)
    #expect(markdown.contains(#"onload=x \<b\>\&'\|\*\_\` |"#))
  }

  @Test func rowsWrittenOutHaveTheirCellsEscapedTheirNumbersMarkedAndTheirRecordsBehindThem() throws {
    let template = "{{#sections}}{{#tables}}{{{rows_markup}}}\n{{/tables}}{{/sections}}"
    let changed = try report(
      [
        "berichte/raeder/bericht.html.mustache": template, "berichte/raeder/bericht.md.mustache": template,
        "berichte/raeder/bericht.json": #"""
        {"title":"R","sections":[{"number":"1","heading":"B","tables":[
         {"name":"raeder","columns":[
          {"name":"marke","title":"Marke"},{"name":"preis","title":"Preis"}]},
         {"name":"blaetter","columns":[
          {"name":"bis","title":"Bis"},{"name":"teile","title":"Teile","format":"liste"}]}]}]}
        """#,
      ], events: [Bicycles.bought(1, "<Rixe>\\n_Sport_", cents: 1234)])
    let empty = #"<span class="leer" aria-hidden="true">–</span><span class="verborgen">ohne Angabe</span>"#
    let html = try text(changed, .html).split(separator: "\n").map(String.init)
    #expect(
      html == [
        #"<tr><th scope="row">&lt;Rixe&gt;<br>_Sport_</th><td class="zahl">1.234</td><td><span class="saetze">0</span></td></tr>"#,
        #"<tr><th scope="row">\#(empty)</th><td><ul><li>Rahmen</li><li>Räder</li></ul></td>"#
          + #"<td><span class="saetze">0</span></td></tr>"#,
      ])
    #expect(try text(changed, .markdown) == "| \\<Rixe\\> \\_Sport\\_ | 1.234 | 0 |\n| – | Rahmen; Räder | 0 |\n")
  }

  @Test func oneTableAloneComesWithTheSectionsOfEveryTableAndWithoutFiguresAndFindings() throws {
    let json = Bicycles.reportJSON.replacing(#""number":"1","#, with: #""number":"1","always":true,"#)
    let ledger = try TestLedger(Bicycles.packs(["berichte/raeder/bericht.json": json]), events: Bicycles.events)
    let period = try Period("2026-H2")
    let report = try Report.build(name: "raeder", snapshot: ledger.snapshot, period: period, table: "blaetter")
    #expect(report.tables.map(\.name) == ["raeder", "blaetter"])
    #expect(report.figures.isEmpty && report.findings.isEmpty)
    #expect(throws: ReportingError.unknownTable("rad", report: "raeder", known: ["raeder", "je-marke", "blaetter"])) {
      try Report.build(name: "raeder", snapshot: ledger.snapshot, period: period, table: "rad")
    }
  }

  @Test func nameThatNothingKnowsIsAnError() throws {
    let changed = try report(["berichte/raeder/bericht.html.mustache": "{{#sections}}{{headign}}{{/sections}}"])
    #expect(
      throws: ReportingError.definition(
        pack: "raeder", file: "berichte/raeder/bericht.html.mustache", place: "{{headign}}",
        detail: "there is no such name")
    ) { try changed.render(.html) }
  }

  @Test(arguments: [
    ("{{>fehlt}}", "{{>fehlt}}"), ("Eins\n{{#sections}}", "line"), ("{{#sections}}\n{{/section}}", "line 2"),
  ])
  func brokenTemplateIsAnError(template: String, place: String) throws {
    let changed = try report(["berichte/raeder/bericht.md.mustache": template])
    let error = #expect(throws: ReportingError.self) { try changed.render(.markdown) }
    #expect(error?.description.contains("berichte/raeder/bericht.md.mustache, \(place)") == true)
  }

  @Test func missingTemplateIsAnError() throws {
    let changed = try report(["berichte/raeder/bericht.md.mustache": nil])
    #expect(throws: ReportingError.self) { try changed.render(.markdown) }
    #expect(try !changed.render(.html).isEmpty)
  }

  @Test func unknownReportNamesTheKnown() throws {
    let ledger = try TestLedger(Bicycles.packs(), events: [])
    #expect(throws: ReportingError.unknownReport("fehlt", known: ["raeder"])) {
      try Report.build(name: "fehlt", snapshot: ledger.snapshot, period: Period("2026"))
    }
  }

  @Test(arguments: [
    (#"{"title":"T"}"#, "/sections: expected an array"),
    (#"{"titel":"T","sections":[]}"#, "/titel: unknown"),
    (#"{"title":"T","sections":[{"number":"1","heading":""}]}"#, "/sections/0/heading: expected a non-empty string"),
    (
      #"{"title":"T","sections":[{"number":"1","heading":"H","text":"kein Feld"}]}"#,
      "/sections/0/text: expected an array"
    ),
    (
      #"{"title":"T","sections":[{"number":"1","heading":"H","tables":[{"name":"fehlt","columns":[{"name":"a","title":"A"}]}]}]}"#,
      "/sections/0/tables/0/name: tabellen.sql has no section"
    ),
    (
      #"{"title":"T","sections":[{"number":"1","heading":"H","tables":[{"name":"raeder","columns":[]}]}]}"#,
      "/sections/0/tables/0/columns: expected at least one column"
    ),
    (
      #"{"title":"T","sections":[{"number":"1","heading":"H","tables":[{"name":"raeder","columns":[{"name":"x","title":"X"}]}]}]}"#,
      "table raeder: its SELECT in tabellen.sql has no column \"x\""
    ),
    (
      #"{"title":"T","sections":[{"number":"1","heading":"H","tables":[{"name":"raeder","columns":[{"name":"x","title":"X","format":"fett"}]}]}]}"#,
      "/sections/0/tables/0/columns/0/format: expected one of automatic, text"
    ),
    ("{", "bericht.json: the text ends"),
  ])
  func badDefinitionIsAnError(json: String, detail: String) throws {
    let error = #expect(throws: ReportingError.self) { try report(["berichte/raeder/bericht.json": json]) }
    #expect(error?.description.contains(detail) == true, "\(String(describing: error))")
  }

  @Test(arguments: [
    ("SELECT 1;", "line 1: expected \"-- table"),
    ("-- table raeder Räder\nSELECT 1;", "line 1: expected \"-- table"),
    ("-- table Räder: R\nSELECT 1;", "line 1: expected a name"),
    ("-- table raeder: R\n-- nichts\n", "line 1: expected a SELECT"),
    ("-- table raeder: R\nSELECT 1;\n-- table raeder: R\nSELECT 1;", "line 3: there is a table raeder already"),
  ])
  func badTablesAreErrors(sql: String, detail: String) throws {
    let error = #expect(throws: ReportingError.self) { try report(["berichte/raeder/tabellen.sql": sql]) }
    #expect(
      error?.description.contains("pack raeder, berichte/raeder/tabellen.sql, \(detail)") == true,
      "\(String(describing: error))")
  }
}
