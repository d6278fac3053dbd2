import Foundation
import Testing
import TransparencyLog

/// A witness in another office: its directory, and its process on a port of its own.
final class WitnessUnderTest {
  static let name = "zeuge.example/kreis"

  let folder: ScratchFolder
  /// What `witness init` printed.
  let verifierKey: String
  private let logKey: String
  private var process: RunningProgram?
  private(set) var url = ""

  init(for logKey: String) throws {
    folder = try ScratchFolder()
    self.logKey = logKey
    let made = try Program.run(
      Repository.program,
      ["witness", "init", "--state", folder.file("witness").path, "--name", WitnessUnderTest.name])
    try #require(made.status == 0, "witness init: \(made.errors)")
    verifierKey = made.text.trimmingCharacters(in: .newlines)
  }

  var state: String { folder.file("witness").path }
  var socket: String { folder.file("socket").path }

  func start() throws {
    let program = try RunningProgram(
      Repository.program,
      [
        "witness", "serve", "--state", state, "--log", logKey, "--web", "127.0.0.1:0", "--socket", socket,
      ], lines: .errors)
    let isListening = program.lines.wait { lines in
      lines.count { String(decoding: $0, as: UTF8.self).contains("listening") } == 2
    }
    try #require(isListening, "the witness did not start: \(program.lines.text)")
    let address = try #require(program.lines.text.firstMatch(of: /address=(127\.0\.0\.1:\d+)/)?.output.1)
    url = "http://\(address)"
    process = program
  }

  func stop() {
    #expect(process?.terminate() == 0, "exit status after SIGTERM")
    process = nil
  }

  func kill() {
    process?.kill()
    process = nil
  }

  /// `POST /add-checkpoint`, over TCP as strangers do.
  func add(_ request: Data) throws -> Answer {
    try Curl(server: url).send("/add-checkpoint", body: request)
  }

  /// What the witness tells those who watch the log.
  func checkpoint(of origin: String) throws -> Answer {
    try Curl(server: url).send("/\(SHA256.hash(origin).hex)/checkpoint")
  }

  /// Answers a request that came as a file.
  func answer(_ request: URL, to answer: URL) throws -> Program.Result {
    try Program.run(
      Repository.program,
      ["witness", "--state", state, "--log", logKey, "--import", request.path, "-o", answer.path])
  }
}
