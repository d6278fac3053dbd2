import Foundation
import Testing

/// `aktenspur form ustg-2b`: question by question, with the result of the pack's own rules after each answer.
struct ContractFormTests {
  private struct Questions: Decodable {
    struct Question: Decodable {
      var feld: String
      var offen: Bool
      var norm: String
      var hilfe: String
    }

    struct Row: Decodable {
      var regel: String
      var steuerstatus: String
      var regelversion: String
    }

    var hinweis: String
    var fragen: [Question]
    var ergebnis: [Row]
    var fehlend: [String]

    var open: [String] { fragen.filter(\.offen).map(\.feld) }
  }

  private static let contract = "vertrag/2026-0001"

  private func register(_ ledger: LedgerUnderTest) throws {
    try ledger.record(
      SampleEvent(
        id: "erfasst", type: "de.aktenspur.vertrag.erfasst", subject: Self.contract,
        data: #"{"titel":"Stellplätze","beginn":"2027-01-01","ende":"2027-12-31"}"#))
  }

  private func form(
    _ ledger: LedgerUnderTest, _ arguments: [String] = [], input: String = ""
  ) throws -> Program.Result {
    try ledger.command(
      "form", "--socket", ledger.socket, arguments: arguments + ["ustg-2b", Self.contract], input: Data(input.utf8))
  }

  private func questions(_ ledger: LedgerUnderTest, _ answers: String? = nil) throws -> Questions {
    var arguments = ["--questions", "--json"]
    if answers != nil { arguments += ["--answers", "-"] }
    let result = try form(ledger, arguments, input: answers ?? "")
    try #require(result.status == 0, "\(result.errors)")
    return try result.output.decoded(Questions.self)
  }

  @Test func asksAboutAContractOfWhichNothingIsRecordedYet() throws {
    try LedgerUnderTest.run { ledger in
      let before = try questions(ledger)
      #expect(before.open.contains("richtung") && before.open.count > 5)
      #expect(try form(ledger, input: "").status == 65)
      let result = try form(ledger, input: "eingang\n")
      #expect(result.status == 0 && result.text.contains("Aufgezeichnet"), "\(result.text)\(result.errors)")
    }
  }

  @Test func takesAnswersUnderTheNamesThatItsQuestionsHave() throws {
    try LedgerUnderTest.run { ledger in
      try register(ledger)
      let answers = #"{"abs3_nr2.a":true,"abs3_nr2.b":true,"abs3_nr2.c":false,"abs3_nr2.d":true}"#
      let result = try form(ledger, ["--answers", "-"], input: answers)
      #expect(result.status == 0, "\(result.errors)")
      let recorded = try ledger.command(
        "query", arguments: ["--format", "json", "SELECT angaben FROM vertrag_2b_angaben"])
      #expect(
        try recorded.output.decoded([[String: String]].self).first?["angaben"]
          == #"{"abs3_nr2":{"a":true,"b":true,"c":false,"d":true}}"#)
    }
  }

  @Test func asksOnlyWhatStillMattersAndRecordsTheAnswers() throws {
    try LedgerUnderTest.run { ledger in
      try register(ledger)
      // A number, a value, a text of its own, an amount, German words; § 2 Abs. 1 decides, so form and competition are not asked.
      let result = try form(
        ledger, input: "1\nprivat\nEntgelt\n1.500,00\nprivatrechtlich\nkeine\nnein\nRegelsatz\n")
      #expect(result.status == 0, "\(result.errors)")
      for field in ["richtung", "gegenleistung", "befreiung", "satz_klasse"] {
        #expect(result.text.contains("[\(field)]"))
      }
      for field in ["handlungsform", "wettbewerb", "leistungsdatum"] { #expect(!result.text.contains("[\(field)]")) }
      #expect(result.text.contains("§ 12 UStG") && result.text.contains("Hilfe:"))
      #expect(result.text.contains("Regel: R6"))
      #expect(result.text.contains("Regelversion: 2b-2026.1") && result.text.contains("keine Steuerberatung"))

      let last = try #require(try ledger.logLines().last).decoded(Recorded.self)
      #expect(last.type == "de.aktenspur.vertrag.2b-angaben-erfasst")
      #expect(last.data.betrag_cent == 150_000)
      #expect(last.data.leistender == "privatrechtlich")
      let stored = try ledger.command("query", "--format", "csv", "SELECT regel, satz_prozent FROM vertrag_2b")
      #expect(stored.text == "regel,satz_prozent\r\nR6,19\r\n")
      // Nothing is left to ask.
      #expect(try form(ledger).text.contains("nichts wurde aufgezeichnet"))
    }
  }

  private struct Recorded: Decodable {
    struct Answers: Decodable {
      var betrag_cent: Int?
      var leistender: String?
    }

    var type: String
    var data: Answers
  }

  @Test(arguments: ["", "ausgang\n", "ausgang\nprivat\nvielleicht\n"])
  func inputThatEndsEarlyRecordsNothing(input: String) throws {
    try LedgerUnderTest.run { ledger in
      try register(ledger)
      let before = try ledger.log()
      let result = try form(ledger, input: input)
      #expect(result.status == 65)
      #expect(result.errors.contains("nichts wurde aufgezeichnet"))
      #expect(try ledger.log() == before)
    }
  }

  @Test func questionsCanBeEndedEarlyByWord() throws {
    try LedgerUnderTest.run { ledger in
      try register(ledger)
      let result = try form(ledger, input: "ausgang\nfertig\n")
      #expect(result.status == 0, "\(result.errors)")
      #expect(try questions(ledger).open.contains("richtung") == false)
    }
  }

  @Test func questionsAndNextQuestionsAsJSON() throws {
    try LedgerUnderTest.run { ledger in
      try register(ledger)
      let first = try questions(ledger)
      #expect(first.open.first == "richtung")
      #expect(first.ergebnis.map(\.regel) == ["offen"])
      #expect(first.ergebnis.allSatisfy { $0.regelversion == "2b-2026.1" })
      #expect(first.hinweis.contains("keine Steuerberatung"))
      #expect(first.fragen.allSatisfy { !$0.norm.isEmpty && !$0.hilfe.isEmpty })

      let bought = try questions(ledger, #"{"richtung":"eingang"}"#)
      #expect(bought.open.isEmpty && bought.ergebnis.map(\.regel) == ["R1"])
      // Nothing was recorded for the asking.
      #expect(try questions(ledger).open.first == "richtung")
    }
  }

  @Test func answersOfAnotherFormAreRecordedAndBadOnesRefused() throws {
    try LedgerUnderTest.run { ledger in
      try register(ledger)
      let refused = try form(ledger, ["--answers", "-"], input: #"{"richtung":"hinaus"}"#)
      #expect(refused.status == 65 && refused.errors.contains("/data/richtung: erwartet "), "\(refused.errors)")
      let reversed = try form(
        ledger, ["--answers", "-"], input: #"{"leistung_von":"2027-02-01","leistung_bis":"2027-01-31"}"#)
      #expect(reversed.errors.contains("erwartet ein Datum nicht vor 2027-02-01"), "\(reversed.errors)")
      let taken = try form(ledger, ["--answers", "-"], input: #"{"richtung":"eingang"}"#)
      #expect(taken.status == 0, "\(taken.errors)")
      #expect(try questions(ledger).ergebnis.map(\.regel) == ["R1"])
    }
  }

  @Test func resultCountsTheGroupOfOtherContractsAndTheCountysOption() throws {
    try LedgerUnderTest.run { ledger in
      try register(ledger)
      let answers = #"""
        "richtung":"ausgang","empfaenger":"privat","gegenleistung":"gebuehr","leistender":"jpoer","nachhaltig":true,
        "hilfsgeschaeft":false,"handlungsform":"oeffentlich_rechtlich","katalog_abs4":"keine",
        "vergleichbar_steuerfrei_ohne_option":false,"wettbewerb":"ja","befreiung":"keine","kleinunternehmer":false,
        "satz_klasse":"regel","taetigkeitsgruppe":"Auskünfte","leistungsdatum":"2027-03-01","optionserklaerung":false
        """#
      try ledger.record(
        SampleEvent(
          id: "andere", type: "de.aktenspur.vertrag.2b-angaben-erfasst", subject: "vertrag/2026-0002",
          data: "{\(answers),\"betrag_cent\":1700000}"))
      #expect(try questions(ledger, "{\(answers),\"betrag_cent\":50000}").ergebnis.map(\.regel) == ["R9a"])
      #expect(try questions(ledger, "{\(answers),\"betrag_cent\":50001}").ergebnis.map(\.regel) == ["R9f"])

      try ledger.record(
        SampleEvent(id: "option", type: "de.aktenspur.option.erklaert", subject: "option/ustg-27-22", data: "{}"))
      let old = try questions(
        ledger,
        "{"
          + answers.replacingOccurrences(of: "2027-03-01", with: "2026-03-01")
          .replacingOccurrences(of: ",\"optionserklaerung\":false", with: "") + ",\"bga_altrecht\":false}")
      #expect(old.ergebnis.map(\.regel) == ["R0"])
    }
  }

  @Test(arguments: [["ustg-2c", "vertrag/1"], ["ustg-2b", "projekt/1"]])
  func unknownFormOrSubjectIsRefused(arguments: [String]) throws {
    try LedgerUnderTest.run { ledger in
      let result = try ledger.command("form", "--socket", ledger.socket, arguments: arguments)
      #expect(result.status == 65)
      #expect(result.errors.contains("ustg-2b"))
    }
  }
}
