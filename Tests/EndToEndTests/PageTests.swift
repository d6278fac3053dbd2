import Foundation
import Testing

/// The pages that the program writes, in a browser.
@Suite(.enabled(if: Browser.isPresent, "\(Browser.absence)"))
struct PageTests {
  private static let hostile = #"<img src=\"x\" onerror=\"document.title='0'\"><script>document.title='0'</script>"#

  private func page(_ ledger: LedgerUnderTest, _ command: String, _ arguments: String...) throws -> Browser.Page {
    let result = try ledger.command(command, arguments: arguments)
    try #require(result.status == 0, "\(result.errors)")
    return try Browser.load(result.output)
  }

  private func withContract(_ scenario: (LedgerUnderTest) throws -> Void) throws {
    try LedgerUnderTest.run { ledger in
      try ledger.record(
        SampleEvent(
          id: "1", type: "de.aktenspur.vertrag.erfasst", subject: "vertrag/7",
          data: #"{"titel":"\#(PageTests.hostile)","partner":"Verein"}"#))
      try scenario(ledger)
    }
  }

  @Test func aReportLoadsWithoutAComplaintAndShowsItsTables() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      let page = try page(ledger, "report", "statusbericht", "--period", "2022-H2")
      #expect(page.complaints == [])
      #expect(page.document.contains("<h1>") && page.document.contains("</footer>"))
      #expect(page.document.matches(of: /<tr>/).count > 50)
    }
  }

  @Test func aContractSheetShowsWhatEventsSayAsText() throws {
    try withContract { ledger in
      let page = try page(ledger, "report", "vertraege", "--period", "2026-H2", "--subject", "vertrag/7")
      #expect(page.complaints == [])
      #expect(!page.document.contains("<img") && !page.document.contains("<script"))
      #expect(page.document.contains("&lt;img src="))
      #expect(page.document.contains("<title>Vertragsbericht mit Prüfung nach § 2b UStG: "))
    }
  }

  @Test func aHistoryShowsWhatEventsSayAsText() throws {
    try withContract { ledger in
      let page = try page(ledger, "history", "--format", "html", "vertrag/7")
      #expect(page.complaints == [])
      #expect(!page.document.contains("<img") && !page.document.contains("<script"))
      #expect(page.document.contains("<title>Verlauf vertrag/7</title>"))
      #expect(page.document.contains("<td>partner</td><td></td><td>Verein</td>"))
    }
  }

  @Test func thePageOfABundleLoadsWithoutAComplaint() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      let folder = try ScratchFolder()
      let bundle = folder.file("bundle.tar")
      let exported = try ledger.command(
        "export", arguments: ["--bundle", bundle.path, "--subject", "projekt/B1", "--socket", ledger.socket])
      try #require(exported.status == 0, "\(exported.errors)")
      let unpacked = try Program.run(
        URL(filePath: "/usr/bin/env"), ["tar", "-xf", bundle.path, "-C", folder.url.path])
      try #require(unpacked.status == 0, "\(unpacked.errors)")
      let file = try #require(
        FileManager.default.enumerator(at: folder.url, includingPropertiesForKeys: nil)?
          .compactMap { $0 as? URL }.first { $0.lastPathComponent == "LIESMICH.html" })
      let page = try Browser.load(Data(contentsOf: file))
      #expect(page.complaints == [])
      #expect(page.document.contains("projekt/B1") && page.document.matches(of: /<pre/).count == 3)
    }
  }

  /// The control: were a script in a page, its own rules would stop it, and the browser would say so.
  @Test func aScriptInAPageIsStoppedAndTold() throws {
    try withContract { ledger in
      let page = try ledger.command("history", "--format", "html", arguments: ["vertrag/7"])
      let changed = page.text.replacing("</body>", with: "<script>document.title = '0'</script></body>")
      try #require(changed != page.text)
      let loaded = try Browser.load(Data(changed.utf8))
      #expect(loaded.complaints.contains { $0.contains("Content Security Policy") })
      #expect(loaded.document.contains("<title>Verlauf vertrag/7</title>"))
    }
  }
}
