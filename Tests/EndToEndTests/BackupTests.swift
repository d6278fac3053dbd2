import Foundation
import Testing

/// A backup is a verifiable copy, made beside the daemon, that loses nothing when it is cut off.
struct BackupTests {
  private struct Summary: Decodable {
    var size: Int
    var logbytes: Int
    var documents: Int
  }

  private func backup(_ ledger: LedgerUnderTest, _ folder: URL) throws -> Program.Result {
    try ledger.command("backup", arguments: ["--json", folder.path])
  }

  private func expectSound(_ folder: URL, _ key: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let verified = try Program.run(
      Repository.program, ["verify", "--ledger", folder.path, "--documents", "--key", key])
    #expect(verified.status == 0, "\(verified.text)\(verified.errors)", sourceLocation: sourceLocation)
  }

  @Test func copyIsVerifiedAndHoldsNoKey() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      let folder = ledger.folder.file("backup")
      let first = try backup(ledger, folder)
      #expect(first.status == 0, "\(first.errors)")
      let summary = try JSONDecoder().decode(Summary.self, from: first.output)
      #expect(summary.documents > 0)
      try expectSound(folder, ledger.verifierKey)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      #expect(names == ["checkpoint", "checkpoints", "documents", "ledger.json", "log"])
      for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
        let isFolder = (try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: name).path)) != nil
        if isFolder { continue }
        #expect(try !Data(contentsOf: folder.appending(path: name)).contains("PRIVATE+KEY"))
      }
    }
  }

  @Test func aContentThatWasDestroyedIsInNoBackupAndComesBackFromNone() throws {
    try LedgerUnderTest.run { ledger in
      let content = try SampleContent(Data("zu vernichten".utf8), in: ledger.folder)
      #expect(try ledger.put(content).status == 201)
      let (folder, kept) = (ledger.folder.file("backup"), ledger.folder.file("kept"))
      for target in [folder, kept] { #expect(try backup(ledger, target).status == 0) }
      let destroyed = try Program.run(
        Repository.program,
        ["documents", "destroy", content.name, "--reason", "r", "--legal-basis", "b", "--socket", ledger.socket])
      try #require(destroyed.status == 0, "\(destroyed.errors)")
      #expect(try ledger.curl.send("/checkpoint", method: "POST").status == 200)
      #expect(try backup(ledger, folder).status == 0)
      let hex = content.name.dropFirst("sha256:".count)
      let place = "documents/sha256/\(hex.prefix(2))/\(hex.dropFirst(2))"
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: place).path))
      try expectSound(folder, ledger.verifierKey)
      // Put back by hand from a copy, it is not handed out.
      try FileManager.default.copyItem(
        at: kept.appending(path: place), to: URL(filePath: ledger.path).appending(path: place))
      #expect(try ledger.get("\(content.path)?subject=dokument/1&grund=x").status == 404)
      // And it may be filed again.
      #expect(try ledger.put(content).status == 201)
      #expect(try ledger.get("\(content.path)?subject=dokument/1&grund=x").status == 200)
    }
  }

  @Test func onlyWhatIsNewIsCopied() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      let folder = ledger.folder.file("backup")
      #expect(try backup(ledger, folder).status == 0)
      let before = try ledger.log().count
      try ledger.record(.project("B1", id: "new"))
      #expect(try ledger.curl.send("/checkpoint", method: "POST").status == 200)
      let second = try backup(ledger, folder)
      #expect(second.status == 0, "\(second.errors)")
      let summary = try JSONDecoder().decode(Summary.self, from: second.output)
      #expect(summary.documents == 0)
      #expect(try summary.logbytes == ledger.log().count - before)
      try expectSound(folder, ledger.verifierKey)
    }
  }

  @Test func eventsAreAppendedMeanwhile() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      let folder = ledger.folder.file("backup")
      let events = (0..<3000).map { SampleEvent.project("C\($0 % 40)", id: "c-\($0)") }
      let body = ledger.folder.file("lines")
      try SampleEvent.lines(events).write(to: body)
      let stream = try ledger.curl.stream("/v1/events", headers: ["Content-Type: \(ContentType.lines)"], body: body)
      for _ in 0..<4 {
        let result = try backup(ledger, folder)
        #expect(result.status == 0, "\(result.errors)")
        try expectSound(folder, ledger.verifierKey)
      }
      #expect(stream.waitForExit() == 0)
    }
  }

  @Test func ledgerThatWasSetBackIsNoticed() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      ledger.stop()
      let older = try ledger.copy()
      try ledger.start()
      try ledger.record(.project("B1", id: "new"))
      ledger.stop()
      let folder = ledger.folder.file("backup")
      #expect(try backup(ledger, folder).status == 0)
      let set = try backup(older, folder)
      #expect(set.status == 1)
      #expect(set.errors.contains("set back"))
      // Another event in the place of the one that was lost.
      try older.start()
      try older.record(.project("B2", id: "other"))
      try older.record(.project("B2", id: "another"))
      older.stop()
      let fork = try backup(older, folder)
      #expect(fork.status == 1)
      #expect(fork.errors.contains("written anew"))
      try expectSound(folder, ledger.verifierKey)
    }
  }

  @Test func folderOfSomethingElseIsLeftAlone() throws {
    try LedgerUnderTest.run { ledger in
      let folder = ledger.folder.file("other")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data("mine".utf8).write(to: folder.appending(path: "file"))
      let result = try backup(ledger, folder)
      #expect(result.status == 73)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["file"])
      let another = try LedgerUnderTest.new()
      let mine = ledger.folder.file("backup")
      #expect(try backup(ledger, mine).status == 0)
      #expect(try backup(another, mine).status == 73)
    }
  }

  @Test(.enabled(if: SegmentFault.isAvailable, "strace is missing"))
  func killedAnywhereItLosesNothing() throws {
    try LedgerUnderTest.damage(seeded: true) { ledger in
      let folder = ledger.folder.file("backup")
      let first = try ledger.copy()
      #expect(try backup(first, folder).status == 0)
      try ledger.start()
      for number in 0..<20 { try ledger.record(.project("B1", id: "new-\(number)")) }
      ledger.stop()
      var kills = 0
      for point in 1...200 {
        let copy = ledger.folder.file("copy-\(point)")
        try FileManager.default.copyItem(at: folder, to: copy)
        let calls = "write,fsync,rename,mkdir,fchmodat,chmod,unlink,ftruncate"
        let killed = try Program.run(
          SegmentFault.tracer,
          [
            "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(calls)", "-e", "inject=\(calls):signal=KILL:when=\(point)",
            Repository.program.path, "backup", "--ledger", ledger.path, copy.path,
          ])
        if killed.status == 0 { break }
        kills += 1
        try expectSound(copy, ledger.verifierKey)
        let again = try backup(ledger, copy)
        #expect(again.status == 0, "after \(point): \(again.errors)")
        try expectSound(copy, ledger.verifierKey)
        #expect(try log(copy) == ledger.log())
        try FileManager.default.removeItem(at: copy)
      }
      #expect(kills >= 5)
    }
  }

  private func day(_ ahead: Int) -> String {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(identifier: "Europe/Berlin") ?? .gmt
    let date = calendar.date(byAdding: .day, value: ahead, to: Date()) ?? Date()
    let parts = calendar.dateComponents([.year, .month, .day], from: date)
    return String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
  }

  @Test func copyOfPersonKeysIsRecordedAndEraseSaysHowLongItLasts() throws {
    let packs = try ScratchFolder()
    try ServiceBikes.write(to: packs.url)
    try LedgerUnderTest.run(packs: packs.url.path) { ledger in
      try ledger.record(ServiceBikes.bought("7", id: "a", nutzer: "Wilhelmine"))
      let (folder, keys) = (ledger.folder.file("backup"), ledger.folder.file("keys"))
      let options = ["--socket", ledger.socket, "--keys", keys.path, "--keys-until"]
      for wrong in [day(-1), day(92), "2026-02-30", "morgen"] {
        let before = try ledger.log()
        let refused = try ledger.command("backup", arguments: [folder.path] + options + [wrong])
        #expect(refused.status == 65 && refused.errors.contains("90 days"), "\(refused.errors)")
        #expect(try ledger.log() == before)
        #expect(try FileManager.default.contentsOfDirectory(atPath: keys.path).isEmpty)
      }
      for until in [day(30), day(7)] {
        try? FileManager.default.removeItem(at: keys)
        let made = try ledger.command("backup", arguments: [folder.path] + options + [until])
        #expect(made.status == 0, "\(made.errors)")
        let last = try #require(try ledger.logLines().last)
        #expect(String(decoding: last, as: UTF8.self).hasSuffix(#""data":{"bis":"\#(until)"}}"#))
      }
      let original = ledger.folder.file("ledger/keys/personen")
      let names = try FileManager.default.contentsOfDirectory(atPath: original.path).sorted()
      #expect(try FileManager.default.contentsOfDirectory(atPath: keys.path).sorted() == names)
      for (path, mode) in [(keys.path, 0o700)] + names.map({ (keys.path + "/" + $0, 0o600) }) {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == mode)
      }
      // The later day counts, whenever it was said.
      for name in ["anna", "bernd"] {
        let erased = try Program.run(
          Repository.program,
          ["erase", "--socket", ledger.socket, "--authid", name, "--reason", "x", "--legal-basis", "y", "rad/7"])
        #expect(erased.status == 0, "\(erased.errors)")
        #expect(erased.text.contains(day(30)) == (name == "bernd"), "\(erased.text)")
      }
      // A folder that has keys already, or lies in the backup, is refused before anything is recorded.
      let before = try ledger.log()
      #expect(try ledger.command("backup", arguments: [folder.path] + options + [day(7)]).status == 73)
      let inside = ["--socket", ledger.socket, "--keys", folder.path + "/keys", "--keys-until", day(7)]
      #expect(try ledger.command("backup", arguments: [folder.path] + inside).status == 64)
      #expect(try ledger.log() == before)
    }
  }

  private func log(_ folder: URL) throws -> Data {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "log").path).sorted()
    return try names.reduce(into: Data()) { try $0.append(Data(contentsOf: folder.appending(path: "log/\($1)"))) }
  }
}
