import Foundation
import Testing

/// `export --bundle` and what an auditor does with its file.
struct BundleTests {
  struct Selection: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var arguments: [String]
    /// How many of the seed's records it takes, besides those of the ledger itself.
    var count: Int
  }

  private static let selections = [
    Selection(testDescription: "whole", arguments: [], count: 98),
    Selection(testDescription: "one subject", arguments: ["--subject", "projekt/B1"], count: seedCount("projekt/B1")),
    Selection(testDescription: "a range", arguments: ["--from", "40", "--to", "49"], count: 10),
  ]

  private static func seedCount(_ subject: String) -> Int {
    let text = (try? String(contentsOf: Repository.seed, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").count { $0.contains(#""subject":"\#(subject)""#) }
  }

  private func export(
    _ ledger: LedgerUnderTest, to name: String = "bundle.tar", _ arguments: [String]
  ) throws -> (file: String, result: Program.Result) {
    let file = ledger.folder.file(name).path
    return (file, try ledger.command("export", arguments: ["--bundle", file] + arguments))
  }

  private func unpack(_ file: String, _ ledger: LedgerUnderTest) throws -> URL {
    let folder = ledger.folder.file("unpacked")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    let result = try Program.run(URL(filePath: "/usr/bin/env"), ["tar", "-xf", file, "-C", folder.path])
    try #require(result.status == 0, "\(result.errors)")
    return folder
  }

  @Test(arguments: selections)
  func soundForBothVerifiers(selection: Selection) throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      let kept = ledger.folder.file("kept")
      try ledger.get("/checkpoint").body.write(to: kept)
      let (file, result) = try export(ledger, selection.arguments + ["--socket", ledger.socket])
      #expect(result.status == 0, "\(result.errors)")
      let size = try ledger.logLines().count
      for verifier in Verifier.allCases {
        let verdict = try verifier.verify(file, ["--key", ledger.verifierKey])
        #expect(verdict.status == 0 && verdict.findings.isEmpty)
        #expect(verdict.report.records == selection.count + (size - 98))
        #expect(verdict.report.unsigned == 0)
        #expect(verdict.report.keys == [ledger.verifierKey])
      }
      // Nothing is left beside the file.
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: ledger.folder.url.path).allSatisfy { !$0.hasPrefix(".") })
    }
  }

  @Test func askedForANewCheckpointItCoversWhatWasRecordedJustBefore() throws {
    try LedgerUnderTest.run { ledger in
      for number in 0..<20 {
        let receipt = try ledger.record(.project("A1", id: "a\(number)"))
        let (file, result) = try export(ledger, to: "bundle-\(number)", ["--socket", ledger.socket])
        #expect(result.status == 0, "\(result.errors)")
        #expect(try Verifier.command.verify(file).report.signed == receipt.sequence + 1)
      }
    }
  }

  @Test func unpackedByTarTheWholeIsALedger() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      let (file, _) = try export(ledger, ["--socket", ledger.socket])
      let folder = try unpack(file, ledger)
      let size = try ledger.logLines().count
      let verdict = try Verifier.command.verify(folder.path, ["--documents", "--key", ledger.verifierKey])
      #expect(verdict.status == 0 && verdict.report.records == size)
    }
  }

  /// The commands on the page that comes with a bundle, typed in as they stand there.
  @Test(arguments: selections)
  func checkedByHandAsItsPageSays(selection: Selection) throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      let (file, _) = try export(ledger, selection.arguments + ["--socket", ledger.socket])
      let folder = try unpack(file, ledger)
      let sound = try byHand(folder)
      #expect(sound.contains("Signature Verified Successfully"), "\(sound)")
      #expect(!sound.contains("NICHT") && !sound.contains("verändert") && !sound.contains("gebrochen"), "\(sound)")
      let isWhole = selection.arguments.isEmpty
      let records = try FileManager.default.contentsOfDirectory(
        atPath: folder.appending(path: isWhole ? "log" : "proofs").path)
      if isWhole {
        #expect(sound.contains("Die Wurzel stimmt."), "\(sound)")
      } else {
        #expect(sound.matches(of: /[0-9]{20} stimmt\n/).count == records.count, "\(sound)")
      }

      let lines = folder.appending(path: isWhole ? "log/\(records[0])" : "records.ndjson")
      let text = try String(contentsOf: lines, encoding: .utf8)
      try Data(text.replacing(#""data":{""#, with: #""data":{"x"#).utf8).write(to: lines)
      try #require(try Data(contentsOf: lines) != Data(text.utf8))
      #expect(try byHand(folder).contains("stimmt NICHT"))
    }
  }

  private func byHand(_ folder: URL) throws -> String {
    let page = try String(contentsOf: folder.appending(path: "LIESMICH.html"), encoding: .utf8)
    let commands = page.matches(of: /<pre[^>]*><code>([^<]*)<\/code><\/pre>/).map { match in
      match.1.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
        .replacing("&amp;", with: "&")
    }
    try #require(commands.count == 3)
    let script = "cd '\(folder.path)'\n" + commands.joined(separator: "\n") + "\n"
    let result = try Program.run(URL(filePath: "/usr/bin/env"), ["bash"], input: Data(script.utf8))
    return result.text + result.errors
  }

  @Test func whatCannotBeExportedIsRefused() throws {
    try LedgerUnderTest.damage(seeded: true) { ledger in
      for (arguments, status) in [
        (["--subject", "projekt/unbekannt"], 65), (["--from", "90", "--to", "9000"], 65),
        (["--from", "5", "--to", "4"], 64),
        (["--from", "5"], 64), (["--subject", "projekt/B1", "--from", "1", "--to", "2"], 64),
      ] as [([String], Int32)] {
        let (file, result) = try export(ledger, arguments)
        #expect(result.status == status, "\(arguments) \(result.errors)")
        #expect(!FileManager.default.fileExists(atPath: file))
      }
      let nowhere = try ledger.command("export", arguments: ["--bundle", "/nowhere/bundle.tar"])
      #expect(nowhere.status == 73, "\(nowhere.errors)")

      // What could not be proved is not exported: neither a log that was cut, nor one whose checkpoint is gone.
      let checkpoint = ledger.folder.file("ledger/checkpoint")
      try FileManager.default.removeItem(at: checkpoint)
      let (file, result) = try export(ledger, [])
      #expect(result.status == 1, "\(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: file))
    }
  }
}
