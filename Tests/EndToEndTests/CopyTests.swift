import Foundation
import Testing

/// A copy of the log that somebody else keeps: it takes only what is signed and continues what it has.
struct CopyTests {
  private func follow(_ source: String, _ copy: URL, _ options: [String] = []) throws -> Program.Result {
    try Program.run(
      Repository.program, ["follow", "--from", source, "--ledger", copy.path, "--once"] + options)
  }

  private func verify(_ copy: URL, _ key: String) throws -> Verification {
    let result = try Program.run(
      Repository.program, ["verify", "--json", "--ledger", copy.path, "--key", key])
    return try JSONDecoder().decode(Verification.self, from: result.output)
  }

  private func log(_ copy: URL) throws -> Data {
    let folder = copy.appending(path: "log")
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      .reduce(into: Data()) { try $0.append(Data(contentsOf: folder.appending(path: $1))) }
  }

  @Test(arguments: ["socket", "ledger"]) func copyHasWhatIsSignedAndGoesOn(_ source: String) throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      let (from, copy) = (ledger.folder.file(source).path, ledger.folder.file("copy"))
      for round in 0..<3 {
        try ledger.record(.project("B1", id: "\(round)"))
        #expect(try ledger.curl.send("/checkpoint", method: "POST").status == 200)
        let result = try follow(from, copy, ["--key", ledger.verifierKey])
        #expect(result.status == 0, "\(result.errors)")
        #expect(try log(copy) == ledger.log())
        let report = try verify(copy, ledger.verifierKey)
        #expect(report.ok && report.unsigned == 0)
      }
    }
  }

  @Test func copyMayBeReadLikeALedger() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      let copy = ledger.folder.file("copy")
      #expect(try ledger.curl.send("/checkpoint", method: "POST").status == 200)
      #expect(try follow(ledger.path, copy).status == 0)
      let events = try Program.run(Repository.program, ["events", "--ledger", copy.path, "--from", "7", "--to", "7"])
      #expect(events.output == (try ledger.logLines()[7]) + [0x0A])
      #expect(try Program.run(Repository.program, ["prove", "7", "--ledger", copy.path]).status == 0)
    }
  }

  @Test func logThatWasSetBackOrWrittenAnewIsRefused() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      ledger.stop()
      let older = try ledger.copy()
      try ledger.start()
      try ledger.record(.project("B1", id: "new"))
      ledger.stop()
      let copy = ledger.folder.file("copy")
      #expect(try follow(ledger.path, copy).status == 0)
      let before = try log(copy)
      let back = try follow(older.path, copy)
      #expect(back.status == 1)
      #expect(back.errors.contains("set back"))
      try older.start()
      for number in 0..<3 { try older.record(.project("B2", id: "other-\(number)")) }
      older.stop()
      let anew = try follow(older.path, copy)
      #expect(anew.status == 1, "\(anew.errors)")
      #expect(try log(copy) == before)
      #expect(try verify(copy, ledger.verifierKey).ok)
    }
  }

  @Test func checkpointOverOtherRecordsMakesNothingCount() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      ledger.stop()
      let forged = try ledger.copy()
      let segment = try #require(try forged.segments().last)
      var data = try Data(contentsOf: segment)
      // The last record: no other is chained to it, only the checkpoint shows what was done.
      let place = try #require(data.range(of: Data(#""id":""#.utf8), options: .backwards)).upperBound
      data[place] ^= 0x01
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: segment.path)
      try data.write(to: segment)
      let copy = ledger.folder.file("copy")
      let result = try follow(forged.path, copy, ["--key", ledger.verifierKey])
      #expect(result.status == 1, "\(result.errors)")
      #expect(try log(copy).isEmpty)
      #expect(!FileManager.default.fileExists(atPath: copy.appending(path: "checkpoint").path))
    }
  }

  @Test(.enabled(if: SegmentFault.isAvailable, "strace is missing"))
  func recordsAreOnTheDiskBeforeTheirCheckpoint() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      #expect(try ledger.curl.send("/checkpoint", method: "POST").status == 200)
      let (copy, trace) = (ledger.folder.file("copy"), ledger.folder.file("trace"))
      let result = try Program.run(
        SegmentFault.tracer,
        [
          "-f", "-qq", "-y", "-o", trace.path, "-e", "trace=fsync,fdatasync,rename,renameat,renameat2",
          Repository.program.path, "follow", "--from", ledger.path, "--ledger", copy.path, "--once",
        ])
      #expect(result.status == 0, "\(result.errors)")
      let calls = try String(contentsOf: trace, encoding: .utf8).split(separator: "\n")
      let records = try #require(calls.firstIndex { $0.contains("sync(") && $0.contains("/copy/log/") })
      let names = try #require(calls.firstIndex { $0.contains("sync(") && $0.contains("/copy/log>") })
      let checkpoint = try #require(calls.firstIndex { $0.contains("rename") && $0.contains("/copy/checkpoint\"") })
      #expect(records < checkpoint && names < checkpoint)
    }
  }

  @Test func whatACrashLeftBehindTheCheckpointIsRemoved() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      #expect(try ledger.curl.send("/checkpoint", method: "POST").status == 200)
      let copy = ledger.folder.file("copy")
      #expect(try follow(ledger.path, copy).status == 0)
      let before = try log(copy)
      let segment = copy.appending(path: "log/00000000000000000000.ndjson")
      let handle = try FileHandle(forWritingTo: segment)
      try handle.seekToEnd()
      try handle.write(contentsOf: Data("half a li".utf8))
      try handle.close()
      try Data("x".utf8).write(to: copy.appending(path: "log/00000000000000009999.ndjson"))
      #expect(try follow(ledger.path, copy).status == 0)
      #expect(try log(copy) == before)
    }
  }

  @Test func anotherKeyOrFolderIsRefused() throws {
    try LedgerUnderTest.run { ledger in
      let other = try LedgerUnderTest.new()
      let copy = ledger.folder.file("copy")
      let key = try follow(ledger.path, copy, ["--key", other.verifierKey])
      #expect(key.status == 1)
      #expect(try follow(ledger.path, copy).status == 0)
      #expect(try follow(other.path, copy).status == 73)
    }
  }

  @Test func nameThatTheLogGotAfterwardsIsTakenFromAPersonOnly() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      ledger.stop()
      let (backup, restored, copy) = (
        ledger.folder.file("backup"), ledger.folder.file("restored"), ledger.folder.file("copy")
      )
      #expect(try follow(ledger.path, copy).status == 0)
      #expect(try ledger.command("backup", arguments: [backup.path]).status == 0)
      let made = try Program.run(
        Repository.program,
        ["restore", backup.path, "--new-origin", "ledger.example/zwei", "--ledger", restored.path])
      try #require(made.status == 0, "\(made.errors)")
      let key = made.text.trimmingCharacters(in: .newlines)
      let before = try log(copy)
      let unasked = try follow(restored.path, copy)
      #expect(unasked.status == 1 && unasked.errors.contains(key), "\(unasked.errors)")
      #expect(try follow(restored.path, copy, ["--key", ledger.verifierKey]).status == 1)
      #expect(try log(copy) == before)
      #expect(try follow(restored.path, copy, ["--key", key]).status == 0)
      #expect(try log(copy) == log(restored))
      #expect(try verify(copy, key).ok)
    }
  }
}
