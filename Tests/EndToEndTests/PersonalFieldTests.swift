import Foundation
import Testing

/// What a pack marks as personal is nowhere stored in the clear.
struct PersonalFieldTests {
  private static let name = "Wilhelmine Unverwechselbar"

  private func withBikes(_ scenario: (LedgerUnderTest) throws -> Void) throws {
    let folder = try ScratchFolder()
    try ServiceBikes.write(to: folder.url)
    try LedgerUnderTest.run(packs: folder.url.path, scenario)
  }

  /// The files under the ledger's directory that hold these bytes.
  private func files(of ledger: LedgerUnderTest, holding text: String) throws -> [String] {
    let paths = try FileManager.default.subpathsOfDirectory(atPath: ledger.path)
    #expect(paths.contains { $0.hasPrefix("log/") })
    return try paths.filter { path in
      let url = ledger.folder.file("ledger/\(path)")
      guard try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { return false }
      return try Data(contentsOf: url).contains(text)
    }
  }

  @Test func valueIsSealedEverywhere() throws {
    try withBikes { ledger in
      let receipt = try ledger.record(ServiceBikes.bought("7", id: "a", nutzer: Self.name))
      let line = String(decoding: try ledger.logLines()[receipt.sequence], as: UTF8.self)
      #expect(line.firstMatch(of: #/"nutzer":\{"sealed":"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+"\}/#) != nil)

      let rows = try ledger.command("query", arguments: ["--format", "json", "SELECT nutzer FROM rad"])
      #expect(rows.text.contains("sealed"))
      #expect(!rows.text.contains(Self.name))
      #expect(try files(of: ledger, holding: Self.name).isEmpty)
      // The search does find what is stored in the clear.
      #expect(try files(of: ledger, holding: "Diamant").contains { $0.hasPrefix("log/") })

      ledger.stop()
      #expect(try files(of: ledger, holding: Self.name).isEmpty)
    }
  }

  @Test func repeatedEventIsRecognisedAndAnotherValueRefused() throws {
    try withBikes { ledger in
      let event = ServiceBikes.bought("7", id: "a", nutzer: Self.name)
      let receipt = try ledger.record(event)
      func expectRepeated() throws {
        let again = try ledger.post(event)
        #expect(again.status == 200)
        #expect(try again.decoded(Receipt.self) == receipt.repeated)
        let other = try ledger.post(ServiceBikes.bought("7", id: "a", nutzer: "Jemand anders"))
        #expect(other.status == 409)
        #expect(try other.decoded(ProblemDocument.self).pointer == "/id")
      }
      try expectRepeated()
      ledger.stop()
      try ledger.deleteCache()
      try ledger.start()
      try expectRepeated()
      #expect(try ledger.logLines().count == 3)
    }
  }

  @Test func linesBehindOneThatIsSealedDoNotOvertakeIt() throws {
    try withBikes { ledger in
      // Sold only where it was bought before; long enough for the daemon to read the stream in many pieces.
      let events = (0..<1500).flatMap { number in
        [
          ServiceBikes.bought("\(number)", id: "b\(number)", nutzer: "Person \(number)"),
          ServiceBikes.sold("\(number)", id: "s\(number)", authid: "person-2"),
        ]
      }
      let answer = try ledger.post(SampleEvent.lines(events), as: ContentType.lines)
      let receipts = answer.text.split(separator: "\n")
      #expect(receipts.count == events.count && receipts.allSatisfy { $0.hasPrefix(#"{"sequence":"#) })
    }
  }

  @Test func sealedValueCannotBeSent() throws {
    try withBikes { ledger in
      let before = try ledger.log()
      var event = ServiceBikes.bought("7", id: "a", nutzer: "x")
      event.data = #"{"marke":"Diamant","nutzer":{"sealed":"AAAA.BBBB.CCCC"}}"#
      let answer = try ledger.post(event)
      #expect(answer.status == 422)
      #expect(try answer.decoded(ProblemDocument.self).pointer == "/data/nutzer")
      #expect(try ledger.log() == before)
    }
  }

  @Test func keysAreReadableByTheDaemonAlone() throws {
    try withBikes { ledger in
      try ledger.record(ServiceBikes.bought("7", id: "a", nutzer: Self.name))
      let keys = ledger.folder.file("ledger/keys").path
      for path in try FileManager.default.subpathsOfDirectory(atPath: keys) {
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(keys)/\(path)")
        let mode = try #require(attributes[.posixPermissions] as? Int)
        #expect(mode & 0o077 == 0, "\(path) has mode \(String(mode, radix: 8))")
      }
    }
  }
}
