import Foundation

/// A system call on the segment in use that fails once, by `strace -e inject`.
struct SegmentFault {
  static let tracer = URL(filePath: "/usr/bin/strace")
  static let isAvailable = FileManager.default.isExecutableFile(atPath: tracer.path)

  /// The call as the kernel names it.
  var call: String
  /// The error's name, e.g. `EIO`.
  var error: String

  /// The tracer detaches itself (`-D`), so that the program traced is the child that gets our signals.
  func arguments(_ segment: URL) -> [String] {
    [
      "-D", "-f", "-qq", "-o", "/dev/null", "-P", segment.path, "-e", "trace=\(call)", "-e",
      "inject=\(call):error=\(error):when=1",
    ]
  }
}

/// A system call on a file at which the program is killed, by `strace -e inject`.
struct DeadlyCall {
  var call: String
  var path: String

  var arguments: [String] {
    [
      "-D", "-f", "-qq", "-o", "/dev/null", "-P", path, "-e", "trace=\(call)", "-e", "inject=\(call):signal=KILL",
    ]
  }
}

/// A system call on a file that is made to take long, by `strace -e inject`.
struct SlowCall {
  var call: String
  var path: String
  var seconds: Int

  var arguments: [String] {
    [
      "-D", "-f", "-qq", "-o", "/dev/null", "-P", path, "-e", "trace=\(call)", "-e",
      "inject=\(call):delay_enter=\(seconds)s",
    ]
  }
}

/// System calls that are written down in a file, one a line, with the paths of their descriptors, by `strace`.
struct NotedCalls {
  var calls: [String]
  var file: URL

  var arguments: [String] {
    ["-D", "-f", "-qq", "-y", "-o", file.path, "-e", "trace=" + calls.joined(separator: ",")]
  }

  func lines() throws -> [Substring] {
    try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
  }
}
