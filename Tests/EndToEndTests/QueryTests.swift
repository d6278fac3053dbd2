import Foundation
import Testing

/// `query` and `projections`.
struct QueryTests {
  private let sql = "SELECT subject, titel FROM anfrage ORDER BY subject"

  private func withRequests(_ scenario: (LedgerUnderTest) throws -> Void) throws {
    try LedgerUnderTest.run { ledger in
      try ledger.record(.request("2022-1", id: "a"))
      var second = SampleEvent.request("2022-2", id: "b")
      second.data = #"{"titel":"Wohngeld, \"eilig\""}"#
      try ledger.record(second)
      try scenario(ledger)
    }
  }

  @Test func queryPrintsJSON() throws {
    try withRequests { ledger in
      let result = try ledger.command("query", arguments: ["--format", "json", sql])
      #expect(result.status == 0, "\(result.errors)")
      let expected = [
        ["subject": "anfrage/2022-1", "titel": "Wohngeld"],
        ["subject": "anfrage/2022-2", "titel": "Wohngeld, \"eilig\""],
      ]
      #expect(try result.output.decoded([[String: String]].self) == expected)
      ledger.stop()
      #expect(try ledger.command("query", arguments: ["--format", "json", sql]).output == result.output)
    }
  }

  @Test func queryPrintsCSV() throws {
    try withRequests { ledger in
      let result = try ledger.command("query", arguments: ["--format", "csv", sql])
      #expect(
        result.text
          == "subject,titel\r\nanfrage/2022-1,Wohngeld\r\nanfrage/2022-2,\"Wohngeld, \"\"eilig\"\"\"\r\n")
    }
  }

  /// With a combining character behind it, a comma or a quote is another `Character`, and still one for RFC 4180.
  @Test func csvQuotesWhatACombiningCharacterFollows() throws {
    try withRequests { ledger in
      for text in ["a,\u{338}b", "a\"\u{338}b", "a\u{85}b"] {
        let result = try ledger.command("query", arguments: ["--format", "csv", "SELECT '\(text)' AS t"])
        let quoted = text == "a\"\u{338}b" ? "a\"\"\u{338}b" : text
        #expect(Array(result.output) == Array("t\r\n\"\(quoted)\"\r\n".utf8), "\(result.text)")
      }
    }
  }

  @Test func queryPrintsATable() throws {
    try withRequests { ledger in
      let lines = try ledger.command("query", arguments: [sql]).text.split(separator: "\n")
      #expect(lines.count == 4)
      #expect(lines.first?.split(separator: " ") == ["subject", "titel"])
      #expect(lines.dropFirst(2).first == "anfrage/2022-1  Wohngeld")
    }
  }

  /// In a program of its own: the bound is the process's, and whoever else asks SQLite at that moment meets it as well.
  @Test(arguments: [
    // A row of many of the largest texts.
    "SELECT " + Array(repeating: "hex(zeroblob(33000000))", count: 200).joined(separator: ","),
    // What is made different has to be kept somewhere.
    "WITH RECURSIVE z(n, b) AS (SELECT 1, zeroblob(1) UNION SELECT n + 1, randomblob(30000000) FROM z) SELECT max(n) FROM z",
  ])
  func queryThatWouldTakeAllMemoryIsBrokenOff(sql: String) throws {
    try withRequests { ledger in
      let result = try ledger.command("query", arguments: [sql])
      #expect(result.status == 65 && result.output.isEmpty, "\(result.status) \(result.errors)")
      #expect(!result.errors.isEmpty)
    }
  }

  @Test func queryAsOfSeesWhatWasKnownThen() throws {
    try withRequests { ledger in
      let count = "SELECT count(*) AS n FROM anfrage"
      for (size, expected) in [("2", 0), ("3", 1), ("4", 2)] {
        let result = try ledger.command("query", arguments: ["--as-of", size, "--format", "json", count])
        #expect(try result.output.decoded([[String: Int]].self) == [["n": expected]], "\(size)")
      }
      let tooMuch = try ledger.command("query", arguments: ["--as-of", "99", count])
      #expect(tooMuch.status == 65)
      #expect(tooMuch.errors.contains("4 records"))
    }
  }

  @Test(
    arguments: [
      "DELETE FROM anfrage", "UPDATE anfrage SET titel = 'x'", "DROP TABLE anfrage", "CREATE TABLE neu (a)",
      "ATTACH DATABASE '/tmp/x.sqlite' AS x", "PRAGMA journal_mode = DELETE", "SELECT 1; DELETE FROM anfrage",
      "SELECT load_extension('x')", "VACUUM", "SELECT * FROM keine_tabelle", "SELEKT",
    ])
  func queryThatIsNoReadingSelectIsRefused(statement: String) throws {
    try withRequests { ledger in
      let result = try ledger.command("query", arguments: [statement])
      #expect(result.status == 65)
      #expect(result.output.isEmpty)
      #expect(!result.errors.isEmpty)
      let rows = try ledger.command("query", arguments: ["--format", "json", sql])
      #expect(try rows.output.decoded([[String: String]].self).count == 2)
    }
  }

  @Test func tablesAreListedAndShown() throws {
    try withRequests { ledger in
      let list = try ledger.command("projections", "list")
      #expect(list.status == 0)
      let packs = try FileManager.default.contentsOfDirectory(atPath: Repository.packs)
      for pack in packs { #expect(list.text.contains(pack)) }
      let table = try ledger.command("projections", "show", arguments: ["anfrage"])
      #expect(table.status == 0)
      #expect(table.text.contains("anfrage/2022-2"))
      let unknown = try ledger.command("projections", "show", arguments: ["keine"])
      #expect(unknown.status == 65)
      #expect(unknown.errors.contains("anfrage"))
    }
  }

  @Test func rebuiltTablesAreThoseOfBefore() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      // The daemon holds the ledger.
      #expect(try ledger.command("projections", "rebuild").status == 75)
      ledger.stop()
      let before = try ledger.command("figures", arguments: ["--json", "--effective", "2022-12-31"]).output
      let all = try ledger.command("projections", "rebuild")
      #expect(all.status == 0, "\(all.errors)\(all.text)")
      #expect(!all.text.contains("NO"))
      let one = try ledger.command("projections", "rebuild", arguments: ["projekte"])
      #expect(one.status == 0)
      #expect(one.text.contains("projekte") && !one.text.contains("angebote"))
      #expect(try ledger.command("projections", "rebuild", arguments: ["keines"]).status == 65)
      #expect(try ledger.command("figures", arguments: ["--json", "--effective", "2022-12-31"]).output == before)
    }
  }

  @Test func examplesOfThePacksHoldWhatTheyPromise() throws {
    let result = try Program.run(Repository.program, ["projections", "test", "--packs", Repository.packs])
    #expect(result.status == 0, "\(result.text)\(result.errors)")
    let packs = try FileManager.default.contentsOfDirectory(atPath: Repository.packs)
    let lines = result.text.split(separator: "\n")
    for pack in packs { #expect(lines.contains { $0.hasPrefix("ok") && $0.contains(" \(pack):") }, "\(pack)") }
  }

  /// What a pack promises is really compared.
  @Test func brokenPromiseOfAPackIsFound() throws {
    let folder = try ScratchFolder()
    let packs = folder.file("packs")
    try FileManager.default.createDirectory(at: packs, withIntermediateDirectories: true)
    try ServiceBikes.write(to: packs)
    let pack = packs.appending(path: "dienstraeder")
    try ServiceBikes.bought("7", id: "a", nutzer: "x").json.write(to: pack.appending(path: "examples.ndjson"))
    for (value, status) in [(1, Int32(0)), (2, 1)] {
      let expected = #"{"figures":{"raeder.vorhanden":{"effective":"2026-12-31","value":\#(value)}}}"#
      try Data(expected.utf8).write(to: pack.appending(path: "expected.json"))
      let result = try Program.run(Repository.program, ["projections", "test", "--packs", packs.path])
      #expect(result.status == status, "\(result.text)\(result.errors)")
      #expect(result.text.contains("raeder.vorhanden") == (status == 1))
    }
  }

  /// A pack that changes is projected anew from all of the log.
  @Test func changedPackIsRebuiltAndRecorded() throws {
    let folder = try ScratchFolder()
    try ServiceBikes.write(to: folder.url)
    try LedgerUnderTest.run(packs: folder.url.path) { ledger in
      try ledger.record(ServiceBikes.bought("7", id: "a", nutzer: "x"))
      ledger.stop()
      let file = folder.url.appending(path: "dienstraeder/projection.sql")
      let text = try String(contentsOf: file, encoding: .utf8)
      try Data(text.replacing("'$.marke'", with: "'$.marke' || ' (neu)'").utf8).write(to: file)
      try ledger.start()
      let rows = try ledger.command("query", arguments: ["--format", "json", "SELECT marke FROM rad"])
      #expect(try rows.output.decoded([[String: String]].self) == [["marke": "Diamant (neu)"]])
      let types = try ledger.logLines().map { try $0.decoded(RecordDocument.self).type }
      #expect(types.count { $0 == "de.aktenspur.ledger.fachpakete-gesetzt" } == 2)
    }
  }
}
