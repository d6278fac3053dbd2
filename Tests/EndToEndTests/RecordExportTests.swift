import Foundation
import Testing

/// `export --ndjson` and its check.
struct RecordExportTests {
  private func withExport(_ scenario: (LedgerUnderTest, URL) throws -> Void) throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      try ledger.record(.akten("akte.angelegt", "akte/1", #"{"titel":"Haushalt „2026“"}"#, on: "2026-01-02"))
      try ledger.record(.akten("vorgang.angelegt", "vorgang/1-1", #"{"akte":"akte/1"}"#, on: "2026-01-02"))
      try ledger.record(.akten("dokument.angelegt", "dokument/1", #"{"vorgang":"vorgang/1-1"}"#, on: "2026-01-02"))
      try ledger.record(.akten("akte.angelegt", "akte/2", on: "2026-01-02"))
      let file = ledger.folder.file("akte.ndjson")
      let result = try ledger.command(
        "export", arguments: ["--ndjson", file.path, "--subject", "akte/1", "--socket", ledger.socket])
      try #require(result.status == 0, "\(result.errors)")
      try scenario(ledger, file)
    }
  }

  @Test func theExportHoldsTheAkteAndItsPartsExactlyAsInTheLog() throws {
    try withExport { ledger, file in
      let lines = try Data(contentsOf: file).split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
      #expect(lines[0].contains(#""subject":"akte/1","parts":["dokument/1","vorgang/1-1"]"#), "\(lines[0])")
      let records = try lines.dropFirst().map { line in
        let start = try #require(line.range(of: #""record":"#)).upperBound
        return String(line[start...].dropLast())
      }
      let expected = try ["akte/1", "vorgang/1-1", "dokument/1"].map {
        try ledger.command("events", "--subject", $0).text.trimmingCharacters(in: .newlines)
      }
      #expect(records == expected)
    }
  }

  @Test func everyRecordOfTheExportIsCheckedWithoutTheLedger() throws {
    try withExport { ledger, file in
      func check(_ path: String) throws -> Program.Result {
        try Program.run(Repository.program, ["check", "--ndjson", path, "--key", ledger.verifierKey])
      }
      let sound = try check(file.path)
      #expect(sound.status == 0, "\(sound.errors)")
      #expect(sound.text.hasPrefix("ok: 3 records of the first"), "\(sound.text)")
      let text = try String(contentsOf: file, encoding: .utf8)
      let altered = ledger.folder.file("altered.ndjson")
      try Data(text.replacing("Haushalt", with: "Haushold").utf8).write(to: altered)
      let found = try check(altered.path)
      #expect(found.status == 1)
      #expect(found.errors.contains("line 2"), "\(found.errors)")
      try Data(text.replacing("aktenspur-records/1", with: "other").utf8).write(to: altered)
      #expect(try check(altered.path).status == 65)
    }
  }

  @Test func whatIsNotCoveredByACheckpointIsNotExported() throws {
    try LedgerUnderTest.run { ledger in
      let result = try ledger.command("export", "--ndjson", "-", arguments: ["--subject", "akte/gibt-es-nicht"])
      #expect(result.status == 65)
      #expect(try ledger.command("export", "--ndjson", "-").status == 64)
    }
  }
}
