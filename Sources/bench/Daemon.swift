import Foundation

/// A daemon on a new ledger.
final class Daemon {
  let ledger: String
  let socket: String
  private let program: String
  private let process = Process()
  private let sockets: String

  init(program: String, packs: String, directory: String) throws {
    self.program = program
    ledger = directory + "/ledger"
    sockets = "/tmp/aktenspur-bench-\(ProcessInfo.processInfo.processIdentifier)"
    socket = sockets + "/socket"
    try FileManager.default.createDirectory(atPath: sockets, withIntermediateDirectories: true)
    _ = try Daemon.output(program, ["init", "--ledger", ledger, "--origin", "bench.example/ledger"])
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = ["serve", "--ledger", ledger, "--socket", socket, "--packs", packs]
    _ = FileManager.default.createFile(atPath: directory + "/daemon.log", contents: nil)
    process.standardError = FileHandle(forWritingAtPath: directory + "/daemon.log")
    try process.run()
    while !FileManager.default.fileExists(atPath: socket) {
      guard process.isRunning else {
        throw BenchError(
          "the daemon did not start: " + (try String(contentsOfFile: directory + "/daemon.log", encoding: .utf8)))
      }
      usleep(10_000)
    }
  }

  func stop() {
    if process.isRunning {
      process.terminate()
      process.waitUntilExit()
    }
    try? FileManager.default.removeItem(atPath: sockets)
  }

  /// Verifies the whole log with the program.
  func verify() throws {
    _ = try Daemon.output(program, ["verify", "--ledger", ledger])
  }

  /// Runs a program to its end.
  static func output(_ program: String, _ arguments: [String]) throws -> Data {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw BenchError("\(program) \(arguments.joined(separator: " ")): exit status \(process.terminationStatus)")
    }
    return data
  }
}
