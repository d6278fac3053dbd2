import Foundation

/// Runs the program's commands to their end and says what they took.
struct Command {
  let program: String
  /// Where the output goes meanwhile.
  let folder: String

  struct Result {
    var output: Data
    var usage: Usage
  }

  /// - Throws: where the exit status is not 0.
  func run(_ arguments: [String]) throws -> Result {
    let files = (output: folder + "/output", errors: folder + "/errors")
    let start = MonotonicClock.seconds
    let child = try ChildProcess(program, arguments, output: files.output, errors: files.errors)
    let watch = PeakWatch(child.status)
    let end = try child.wait()
    let seconds = MonotonicClock.seconds - start
    let peakBytes = watch.end()
    guard end.status == 0 else {
      let text = (try? String(contentsOfFile: files.errors, encoding: .utf8)) ?? ""
      throw BenchError("\(program) \(arguments.joined(separator: " ")): exit status \(end.status)\n\(text)")
    }
    return Result(
      output: try Data(contentsOf: URL(fileURLWithPath: files.output)),
      usage: Usage(processorSeconds: end.processorSeconds, seconds: seconds, peakBytes: peakBytes))
  }
}
