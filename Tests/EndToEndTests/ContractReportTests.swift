import Foundation
import Testing

/// `aktenspur report vertraege`: lists, figures and a sheet for each contract.
struct ContractReportTests {
  private struct Document: Decodable {
    struct Figure: Decodable {
      var name: String
      var value: Int
    }

    struct Deadline: Decodable, Equatable {
      var innerhalb: String
      var vertrag: String
      var ende: String?
      var kuendigen_bis: String?
      var kuendigen_zum: String?
    }

    struct Sheet: Decodable {
      var vertrag: String
      var ergebnisse: String
      var spur: String
      var verlauf: String
      var regelversion: String
      var hinweis: String
      var sequences: [Int]
    }

    struct Rate: Decodable, Equatable {
      var satz_prozent: Int
      var betrag_cent: Int
      var steuer_cent: Int
    }

    struct Change: Decodable, Equatable {
      var vertrag: String
      var alt: String
      var neu: String
    }

    struct Tables: Decodable {
      var fristen: [Deadline]
      var blaetter: [Sheet]
      var steuer: [Rate]
      var aenderungen: [Change]
    }

    struct Finding: Decodable {
      var text: String
    }

    var figures: [Figure]
    var tables: Tables
    var findings: [Finding]
  }

  private func report(_ ledger: LedgerUnderTest, _ format: String, _ more: String...) throws -> Data {
    let result = try ledger.command(
      "report", arguments: ["vertraege", "--period", "2026-H2", "--format", format] + more)
    try #require(result.status == 0, "\(result.errors)")
    return result.output
  }

  private func event(_ id: String, _ type: String, on number: String, by person: String, _ data: String) -> SampleEvent
  {
    SampleEvent(id: id, type: "de.aktenspur.\(type)", subject: "vertrag/\(number)", data: data)
      .with("authid", "\"\(person)\"")
  }

  @Test func deadlinesAreThoseOfTheNextYear() throws {
    try LedgerUnderTest.run { ledger in
      let contracts: [(number: String, data: String)] = [
        // Ends with a month: so does the period of notice.
        ("A", #""ende":"2027-06-30","kuendigungsfrist":"P3M""#),
        // Has renewed itself since; monthly, with a month's notice.
        ("B", #""ende":"2020-01-31","kuendigungsfrist":1,"verlaengerung":"1 Monat""#),
        // The notice for the end after next is what can still be given.
        ("C", #""ende":"2025-02-28","kuendigungsfrist":"6 Monate zum Laufzeitende","verlaengerung":"P1Y""#),
        ("D", #""ende":"2027-05-15","kuendigungsfrist":"wie vereinbart""#),
        ("E", #""ende":"2027-11-30","kuendigungsfrist":"14 Tage""#),
        // Too late, or without an end.
        ("F", #""ende":"2029-12-31","kuendigungsfrist":"P3M""#), ("G", #""kuendigungsfrist":"P3M""#),
        // Renews itself in words that name no day.
        ("H", #""ende":"2026-12-15","verlaengerung":"stillschweigend, nach Absprache""#),
        ("I", #""ende":"2026-12-15","verlaengerung":"keine""#),
      ]
      for (number, data) in contracts {
        try ledger.record(event(number, "vertrag.erfasst", on: number, by: "fd", "{\"titel\":\"\(number)\",\(data)}"))
      }
      let document = try report(ledger, "json").decoded(Document.self)
      #expect(
        document.tables.fristen.map {
          [$0.innerhalb, $0.vertrag, $0.ende ?? "-", $0.kuendigen_bis ?? "-", $0.kuendigen_zum ?? "-"]
        } == [
          ["3 Monate", "vertrag/B", "2026-12-31", "2026-12-31", "2027-01-31"],
          ["3 Monate", "vertrag/C", "2027-02-28", "2027-08-31", "2028-02-29"],
          ["3 Monate", "vertrag/A", "2027-06-30", "2027-03-31", "2027-06-30"],
          ["6 Monate", "vertrag/D", "2027-05-15", "-", "-"],
          ["12 Monate", "vertrag/E", "2027-11-30", "2027-11-16", "2027-11-30"],
          ["ohne Tag", "vertrag/H", "-", "-", "-"],
        ])
      func value(_ name: String) -> Int? { document.figures.first { $0.name == name }?.value }
      #expect(value("vertraege.fristen-3-monate") == 3)
      #expect(value("vertraege.fristen-6-monate") == 4)
      #expect(value("vertraege.fristen-12-monate") == 5)
    }
  }

  private let answers = #"""
    "richtung":"ausgang","empfaenger":"privat","gegenleistung":"entgelt","leistender":"jpoer","nachhaltig":true,
    "hilfsgeschaeft":false,"handlungsform":"privatrechtlich","befreiung":"keine","kleinunternehmer":false,
    "satz_klasse":"regel","optionserklaerung":true,"bga_altrecht":false,"katalog_abs4":"keine"
    """#

  @Test func changeOfLawAndTaxByRate() throws {
    try LedgerUnderTest.run { ledger in
      try ledger.record(
        event(
          "1", "vertrag.2b-angaben-erfasst", on: "A", by: "fd",
          "{\(answers),\"leistung_von\":\"2026-01-01\",\"leistung_bis\":\"2027-12-31\",\"teilleistungen\":true}"))
      try ledger.record(
        event(
          "2", "vertrag.2b-angaben-erfasst", on: "B", by: "fd",
          "{\(answers),\"leistungsdatum\":\"2026-12-01\",\"bga_altrecht\":true,\"betrag_cent\":11900}"
            .replacingOccurrences(of: "\"bga_altrecht\":false,", with: "")))
      // Not taxable before by one rule and afterwards by another: nothing changes.
      try ledger.record(
        event(
          "3", "vertrag.2b-angaben-erfasst", on: "C", by: "fd",
          "{\(answers),\"jahresumsatz_gleichartig_cent\":100,\"leistung_von\":\"2026-01-01\",\"leistung_bis\":\"2027-12-31\",\"teilleistungen\":true}"
            .replacingOccurrences(
              of: "\"handlungsform\":\"privatrechtlich\"", with: "\"handlungsform\":\"oeffentlich_rechtlich\"")))
      let document = try report(ledger, "json").decoded(Document.self)
      #expect(document.figures.first { $0.name == "vertraege.aenderung-rechtsstand" }?.value == 1)
      #expect(
        document.tables.aenderungen == [
          Document.Change(vertrag: "vertrag/A", alt: "R0: nein, entfaellt", neu: "R8: ja, steuerpflichtig 19 %")
        ])
      #expect(document.tables.steuer == [Document.Rate(satz_prozent: 19, betrag_cent: 11_900, steuer_cent: 1_900)])
    }
  }

  @Test func sheetTellsEveryAnswerWithWhoAndWhen() throws {
    try LedgerUnderTest.run { ledger in
      try ledger.record(event("1", "vertrag.erfasst", on: "A", by: "register", #"{"titel":"Stellplätze"}"#))
      try ledger.record(event("2", "vertrag.2b-angaben-erfasst", on: "A", by: "fd-20", #"{"richtung":"ausgang"}"#))
      try ledger.record(event("3", "vertrag.2b-angaben-erfasst", on: "A", by: "fd-30", #"{"richtung":"eingang"}"#))
      try ledger.record(
        event(
          "4", "vertrag.2b-entschieden", on: "A", by: "steuer", #"{"steuerbar":"entfaellt","begruendung":"Einkauf"}"#))
      try ledger.record(event("5", "vertrag.erfasst", on: "B", by: "register", #"{"titel":"Anderer"}"#))

      let sheets = try report(ledger, "json", "--subject", "vertrag/A").decoded(Document.self).tables.blaetter
      let sheet = try #require(sheets.first)
      #expect(sheets.count == 1)
      let history = try JSONDecoder().decode([String].self, from: Data(sheet.verlauf.utf8))
      #expect(history.count == 4 && sheet.sequences.count == 4)
      for (line, parts) in zip(
        history,
        [
          ["register", "erfasst"], ["fd-20", "richtung = ausgang"], ["fd-30", "richtung = eingang"],
          ["steuer", "Einkauf"],
        ])
      {
        for part in parts + ["2022-10-01T09:30:00+02:00"] { #expect(line.contains(part), "\(line)") }
      }
      #expect(sheet.ergebnisse.contains("R1") && sheet.spur.contains("richtung: eingang"))
      #expect(sheet.regelversion == "2b-2026.1" && sheet.hinweis.contains("keine Steuerberatung"))
    }
  }

  @Test func oneListAloneComesWithTheRuleVersionAndWithoutFiguresAndFindings() throws {
    try LedgerUnderTest.run { ledger in
      for number in ["A", "B"] {
        try ledger.record(
          event(number, "vertrag.erfasst", on: number, by: "register", #"{"titel":"T","fachdienst":"FD 20"}"#))
      }
      let list = try report(ledger, "csv", "--table", "stand")
      let lines = String(decoding: list, as: UTF8.self).split(separator: "\r\n").map(String.init)
      #expect(lines.contains { $0.hasPrefix("tabelle:stand,FD 20,2,0,2,0,") }, "\(lines)")
      #expect(lines.contains { $0.hasPrefix("tabelle:regeln,2b-2026.1,") && $0.contains("keine Steuerberatung") })
      let kinds = Set(lines.compactMap { $0.split(separator: ",").first.map(String.init) })
      #expect(kinds == ["bericht", "fachpaket", "tabelle:regeln", "tabelle:stand"])
      for format in ["html", "md", "csv", "json"] {
        let answer = try ledger.get("/v1/reports/vertraege?period=2026-H2&table=stand&format=\(format)")
        #expect(answer.text == String(decoding: try report(ledger, format, "--table", "stand"), as: UTF8.self))
        #expect(answer.text.contains("FD 20") && answer.text.contains("keine Steuerberatung"))
        // Nothing was looked for, so nothing is said.
        #expect(!answer.text.contains("Befund") && !answer.text.contains("findings"))
      }
    }
  }

  @Test func periodsOfSeveralUnitsHaveNoDayAndWordsOfNoRenewalAreNone() throws {
    try LedgerUnderTest.run { ledger in
      for (number, data) in [
        ("A", #""kuendigungsfrist":"P1Y6M","verlaengerung":"keine""#),
        ("B", #""kuendigungsfrist":"P2M15D","verlaengerung":"Nein""#), ("C", #""kuendigungsfrist":"P10W""#),
      ] {
        try ledger.record(
          event(number, "vertrag.erfasst", on: number, by: "fd", #"{"titel":"T","ende":"2027-05-31",\#(data)}"#))
      }
      let table = try JSONSerialization.jsonObject(with: report(ledger, "json", "--table", "fristen")) as? [String: Any]
      let rows = try #require((table?["tables"] as? [String: [[String: Any]]])?["fristen"])
      #expect(
        rows.map { "\($0["vertrag"] ?? "") \($0["kuendigen_bis"] as? String ?? "-") \($0["verlaengert_sich"] ?? "")" }
          .sorted() == [
            "vertrag/A - 0", "vertrag/B - 0", "vertrag/C 2027-03-22 0",
          ])
    }
  }

  @Test func aContractOfSeveralYearsCountsInItsGroupInEachOfThem() throws {
    try LedgerUnderTest.run { ledger in
      let public_ = answers.replacing(
        #""handlungsform":"privatrechtlich""#, with: #""handlungsform":"oeffentlich_rechtlich""#)
      for (number, end) in [("A", "2029-12-31"), ("B", "2030-12-31")] {
        try ledger.record(
          event(
            number, "vertrag.erfasst", on: number, by: "fd",
            #"{"titel":"T","beginn":"2027-01-01","ende":"\#(end)","entgelt_jahr_cent":1000000}"#))
        try ledger.record(
          event(
            number + "2", "vertrag.2b-angaben-erfasst", on: number, by: "fd",
            #"""
            {\#(public_),"wettbewerb":"ja","vergleichbar_steuerfrei_ohne_option":false,"teilleistungen":true,
            "taetigkeitsgruppe":"G"}
            """#))
      }
      func rows(_ sql: String) throws -> String {
        try ledger.command("query", arguments: ["--format", "csv", sql]).text
      }
      let sums = "SELECT jahr, summe_cent FROM vertrag_2b_gruppe WHERE gruppe = 'G' ORDER BY jahr"
      // Until 2029 both perform; the second one has the year 2030 to itself.
      #expect(
        try rows(sums) == "jahr,summe_cent\r\n2027,2000000\r\n2028,2000000\r\n2029,2000000\r\n2030,1000000\r\n")
      #expect(
        try rows("SELECT vertrag, regel, steuerbar FROM vertrag_2b ORDER BY 1")
          == "vertrag,regel,steuerbar\r\nvertrag/A,R9f,ja\r\nvertrag/B,R9a,nein\r\n")
      // A forecast of its own counts in its year.
      try ledger.record(
        event("p", "vertrag.jahresprognose-gesetzt", on: "B", by: "fd", #"{"jahr":2028,"betrag_cent":900000}"#))
      #expect(
        try rows(sums) == "jahr,summe_cent\r\n2027,2000000\r\n2028,1900000\r\n2029,2000000\r\n2030,1000000\r\n")
      let findings = try report(ledger, "json").decoded(Document.self).findings.map(\.text)
      #expect(findings.contains { $0.hasPrefix("G 2028: Summe 1900000 Cent über") }, "\(findings)")
    }
  }

  @Test func aContractThatRenewsItselfRunsBehindItsEnd() throws {
    try LedgerUnderTest.run { ledger in
      for (number, data) in [("A", #""verlaengerung":"P1Y""#), ("B", #""verlaengerung":"nein""#)] {
        try ledger.record(
          event(
            number, "vertrag.erfasst", on: number, by: "fd",
            #"{"titel":"T","ende":"2024-12-31","entgelt_jahr_cent":7,\#(data)}"#))
      }
      func values() throws -> [Int?] {
        let figures = try report(ledger, "json").decoded(Document.self).figures
        return ["vertraege.laufend", "vertraege.entgelt-jahr"].map { name in figures.first { $0.name == name }?.value }
      }
      #expect(try values().first == 1)
      try ledger.record(event("k", "vertrag.gekuendigt", on: "A", by: "fd", #"{"gekuendigt_zum":"2025-12-31"}"#))
      #expect(try values().first == 0)
    }
  }

  @Test func whatIsReleasedWithoutAResultOrDecidedWithoutAReasonIsAFinding() throws {
    try LedgerUnderTest.run { ledger in
      try ledger.record(event("1", "vertrag.erfasst", on: "A", by: "fd", #"{"titel":"T"}"#))
      try ledger.record(event("2", "vertrag.2b-angaben-erfasst", on: "A", by: "fd", #"{"richtung":"ausgang"}"#))
      try ledger.record(
        event(
          "3", "vertrag.2b-entschieden", on: "A", by: "steuer",
          #"{"steuerbar":"zu_pruefen","regelversion":"2b-2026.1"}"#))
      try ledger.record(event("4", "vertrag.freigegeben", on: "A", by: "fd", "{}"))
      let findings = try report(ledger, "json", "--subject", "vertrag/A").decoded(Document.self).findings.map(\.text)
      #expect(findings.contains { $0.contains("entschieden als zu prüfen") }, "\(findings)")
      #expect(findings.contains { $0.contains("nennt keinen Grund") }, "\(findings)")
    }
  }

  @Test func aDecisionInForceIsOutdatedByAnswersThoughANewerOneIsNot() throws {
    try LedgerUnderTest.run { ledger in
      let period = #""leistung_von":"2026-01-01","leistung_bis":"2027-12-31","teilleistungen":true"#
      try ledger.record(event("1", "vertrag.2b-angaben-erfasst", on: "A", by: "fd", "{\(answers),\(period)}"))
      try ledger.record(
        event("2", "vertrag.2b-entschieden", on: "A", by: "st", #"{"steuerbar":"nein","gilt_bis":"2026-12-31"}"#))
      try ledger.record(event("3", "vertrag.2b-angaben-erfasst", on: "A", by: "fd", #"{"betrag_cent":5}"#))
      try ledger.record(
        event("4", "vertrag.2b-entschieden", on: "A", by: "st", #"{"steuerbar":"ja","gilt_von":"2027-01-01"}"#))
      let findings = try report(ledger, "json").decoded(Document.self).findings.map(\.text)
      #expect(findings.count { $0.contains("nach der Entscheidung vom") } == 1, "\(findings)")
    }
  }

  @Test func aRevocationForAPartOfTheCountyIsRefused() throws {
    try LedgerUnderTest.run { ledger in
      for part in ["taetigkeiten", "gruppe", "fachdienst", "umfang", "betrieb"] {
        let answer = try ledger.post(
          SampleEvent(
            id: part, type: "de.aktenspur.option.widerrufen", subject: "option/ustg-27-22",
            data: #"{"widerruf_wirksam_ab":"2026-01-01","\#(part)":"Parken"}"#))
        #expect(answer.status == 422 && answer.text.contains(part), "\(answer.text)")
      }
    }
  }

  @Test func anAnswerThatIsMissingIsNoAnswerInTheTrace() throws {
    try LedgerUnderTest.run { ledger in
      try ledger.record(
        event(
          "1", "vertrag.2b-angaben-erfasst", on: "A", by: "fd",
          #"{"richtung":"ausgang","empfaenger":"privat","gegenleistung":"entgelt","leistender":"jpoer"}"#))
      let trace = try ledger.command(
        "query", arguments: ["--format", "csv", "SELECT antwort FROM vertrag_2b_spur WHERE regel = 'R4'"])
      #expect(trace.text.contains("hilfsgeschaeft: ?, haendleraehnlich: ?"), "\(trace.text)")
    }
  }

  @Test func figuresCarryTheRuleVersionAndThatTheyAreNoTaxAdvice() throws {
    try LedgerUnderTest.run { ledger in
      try ledger.record(event("1", "vertrag.erfasst", on: "A", by: "register", #"{"titel":"T"}"#))
      let text = try ledger.command("figures", arguments: ["vertraege.geprueft", "vertraege.steuer-19"]).text
      #expect(text.contains("2b-2026.1") && text.components(separatedBy: "keine Steuerberatung").count == 2, "\(text)")
      let json = try ledger.command("figures", arguments: ["--json", "vertraege.geprueft", "akten.angelegt"]).text
      #expect(json.components(separatedBy: "keine Steuerberatung").count == 2, "\(json)")
      #expect(try !ledger.command("figures", arguments: ["akten.angelegt"]).text.contains("Steuerberatung"))
    }
  }

  @Test func unknownListIsRefusedWithThoseThatThereAre() throws {
    try LedgerUnderTest.run { ledger in
      let result = try ledger.command("report", arguments: ["vertraege", "--period", "2026-H2", "--table", "standd"])
      #expect(result.status == 65 && result.output.isEmpty)
      #expect(result.errors.contains("standd") && result.errors.contains("aenderungen"))
      let answer = try ledger.get("/v1/reports/vertraege?period=2026-H2&table=standd")
      #expect(answer.status == 404 && answer.text.contains("/table"))
    }
  }

  @Test func reportOfOneContractCountsItAlone() throws {
    try LedgerUnderTest.run { ledger in
      for number in ["A", "B", "C"] {
        try ledger.record(event(number, "vertrag.erfasst", on: number, by: "register", #"{"titel":"T"}"#))
        // Ends before it begins, and was decided without a result: a finding each.
        let events = [
          ("vertrag.geaendert", "fd", #"{"beginn":"2026-12-31"}"#),
          ("vertrag.geaendert", "fd", #"{"ende":"2026-01-01"}"#),
          ("vertrag.2b-angaben-erfasst", "fd", #"{"richtung":"ausgang"}"#),
          ("vertrag.2b-entschieden", "steuer", #"{"begruendung":"vertagt"}"#),
        ]
        for (index, (type, person, data)) in events.enumerated() {
          try ledger.record(event("\(number)\(index)", type, on: number, by: person, data))
        }
      }
      let one = try report(ledger, "json", "--subject", "vertrag/B").decoded(Document.self)
      #expect(one.figures.first { $0.name == "vertraege.gesamt" }?.value == 1)
      #expect(one.figures.first { $0.name == "vertraege.offen" }?.value == 1)
      #expect(one.findings.allSatisfy { $0.text.contains("vertrag/B") })
      let all = try report(ledger, "json").decoded(Document.self)
      #expect(all.figures.first { $0.name == "vertraege.gesamt" }?.value == 3)
      #expect(one.findings.count * 3 == all.findings.count && one.findings.count >= 2)
    }
  }

  @Test(arguments: ["html", "md", "csv", "json"])
  func everyFormatCarriesTheRuleVersionAndThatItIsNoTaxAdvice(format: String) throws {
    try LedgerUnderTest.run { ledger in
      try ledger.record(event("1", "vertrag.erfasst", on: "A", by: "register", #"{"titel":"Stellplätze"}"#))
      let text = String(decoding: try report(ledger, format), as: UTF8.self)
      #expect(text.contains("2b-2026.1"))
      #expect(text.contains("keine Steuerberatung"))
      #expect(text.contains("Stellplätze"))
      let answer = try ledger.get("/v1/reports/vertraege?period=2026-H2&format=\(format)")
      #expect(answer.text == text)
    }
  }
}
