import Foundation
import Testing

/// How the command ends when it cannot do its work: its exit status, and a sentence.
struct CommandTests {
  private func expect(
    _ result: Program.Result, _ status: Int32, saying words: String...,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(result.status == status, "\(result.errors)", sourceLocation: sourceLocation)
    #expect(result.output.isEmpty, sourceLocation: sourceLocation)
    for word in words {
      #expect(result.errors.contains(word), "\(result.errors)", sourceLocation: sourceLocation)
    }
  }

  private func run(_ arguments: String...) throws -> Program.Result {
    try Program.run(Repository.program, arguments)
  }

  @Test func initPrintsTheVerifierKeyAlone() throws {
    try LedgerUnderTest.run { ledger in
      #expect(ledger.verifierKey.hasPrefix("\(LedgerUnderTest.origin)+"))
      #expect(!ledger.verifierKey.contains("\n"))
    }
  }

  /// In the current folder too, by a name of any length.
  @Test(arguments: ["l", "ledger", "a/b", "./x/"])
  func initMakesALedgerAtARelativePath(path: String) throws {
    let folder = try ScratchFolder()
    let shell = try Program.run(
      URL(filePath: "/bin/sh"),
      [
        "-c", #"cd "$1" && exec "$2" init --ledger "$3" --origin x.example/akten"#, "sh", folder.url.path,
        Repository.program.path, path,
      ])
    #expect(shell.status == 0, "\(shell.errors)")
    let verify = try run("verify", "--ledger", folder.file(path).path)
    #expect(verify.status == 0, "\(verify.errors)")
  }

  @Test func initLeavesAnExistingLedgerAlone() throws {
    try LedgerUnderTest.run { ledger in
      let before = try ledger.log()
      expect(try run("init", "--ledger", ledger.path, "--origin", "other.example"), 73, saying: ledger.path)
      #expect(try ledger.log() == before)
    }
    let folder = try ScratchFolder()
    try Data("x".utf8).write(to: folder.file("notes"))
    expect(try run("init", "--ledger", folder.url.path, "--origin", "other.example"), 73)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["notes"])
  }

  @Test(arguments: ["has space", "has+plus", ""])
  func initRefusesAnOriginThatCannotBeAKeyName(origin: String) throws {
    let folder = try ScratchFolder()
    let path = folder.file("ledger").path
    expect(try run("init", "--ledger", path, "--origin", origin), 64, saying: "--origin")
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func secondDaemonOnALedgerIsRefused() throws {
    try LedgerUnderTest.run { ledger in
      let other = ledger.folder.file("other").path
      for socket in [ledger.socket, other] {
        expect(
          try run("serve", "--ledger", ledger.path, "--socket", socket, "--packs", Repository.packs), 75,
          saying: ledger.path)
      }
      #expect(!FileManager.default.fileExists(atPath: other))
      // The first one still answers.
      try ledger.record(.project("A1", id: "a1"))
    }
  }

  /// A socket of another ledger's daemon is not taken away from it.
  @Test func socketInUseIsLeftAlone() throws {
    try LedgerUnderTest.run { ledger in
      try LedgerUnderTest.run { other in
        other.stop()
        expect(
          try run("serve", "--ledger", other.path, "--socket", ledger.socket, "--packs", Repository.packs), 73,
          saying: ledger.socket)
      }
      try ledger.record(.project("A1", id: "a1"))
    }
  }

  @Test func socketFileLeftByAKilledDaemonIsReplaced() throws {
    try LedgerUnderTest.run { ledger in
      ledger.kill()
      #expect(FileManager.default.fileExists(atPath: ledger.socket))
      try ledger.start()
      try ledger.record(.project("A1", id: "a1"))
    }
  }

  @Test(
    arguments: [
      ["serve", "--socket", "/tmp/none.sock"], ["verify"], ["events"], ["figures"], ["checkpoint"],
      ["query", "SELECT 1"],
      ["report", "statusbericht", "--period", "2022-H2"], ["doctor"],
    ])
  func missingLedgerIsSaidInWords(command: [String]) throws {
    let folder = try ScratchFolder()
    let path = folder.file("none").path
    expect(try Program.run(Repository.program, command + ["--ledger", path]), 74, saying: path)
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func socketPathTooLongIsSaidInWords() throws {
    try LedgerUnderTest.run { ledger in
      ledger.stop()
      let socket = ledger.folder.file(String(repeating: "s", count: 104)).path
      expect(
        try run("serve", "--ledger", ledger.path, "--socket", socket, "--packs", Repository.packs), 73,
        saying: "\(socket.utf8.count)", "103")
    }
  }

  @Test(
    arguments: [
      [], ["frobnicate"], ["init"], ["init", "--ledger", "/tmp/x"], ["verify", "--nonsense"], ["verify"], ["append"],
      ["report", "statusbericht", "--ledger", "/tmp/x"], ["report", "x", "--ledger", "/tmp/x", "--period", "2022-H9"],
      ["report", "x", "--ledger", "/tmp/x", "--period", "2022", "--format", "pdf"],
      ["query", "--ledger", "/tmp/x", "--as-of", "soon", "SELECT 1"], ["events", "--ledger", "/tmp/x", "--from", "-1"],
      ["verify", "--ledger", "/tmp/x", "--key", "nonsense"],
    ])
  func wrongUsageIs64(arguments: [String]) throws {
    let result = try Program.run(Repository.program, arguments)
    // Without any argument the program explains itself.
    #expect(result.status == (arguments.isEmpty ? 0 : 64), "\(result.errors)")
    #expect(!(result.errors + result.text).isEmpty)
  }

  @Test(arguments: [["--help"], ["--version"], ["serve", "--help"], ["projections", "test", "--help"]])
  func whatIsAskedForIsPrinted(arguments: [String]) throws {
    let result = try Program.run(Repository.program, arguments)
    #expect(result.status == 0)
    #expect(!result.output.isEmpty)
    #expect(result.errors.isEmpty)
  }

  @Test func helpNamesTheExitStatus() throws {
    let help = try run("--help")
    #expect(help.status == 0)
    for status in ["64", "65", "69", "73", "74", "75"] { #expect(help.text.contains(status)) }
  }

  @Test(arguments: [["append"], ["checkpoint", "--new"], ["events"]])
  func missingDaemonIs69(command: [String]) throws {
    let folder = try ScratchFolder()
    let socket = folder.file("none").path
    expect(try Program.run(Repository.program, command + ["--socket", socket]), 69, saying: socket)
  }

  @Test func refusedEventsAre65AndTheOthersAreRecorded() throws {
    try LedgerUnderTest.run { ledger in
      func append(_ input: Data) throws -> Program.Result {
        try Program.run(Repository.program, ["append", "--socket", ledger.socket], input: input)
      }
      expect(try append(Data("{".utf8)), 65)
      expect(try append(SampleEvent.request("1", id: "a").with("sequence", "\"1\"").json), 65, saying: "/sequence")
      expect(
        try append(SampleEvent.batch([.project("A1", id: "x"), .project("A 1", id: "y")])), 65, saying: "/1/subject")
      #expect(try ledger.logLines().count == 2)

      let lines = try append(
        SampleEvent.lines([.project("A1", id: "x"), .project("A 1", id: "y"), .project("A1", id: "z")]))
      #expect(lines.status == 65)
      #expect(try lines.lines.map { try $0.decoded(Receipt.self).sequence } == [2, 3])
      #expect(lines.errors.contains("\"line\":2"))

      let missing = try Program.run(Repository.program, ["append", "--socket", ledger.socket, "/tmp/akte-none"])
      expect(missing, 74, saying: "/tmp/akte-none")
    }
  }

  @Test func doctorFindsASoundLedgerSound() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      #expect(try ledger.command("doctor").status == 0)
      ledger.stop()
      let sound = try ledger.command("doctor")
      #expect(sound.status == 0, "\(sound.text)")
      // Nothing derived is there, and nothing is wrong; the second time there are projections to look at.
      try ledger.deleteCache()
      for _ in 1...2 {
        let again = try ledger.command("doctor")
        #expect(again.status == 0, "\(again.text)\(again.errors)")
      }
    }
  }

  @Test func packsOfTheLedgerServeWhereNoneAreNamed() throws {
    try LedgerUnderTest.run(seeded: true) { ledger in
      ledger.stop()
      let named = try ledger.command("figures", arguments: ["--json", "--packs", Repository.packs])
      let kept = try ledger.command("figures", arguments: ["--json"])
      #expect(named.status == 0 && kept.status == 0)
      #expect(named.output == kept.output)
    }
  }
}
