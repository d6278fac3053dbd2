import Foundation
import Testing

/// The figures of the Statusbericht for the second half of 2022, from its events.
struct FigureTests {
  /// As the county printed them, with effective date 31.12.2022.
  static let printed = [
    "projekte.gesamt": 39, "projekte.abgeschlossen": 33, "projekte.abgeschlossen-vor-strategie": 6,
    "projekte.initialisierung": 1, "projekte.bearbeitung": 8, "projekte.verlaengert": 3,
    "angebote.online-dienste": 9, "angebote.themenportale": 4, "angebote.fachportale": 4, "angebote.formulare": 161,
    "angebote.leistungen-website": 468, "angebote.leistungen-ozg": 509,
    "anfragen.eingegangen": 84, "anfragen.startbar": 0,
    "budget.soll": 21_500_000, "budget.ist": 11_300_000, "akten.produktiv": 10,
  ]

  private let effective = ["--effective", "2022-12-31", "--json"]

  @Test func figuresAreThoseOfTheStatusbericht() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      let byCommand = try ledger.command("figures", arguments: effective)
      #expect(byCommand.status == 0, "\(byCommand.errors)")
      let figures = try byCommand.output.decoded([Figure].self)
      let values = Dictionary(figures.map { ($0.name, $0.value) }) { $1 }
      for (name, value) in FigureTests.printed { #expect(values[name] == value, "\(name)") }

      let byHTTP = try ledger.get("/v1/figures?effective=2022-12-31")
      #expect(byHTTP.status == 200)
      #expect(byHTTP.contentType == "application/json")
      #expect(byHTTP.body == byCommand.output)

      let two = try ledger.get("/v1/figures?effective=2022-12-31&name=budget.soll&name=projekte.gesamt")
      #expect(Set(try two.decoded([Figure].self).map(\.name)) == ["budget.soll", "projekte.gesamt"])
      let one = try ledger.command("figures", arguments: effective + ["budget.ist"])
      #expect(try one.output.decoded([Figure].self).map(\.name) == ["budget.ist"])
      #expect(try ledger.command("figures", arguments: effective + ["none"]).status == 65)
    }
  }

  @Test func everyFigureNamesTheRecordsBehindIt() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      let lines = try ledger.logLines()
      let figures = try ledger.command("figures", arguments: effective).output.decoded([Figure].self)
      #expect(!figures.isEmpty)
      for figure in figures {
        #expect(figure.asof.size == lines.count)
        #expect(figure.effective == "2022-12-31")
        #expect(figure.value == 0 || !figure.sequences.isEmpty, "\(figure.name)")
        for sequence in figure.sequences {
          let record = try #require(lines.indices.contains(sequence) ? lines[sequence] : nil, "\(figure.name)")
          #expect(!(try record.decoded(RecordDocument.self).type.hasPrefix("de.aktenspur.ledger.")))
        }
      }
      // From single events: as many records as the figure counts.
      for name in ["projekte.initialisierung", "projekte.bearbeitung", "projekte.verlaengert", "akten.produktiv"] {
        let figure = try #require(figures.first { $0.name == name })
        #expect(figure.sequences.count == figure.value, "\(name)")
      }
      let extended = try #require(figures.first { $0.name == "projekte.verlaengert" })
      let subjects = try extended.sequences.map { try lines[$0].decoded(RecordDocument.self).subject }
      #expect(subjects.sorted() == ["projekt/A14", "projekt/A29", "projekt/A7"])
    }
  }

  @Test func figuresFollowWhatIsRecorded() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      func received(_ arguments: String...) throws -> Int? {
        try ledger.command("figures", arguments: ["--json"] + arguments + ["anfragen.eingegangen"]).output
          .decoded([Figure].self).first?.value
      }
      #expect(try received("--effective", "2023-01-31") == 84)
      var later = SampleEvent.request("2023-1", id: "later")
      later.time = "2023-01-15T10:00:00+01:00"
      let receipt = try ledger.record(later)
      #expect(try received("--effective", "2023-01-31") == 85)
      #expect(try received("--effective", "2022-12-31") == 84)
      #expect(try received("--effective", "2023-01-31", "--as-of", "\(receipt.sequence)") == 84)
      let named = try ledger.get("/v1/figures?effective=2023-01-31&name=anfragen.eingegangen").decoded([Figure].self)
      #expect(named.first?.sequences.contains(receipt.sequence) == true)
    }
  }

  /// The time of day decides the local day: 23:30 UTC on the last day of the year is the next year in Berlin.
  @Test func daysAreThoseOfTheLedgersTimeZone() throws {
    try LedgerUnderTest.run { ledger in
      var event = SampleEvent.request("2023-1", id: "a")
      event.time = "2022-12-31T23:30:00Z"
      try ledger.record(event)
      func received(on day: String) throws -> Int? {
        try ledger.get("/v1/figures?effective=\(day)&name=anfragen.eingegangen").decoded([Figure].self).first?.value
      }
      #expect(try received(on: "2022-12-31") == 0)
      #expect(try received(on: "2023-01-01") == 1)
    }
  }
}
