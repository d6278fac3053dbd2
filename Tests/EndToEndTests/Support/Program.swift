import Foundation
import Testing

/// Runs other programs.
enum Program {
  struct Result {
    var status: Int32
    var output: Data
    var errors: String

    var text: String { String(decoding: output, as: UTF8.self) }
    /// The lines of the output, without their LF.
    var lines: [Data] { output.split(separator: 0x0A).map { Data($0) } }
  }

  /// Runs a program to its end.
  ///
  /// Input and output go through files, so that neither side waits for the other to read.
  static func run(
    _ program: URL, _ arguments: [String], input: Data = Data(), environment: [String: String] = [:]
  ) throws -> Result {
    let folder = try ScratchFolder()
    let (inputFile, outputFile, errorFile) = (folder.file("input"), folder.file("output"), folder.file("errors"))
    try input.write(to: inputFile)
    for file in [outputFile, errorFile] { try Data().write(to: file) }
    let process = process(program, arguments, environment)
    process.standardInput = try FileHandle(forReadingFrom: inputFile)
    process.standardOutput = try FileHandle(forWritingTo: outputFile)
    process.standardError = try FileHandle(forWritingTo: errorFile)
    try process.run()
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus, output: try Data(contentsOf: outputFile),
      errors: String(decoding: try Data(contentsOf: errorFile), as: UTF8.self))
  }

  /// A process that does not see the caller's configuration of the program under test.
  fileprivate static func process(
    _ program: URL, _ arguments: [String], _ environment: [String: String]
  ) -> Process {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    let inherited = ProcessInfo.processInfo.environment
      .filter { !$0.key.hasPrefix("AKTENSPUR_") && !$0.key.hasPrefix("LC_") && $0.key != "LANG" }
    process.environment = inherited.merging(environment) { $1 }
    return process
  }
}

/// A program that runs beside the test, with the lines it writes.
final class RunningProgram {
  enum Channel {
    case output
    case errors
    case both
  }

  let lines: LineFeed
  private let process: Process

  var isRunning: Bool { process.isRunning }
  var processIdentifier: Int32 { process.processIdentifier }

  /// - Parameter channel: whose lines are taken; the other one goes to nowhere.
  init(_ program: URL, _ arguments: [String], lines channel: Channel = .output) throws {
    process = Program.process(program, arguments, [:])
    let pipe = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = channel != .errors ? pipe : FileHandle.nullDevice
    process.standardError = channel != .output ? pipe : FileHandle.nullDevice
    try process.run()
    // Else the feed would never see the end: this end of the pipe would still be open.
    try pipe.fileHandleForWriting.close()
    lines = LineFeed(reading: pipe.fileHandleForReading)
  }

  deinit {
    if process.isRunning { kill() }
  }

  /// Asks the program to end, and waits until it has.
  ///
  /// Only for programs that watch for the signal: what the threads of the tests run on blocks it, and a child inherits
  /// that.
  ///
  /// - Returns: the exit status, or the number of the signal that ended it.
  func terminate() -> Int32 {
    process.terminate()
    return waitForExit()
  }

  func kill() {
    Foundation.kill(process.processIdentifier, SIGKILL)
    _ = waitForExit()
    lines.waitForEnd()
  }

  func waitForExit() -> Int32 {
    process.waitUntilExit()
    return process.terminationStatus
  }
}

/// A folder with a short path (a Unix socket takes 103 bytes), gone when nobody holds it any more.
final class ScratchFolder {
  let url: URL

  init() throws {
    var template = Array("/tmp/akte-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    url = URL(filePath: String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }

  deinit {
    try? FileManager.default.removeItem(at: url)
  }

  func file(_ name: String) -> URL { url.appending(path: name) }
}
