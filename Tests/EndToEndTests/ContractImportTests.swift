import Foundation
import Testing

/// `aktenspur import`: rows of a table become events, all of them or none.
struct ContractImportTests {
  private struct Outcome: Decodable {
    struct Problem: Decodable, Equatable {
      var line: Int?
      var entry: Int?
      var column: Int?
      var name: String?
      var detail: String
    }

    var dryrun: Bool
    var count: Int
    var recorded: Int
    var errors: [Problem]
  }

  private let register = """
    Vertragsnummer;Titel;Fachdienst;Beginn;Ende;Jahresentgelt;richtung;empfaenger
    2022-0815;Wartung Aufzug;FD 20;01.01.2022;31.12.2027;"1.234,50";eingang;
    2023-0001;Stellplätze;FD 40;2023-01-01;;600,00;ausgang;privat
    """

  private func run(
    _ ledger: LedgerUnderTest, _ arguments: [String], _ input: String
  ) throws -> (result: Program.Result, outcome: Outcome) {
    let result = try ledger.command(
      "import", "--socket", ledger.socket, "--json", arguments: arguments + ["-"], input: Data(input.utf8))
    return (result, try result.output.decoded(Outcome.self))
  }

  @Test func registerBecomesContractsAndAnswers() throws {
    try LedgerUnderTest.run { ledger in
      let before = try ledger.logLines().count
      let (result, outcome) = try run(ledger, ["contracts"], register)
      #expect(result.status == 0, "\(result.errors)")
      #expect(outcome.count == 4 && outcome.recorded == 4 && outcome.errors.isEmpty)
      #expect(try ledger.logLines().count == before + 4)

      let query = try ledger.command(
        "query", "--format", "csv",
        "SELECT v.vertrag, v.beginn, v.entgelt_jahr_cent, z.regel FROM vertrag AS v JOIN vertrag_2b AS z USING (vertrag)"
      )
      #expect(
        query.text == "vertrag,beginn,entgelt_jahr_cent,regel\r\nvertrag/2022-0815,2022-01-01,123450,R1\r\n"
          + "vertrag/2023-0001,2023-01-01,60000,offen\r\n")
    }
  }

  @Test func dryRunRecordsNothing() throws {
    try LedgerUnderTest.run { ledger in
      let before = try ledger.logLines().count
      let (result, outcome) = try run(ledger, ["contracts", "--dry-run"], register)
      #expect(result.status == 0)
      #expect(outcome.dryrun && outcome.count == 4 && outcome.recorded == 0)
      #expect(try ledger.logLines().count == before)
    }
  }

  @Test func sameRowIsRecordedOnceAndACorrectedOneAnew() throws {
    try LedgerUnderTest.run { ledger in
      _ = try run(ledger, ["contracts"], register)
      #expect(try run(ledger, ["contracts"], register).outcome.recorded == 0)
      let corrected = register.replacingOccurrences(of: "600,00", with: "650,00")
      #expect(try run(ledger, ["contracts"], corrected).outcome.recorded == 1)
    }
  }

  @Test func everyErrorIsNamedWithLineAndColumnAndNothingIsRecorded() throws {
    try LedgerUnderTest.run { ledger in
      let before = try ledger.logLines().count
      let (result, outcome) = try run(
        ledger, ["contracts"],
        """
        Vertragsnummer;Titel;Beginn;Ende;Jahresentgelt;richtung
        2022-0001;Gut;2022-01-01;;1,00;ausgang
        2022-0815;;31.02.2022;31.12.2027;"1.234,505";rein
        2022-0001;Doppelt;;;;
        20 22;Falsche Nummer;;;;
        2022-0816;Verkehrt;2023-01-01;2022-01-01;-5;
        2022-0817;Zweierlei;2023-01-01;2022-01-01;;raus
        zu;kurz
        """)
      #expect(result.status == 65)
      let places = outcome.errors.map { "\($0.line ?? 0)/\($0.column ?? 0)" }
      #expect(
        places == ["3/2", "3/3", "3/5", "3/6", "4/1", "5/1", "6/4", "6/5", "7/4", "7/6", "8/0"], "\(outcome.errors)")
      #expect(outcome.errors[0].name == "Titel")
      #expect(outcome.recorded == 0)
      #expect(try ledger.logLines().count == before)
    }
  }

  @Test func columnsOfOneFieldMustNotContradictEachOther() throws {
    try LedgerUnderTest.run { ledger in
      let (result, outcome) = try run(
        ledger, ["contracts"],
        """
        Vertragsnummer;Titel;Jahresentgelt;Entgelt Jahr Cent
        1;A;5,00;500
        2;B;5,00;600
        """)
      #expect(result.status == 65)
      #expect(outcome.errors.map { "\($0.line ?? 0)/\($0.column ?? 0)" } == ["3/3"], "\(outcome.errors)")
      #expect(outcome.recorded == 0)
    }
  }

  @Test(arguments: [
    ("Vertragsnummer;Titel;Ansprechpartner\n1;A;B\n", 3), ("Titel\nA\n", nil), ("", nil),
  ])
  func headerThatDoesNotFitIsRefused(text: String, column: Int?) throws {
    try LedgerUnderTest.run { ledger in
      let (result, outcome) = try run(ledger, ["contracts"], text)
      #expect(result.status == 65)
      #expect(outcome.errors.map(\.line) == [1])
      #expect(outcome.errors.map(\.column) == [column])
    }
  }

  @Test func rowThatTheLedgerRefusesStopsAllOfThem() throws {
    try LedgerUnderTest.run { ledger in
      let mapping = ledger.folder.file("abbildung.json")
      try Data(
        """
        {"source":"urn:probe:anfragen","columns":{"nummer":{},"titel":{}},
         "events":[{"type":"de.aktenspur.anfrage.eingegangen","subject":"anfrage/{nummer}","data":{"titel":"titel"}}]}
        """.utf8
      ).write(to: mapping)
      try ledger.record(.request("2", id: "vorher"))
      let before = try ledger.logLines().count
      let (result, outcome) = try run(
        ledger, ["--mapping", mapping.path], #"[{"nummer":"1","titel":"A"},{"nummer":2,"titel":"B"}]"#)
      #expect(result.status == 65)
      // A request must be the first event of its subject.
      #expect(outcome.errors.map(\.entry) == [2], "\(result.errors)")
      #expect(try ledger.logLines().count == before)
    }
  }

  @Test func moreThanABatchIsRefusedUnlessAskedFor() throws {
    try LedgerUnderTest.run { ledger in
      let rows = (1...10_001).map { "\($0),Vertrag \($0)\n" }.joined()
      let text = "nummer,titel\n" + rows
      let before = try ledger.logLines().count
      let refused = try ledger.command(
        "import", "--socket", ledger.socket, arguments: ["contracts", "-"], input: Data(text.utf8))
      #expect(refused.status == 65)
      #expect(refused.errors.contains("10,000") && refused.errors.contains("--several-batches"))
      #expect(try ledger.logLines().count == before)

      let (result, outcome) = try run(ledger, ["contracts", "--several-batches"], text)
      #expect(result.status == 0, "\(result.errors)")
      #expect(outcome.recorded == 10_001)
      #expect(try run(ledger, ["contracts", "--several-batches"], text).outcome.recorded == 0)
    }
  }
}
