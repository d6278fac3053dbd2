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

  @Test func recordsTakenOutDoubledOrExchangedAreFound() throws {
    try withExport { ledger, file in
      let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
      try #require(lines.count == 4)
      let changed = ledger.folder.file("changed.ndjson")
      for (wrong, detail) in [
        (Array(lines.dropLast()), "there is no record of dokument/1"),
        ([lines[0], lines[1], lines[3]], "there is no record of vorgang/1-1"),
        (lines + [lines[3]], "doubled or out of order"), ([lines[0], lines[2], lines[1], lines[3]], "out of order"),
        ([lines[0].replacing("akte/1", with: "akte/2")] + lines.dropFirst(), "there is no record of akte/2"),
        ([lines[0].replacing(#""records":3"#, with: #""records":4"#)] + lines.dropFirst(), "the head says 4"),
      ] {
        try Data((wrong.joined(separator: "\n") + "\n").utf8).write(to: changed)
        let result = try Program.run(
          Repository.program, ["check", "--ndjson", changed.path, "--key", ledger.verifierKey])
        #expect(result.status == 1 && result.errors.contains(detail), "\(detail): \(result.errors)")
      }
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
