import Foundation
import Testing

/// A Vorgang or Dokument that is moved takes neither its history nor what must be kept out of an Akte.
struct FileMoveTests {
  private static let akte = "akte/10.03/2020/1"
  private static let other = "akte/10.03/2020/2"

  private func withFile(_ scenario: (LedgerUnderTest) throws -> Void) throws {
    try LedgerUnderTest.run { ledger in
      for akte in [FileMoveTests.akte, FileMoveTests.other] {
        try ledger.record(
          .akten("akte.angelegt", akte, #"{"titel":"A","aufbewahrungsart":"buecher"}"#, on: "2020-01-02"))
      }
      try ledger.record(
        .akten("vorgang.angelegt", "vorgang/1", #"{"akte":"\#(FileMoveTests.akte)"}"#, on: "2020-01-03"))
      try ledger.record(.akten("dokument.angelegt", "dokument/1", #"{"vorgang":"vorgang/1"}"#, on: "2020-01-04"))
      try ledger.record(
        .akten("dokument.angelegt", "dokument/2", #"{"akte":"\#(FileMoveTests.akte)"}"#, on: "2020-01-05"))
      try scenario(ledger)
    }
  }

  private func expectRefused(_ event: SampleEvent, _ reason: String, in ledger: LedgerUnderTest) throws {
    let answer = try ledger.post(event)
    #expect(answer.status == 409 && answer.text.contains(reason), "\(answer.text)")
  }

  @Test func nothingLeavesAHeldOrClosedAkte() throws {
    try withFile { ledger in
      try ledger.record(
        .akten("akte.gesperrt", FileMoveTests.akte, #"{"grund":"Klage"}"#, on: "2020-02-01", by: "recht-1"))
      let title = "Aus einer geschlossenen oder gesperrten Akte wird nichts verlegt: \(FileMoveTests.akte)"
      func moves(_ id: String) -> [SampleEvent] {
        [
          .akten("vorgang.geaendert", "vorgang/1", #"{"akte":"akte/nirgends"}"#, on: "2020-02-02", id: id + "a"),
          .akten("dokument.geaendert", "dokument/1", #"{"vorgang":"vorgang/9"}"#, on: "2020-02-02", id: id + "b"),
          .akten(
            "dokument.geaendert", "dokument/2", #"{"akte":"\#(FileMoveTests.other)"}"#, on: "2020-02-02", id: id + "c"),
        ]
      }
      for move in moves("1") { try expectRefused(move, title + ": seit 2020-02-01, Klage", in: ledger) }
      // What moves nothing is no move.
      try ledger.record(
        .akten(
          "dokument.geaendert", "dokument/2", #"{"akte":"\#(FileMoveTests.akte)","titel":"neu"}"#, on: "2020-02-03"))
      try ledger.record(
        .akten("akte.sperre-aufgehoben", FileMoveTests.akte, #"{"grund":"Ende"}"#, on: "2020-02-04", by: "leitung-1"))
      try ledger.record(.akten("akte.zda-verfuegt", FileMoveTests.akte, on: "2020-02-05"))
      for move in moves("2") { try expectRefused(move, title + " ist nicht mehr offen (zda)", in: ledger) }
    }
  }

  @Test func aMovedDokumentIsKeptForEveryAkteThatItHasBeenIn() throws {
    try withFile { ledger in
      try ledger.record(
        .akten("dokument.geaendert", "dokument/2", #"{"akte":"akte/nirgends"}"#, on: "2020-02-02", by: "spaeter-1"))
      try ledger.record(.akten("akte.gesperrt", FileMoveTests.akte, #"{"grund":"Klage"}"#, on: "2020-02-03"))
      try expectRefused(
        .akten("dokument.vernichtet", "dokument/2", #"{"grund":"weg"}"#, on: "2020-02-04"),
        "\(FileMoveTests.akte) ist offen", in: ledger)
      try expectRefused(
        .akten("dokument.vernichtet", "dokument/2", #"{"grund":"weg"}"#, on: "2020-02-04", id: "z"),
        "seit 2020-02-03, Klage", in: ledger)
    }
  }

  @Test func theHistoryKeepsWhatWasMovedAndTheMove() throws {
    try withFile { ledger in
      try ledger.record(
        .akten("vorgang.geaendert", "vorgang/1", #"{"akte":"\#(FileMoveTests.other)"}"#, on: "2020-02-02"))
      let history = try ledger.command("history", "--json", FileMoveTests.akte).output.decoded(
        HistoryTests.Document.self)
      #expect(history.parts == ["dokument/1", "dokument/2", "vorgang/1"])
      let move = try #require(history.entries.first { $0.action == "Vorgang geändert" })
      #expect(move.old?.text == FileMoveTests.akte && move.new?.text == FileMoveTests.other)
      let now = try ledger.command("history", "--json", FileMoveTests.other).output.decoded(HistoryTests.Document.self)
      #expect(now.parts == ["dokument/1", "vorgang/1"])
    }
  }

  @Test func whoRecordedAPositionDoesNotReleaseTheAktenplan() throws {
    try LedgerUnderTest.run { ledger in
      for (number, person) in [("10", "anna"), ("11", "bernd")] {
        try ledger.record(
          .akten(
            "aktenplan.position-erfasst", "aktenplan/2031", #"{"kennzeichen":"\#(number)","bezeichnung":"P"}"#,
            on: "2030-01-01", by: person, id: number))
      }
      for person in ["anna", "bernd"] {
        try expectRefused(
          .akten(
            "aktenplan.freigegeben", "aktenplan/2031", #"{"gilt_ab":"2031-01-01"}"#, on: "2030-02-01", by: person,
            id: person),
          "Wer Positionen erfasst oder gestrichen hat, gibt den Aktenplan nicht frei: \(person)", in: ledger)
      }
      try ledger.record(
        .akten("aktenplan.freigegeben", "aktenplan/2031", #"{"gilt_ab":"2031-01-01"}"#, on: "2030-02-01", by: "clara"))
    }
  }

  @Test func whoSetAHoldDoesNotLiftItThoughAnotherSetOneToo() throws {
    try withFile { ledger in
      for (kennung, person) in [("A", "anna"), ("B", "bernd")] {
        try ledger.record(
          .akten(
            "akte.gesperrt", FileMoveTests.akte, #"{"kennung":"\#(kennung)","grund":"Klage"}"#, on: "2020-02-01",
            by: person,
            id: kennung))
      }
      func lifting(_ person: String) -> SampleEvent {
        .akten(
          "akte.sperre-aufgehoben", FileMoveTests.akte, #"{"kennung":"A","grund":"Ende"}"#, on: "2020-02-02",
          by: person,
          id: "auf-" + person)
      }
      try expectRefused(
        lifting("anna"), "Wer eine Sperre gesetzt oder verlängert hat, hebt sie nicht auf: anna", in: ledger)
      try ledger.record(lifting("bernd"))
    }
  }

  @Test func anAktenzeichenIsNotUsedUpByAnEventBeforeItsAkte() throws {
    try withFile { ledger in
      let answer = try ledger.post(.akten("akte.wiedervorlage-erledigt", "akte/neu", on: "2020-01-01"))
      #expect(answer.status == 409, "\(answer.text)")
      try ledger.record(.akten("akte.angelegt", "akte/neu", #"{"titel":"Neu"}"#, on: "2020-01-02"))
    }
  }

  @Test func aScanCarriesItsTransferNote() throws {
    try withFile { ledger in
      let content = "sha256:" + String(repeating: "a", count: 64)
      func version(_ more: String, _ id: String) -> SampleEvent {
        .akten(
          "dokument.version-erstellt", "dokument/1", #"{"inhalt":"\#(content)"\#(more)}"#, on: "2020-01-06", id: id)
      }
      let refused = try ledger.post(version(#","scan":true"#, "1"))
      #expect(refused.status == 422 && refused.text.contains("transfervermerk"), "\(refused.text)")
      let note = #"""
        {"erfasst_am":"2020-01-06T09:00:00+01:00","erfasst_durch":"Scanstelle","verfahren":"Flachbett, Anweisung 3",
        "uebereinstimmung":"bildlich","qualitaetssicherung":"Sichtprüfung ohne Befund","original":"aufbewahrt"}
        """#.replacing("\n", with: "")
      let short = try ledger.post(
        version(#","scan":true,"transfervermerk":{"uebereinstimmung":"ungefähr"}"#, "2"))
      #expect(short.status == 422, "\(short.text)")
      try ledger.record(version(#","scan":true,"transfervermerk":\#(note)"#, "3"))
      let history = try ledger.command("history", "--json", "dokument/1").output.decoded(HistoryTests.Document.self)
      let field = try #require(history.entries.first { $0.field == "transfervermerk.uebereinstimmung" })
      #expect(field.new?.text == "bildlich")
    }
  }
}
