import Foundation
import Testing

/// Many clients at once and a daemon that is killed meanwhile; the whole run is `tools/concurrency`.
@Suite(.serialized) struct ConcurrencyTests {
  private func run(_ tool: String, _ arguments: [String]) throws -> Program.Result {
    try Program.run(URL(filePath: "/usr/bin/env"), ["python3", Repository.tool(tool).path] + arguments)
  }

  @Test func checkerFindsWhatItSaysItFinds() throws {
    let result = try run("history.py", ["--self-test"])
    #expect(result.status == 0, "\(result.text)")
    #expect(result.text.hasSuffix(" 0 not found\n"))
  }

  @Test func whatClientsSawIsWhatTheLogSays() throws {
    let result = try run(
      "concurrency", ["--clients", "40", "--seconds", "12", "--kills", "3", "--program", Repository.program.path])
    #expect(result.status == 0, "\(result.text)\(result.errors)")
    #expect(result.text.hasSuffix("violations 0\n"))
  }
}
