import Foundation

/// A command of the system, run to its end.
struct Tool {
  struct Failure: Error, CustomStringConvertible {
    var command: [String]
    var status: Int32
    var output: String
    var description: String { "\(command.joined(separator: " ")): \(status)\n\(output)" }
  }

  /// What the command printed, errors included.
  @discardableResult
  static func run(_ command: String..., in folder: URL) throws -> String {
    try run(command, in: folder)
  }

  @discardableResult
  static func run(_ command: [String], in folder: URL) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(command: command, status: process.terminationStatus, output: text)
    }
    return text
  }
}
