import Foundation
import Testing

/// `history`, and the same page over HTTP.
struct HistoryTests {
  struct Document: Decodable {
    struct Entry: Decodable {
      var sequence: Int
      var subject: String
      var type: String
      var actor: String
      var time: String
      var action: String
      var field: String?
      var old: JSONText?
      var new: JSONText?
      var remark: String?

      /// The seven fields, for comparison.
      var row: [String] {
        [actor, String(time.prefix(10)), action, field ?? "", old?.text ?? "", new?.text ?? "", remark ?? ""]
      }
    }

    var subject: String
    var parts: [String]
    var asof: Head
    var entries: [Entry]
  }

  /// A value of any kind, as text.
  struct JSONText: Decodable {
    var text: String

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let string = try? container.decode(String.self) {
        text = string
      } else if let bool = try? container.decode(Bool.self) {
        text = String(bool)
      } else if let number = try? container.decode(Int.self) {
        text = String(number)
      } else if let list = try? container.decode([String].self) {
        text = list.joined(separator: ",")
      } else {
        text = (try container.decode([String: String].self)).keys.joined()
      }
    }
  }

  private static let akte = "akte/10.03/2025/7"

  private func withFile(_ scenario: (LedgerUnderTest) throws -> Void) throws {
    try LedgerUnderTest.run { ledger in
      try ledger.record(
        .akten(
          "akte.angelegt", HistoryTests.akte, #"{"titel":"Haushalt 2026","einheit":"einheit/10"}"#, on: "2025-02-01"))
      try ledger.record(
        .akten("vorgang.angelegt", "vorgang/10.03/2025/7-1", #"{"akte":"akte/10.03/2025/7"}"#, on: "2025-02-02"))
      try ledger.record(
        .akten(
          "dokument.angelegt", "dokument/4711",
          #"{"titel":"Vermerk","vorgang":"vorgang/10.03/2025/7-1","verfasser":"M. Beispiel"}"#,
          on: "2025-02-03"))
      try ledger.record(
        .akten(
          "akte.geaendert", HistoryTests.akte,
          #"{"titel":"Haushalt 2027","einheit":"einheit/10","grund":"Tippfehler"}"#, on: "2025-02-04", by: "leitung-1"))
      try ledger.record(
        .akten("dokument.status-geaendert", "dokument/4711", #"{"status":"pruefung"}"#, on: "2025-02-05"))
      try ledger.record(.akten("akte.zda-verfuegt", HistoryTests.akte, on: "2025-02-06"))
      try ledger.record(.akten("akte.angelegt", "akte/99", #"{"titel":"Andere"}"#, on: "2025-02-06"))
      try scenario(ledger)
    }
  }

  private func history(_ ledger: LedgerUnderTest, _ arguments: String...) throws -> Document {
    let result = try ledger.command("history", "--json", arguments: arguments)
    try #require(result.status == 0, "\(result.errors)")
    return try result.output.decoded()
  }

  @Test func historyTellsTheOldAndTheNewValueOfEachField() throws {
    try withFile { ledger in
      let document = try history(ledger, HistoryTests.akte)
      #expect(
        document.entries.filter { $0.subject == HistoryTests.akte }.map(\.row) == [
          ["sachbearbeitung-1", "2025-02-01", "Akte angelegt", "titel", "", "Haushalt 2026", ""],
          ["sachbearbeitung-1", "2025-02-01", "Akte angelegt", "einheit", "", "einheit/10", ""],
          ["sachbearbeitung-1", "2025-02-01", "Akte angelegt", "zustand", "", "offen", ""],
          ["leitung-1", "2025-02-04", "Akte geändert", "titel", "Haushalt 2026", "Haushalt 2027", "Tippfehler"],
          ["sachbearbeitung-1", "2025-02-06", "Zu den Akten verfügt", "zustand", "offen", "zda", ""],
        ])
    }
  }

  @Test func theHistoryOfAnAkteHoldsItsVorgaengeAndDokumente() throws {
    try withFile { ledger in
      let document = try history(ledger, HistoryTests.akte)
      #expect(document.parts == ["dokument/4711", "vorgang/10.03/2025/7-1"])
      #expect(Set(document.entries.map(\.subject)) == Set(document.parts + [HistoryTests.akte]))
      #expect(document.entries.map(\.sequence) == document.entries.map(\.sequence).sorted())
      let vorgang = try history(ledger, "vorgang/10.03/2025/7-1")
      #expect(vorgang.parts == ["dokument/4711"])
    }
  }

  @Test func sealedValuesStaySealedAndTheirReadingIsTold() throws {
    try withFile { ledger in
      let before = try history(ledger, "dokument/4711")
      let author = try #require(before.entries.first { $0.field == "verfasser" })
      #expect(author.new?.text == "sealed")
      let read = try ledger.get("/v1/events/\(author.sequence)?unseal=1&grund=Auskunft&authid=auskunft-1")
      #expect(read.status == 200)
      let reading = try #require(try history(ledger, HistoryTests.akte).entries.last { $0.actor == "auskunft-1" })
      #expect(reading.action == "Personenbezogene Angaben gelesen")
      #expect(reading.remark == "Auskunft")
      for format in ["json", "table", "html"] {
        #expect(try !ledger.command("history", "--format", format, HistoryTests.akte).text.contains("M. Beispiel"))
      }
    }
  }

  @Test func whatASubjectHasSeveralOfIsNotTakenForItsOwnFields() throws {
    try withFile { ledger in
      let akte = "akte/99"
      let events = [
        ("akte.geaendert", #"{"einheit":"einheit/10"}"#), ("akte.einheit-beteiligt", #"{"einheit":"einheit/61"}"#),
        ("akte.wiedervorlage-gesetzt", #"{"kennung":"a","termin":"2025-05-01"}"#),
        ("akte.wiedervorlage-gesetzt", #"{"kennung":"b","termin":"2025-06-01"}"#),
        ("akte.wiedervorlage-gesetzt", #"{"kennung":"a","termin":"2025-07-01"}"#),
      ]
      for (number, (type, data)) in events.enumerated() {
        try ledger.record(.akten(type, akte, data, on: "2025-03-0\(number + 1)"))
      }
      let entries = try history(ledger, akte).entries
      let unit = try #require(entries.first { $0.action == "Einheit beteiligt" })
      #expect(unit.field == "einheit" && unit.old == nil)
      #expect(
        entries.filter { $0.field == "termin" }.map { "\($0.old?.text ?? "") → \($0.new?.text ?? "")" } == [
          " → 2025-05-01", " → 2025-06-01", "2025-05-01 → 2025-07-01",
        ])
    }
  }

  @Test func aStatusChangeTellsTheStateThatTheDokumentHadByItself() throws {
    try withFile { ledger in
      let change = try #require(try history(ledger, "dokument/4711").entries.first { $0.field == "status" })
      #expect(change.old?.text == "bearbeitung" && change.new?.text == "pruefung")
    }
  }

  @Test func readingAContentUnderAnotherSubjectIsInTheHistoryOfTheDokument() throws {
    try withFile { ledger in
      let content = try SampleContent(Data("Inhalt".utf8), in: ledger.folder)
      _ = try ledger.put(content)
      try ledger.record(
        .akten(
          "dokument.angelegt", "dokument/1", #"{"akte":"akte/99"}"#, on: "2025-03-01"))
      try ledger.record(
        .akten("dokument.version-erstellt", "dokument/1", #"{"inhalt":"\#(content.name)"}"#, on: "2025-03-02"))
      #expect(try ledger.get("\(content.path)?subject=foo&grund=Neugier&authid=spion").status == 200)
      #expect(try ledger.get("\(content.path)?subject=dokument/1&grund=Arbeit&authid=amt").status == 200)
      for subject in ["dokument/1", "akte/99"] {
        let readers = try history(ledger, subject).entries.filter { $0.action == "Inhalt gelesen" }
        #expect(Set(readers.map(\.actor)) == ["spion", "amt"], "\(subject)")
      }
      let accesses = try ledger.command(
        "query", arguments: ["--format", "json", "SELECT person FROM akte_zugriff WHERE akte = 'akte/99' ORDER BY 1"])
      #expect(try accesses.output.decoded([[String: String]].self).map { $0["person"] } == ["amt", "spion"])
    }
  }

  @Test func informationGivenAndErasureAreInTheHistoryOfThePerson() throws {
    try withFile { ledger in
      let steps = [
        ["person", "dokument/4711", "--authid", "auskunft-1"],
        ["erase", "dokument/4711", "--reason", "Antrag", "--legal-basis", "Art. 17", "--authid", "anna"],
      ]
      for step in steps {
        let result = try Program.run(Repository.program, step + ["--socket", ledger.socket])
        try #require(result.status == 0, "\(result.text)\(result.errors)")
      }
      let entries = try history(ledger, "dokument/4711").entries
      #expect(entries.contains { $0.action == "Personenbezogene Angaben gelesen" && $0.actor == "auskunft-1" })
      #expect(entries.contains { $0.action == "Löschung beantragt" && $0.actor == "anna" && $0.remark == "Antrag" })
    }
  }

  @Test func historyAsOfTellsWhatWasKnownThen() throws {
    try withFile { ledger in
      let whole = try history(ledger, HistoryTests.akte)
      let third = try #require(whole.entries.first { $0.action == "Akte geändert" }).sequence
      let early = try history(ledger, HistoryTests.akte, "--as-of", String(third))
      #expect(early.asof.size == third)
      #expect(early.entries.map(\.row) == whole.entries.filter { $0.sequence < third }.map(\.row))
      // Without the daemon it is the same.
      ledger.stop()
      #expect(
        try history(ledger, HistoryTests.akte, "--as-of", String(third)).entries.map(\.row) == early.entries.map(\.row))
      #expect(try history(ledger, HistoryTests.akte).entries.map(\.row) == whole.entries.map(\.row))
    }
  }

  @Test func aSubjectWithoutRecordsIsSaidToHaveNone() throws {
    try withFile { ledger in
      let result = try ledger.command("history", "akte/gibt-es-nicht")
      #expect(result.status == 65)
      #expect(result.errors.contains("nothing is recorded on akte/gibt-es-nicht"))
      #expect(try ledger.get("/v1/history/akte/gibt-es-nicht").status == 404)
    }
  }

  @Test func thePageIsTheSameFromTheCommandAndTheDaemon() throws {
    try withFile { ledger in
      let page = try ledger.command("history", "--format", "html", HistoryTests.akte)
      #expect(page.status == 0, "\(page.errors)")
      let answer = try ledger.get("/v1/history/\(HistoryTests.akte)")
      #expect(answer.status == 200)
      #expect(answer.text == page.text)
      for part in [
        #"<html lang="de">"#, "<h1>Verlauf akte/10.03/2025/7</h1>", #"<th scope="col">Alter Wert</th>"#,
        "<td>Haushalt 2026</td><td>Haushalt 2027</td>", "<td>verfasser</td><td></td><td>versiegelt</td>",
        "<caption id=\"titel\">",
      ] { #expect(page.text.contains(part), "\(part)") }
      let json = try ledger.get("/v1/history/\(HistoryTests.akte)?format=json")
      #expect(
        try json.body.decoded(Document.self).entries.map(\.row) == history(ledger, HistoryTests.akte).entries.map(\.row)
      )
      #expect(try ledger.get("/v1/history/\(HistoryTests.akte)?format=pdf").status == 400)
    }
  }
}
