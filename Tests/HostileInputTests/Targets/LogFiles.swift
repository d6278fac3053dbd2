import Foundation

@testable import EventLog

extension Target {
  /// Segments of the log, by the reader of the daemon: the first byte says how much is read at a time, 0x1E begins the next
  /// segment.
  static let lines = Target(name: "lines") { bytes in
    guard let chunk = bytes.first else { return }
    let segments = bytes.dropFirst().split(separator: 0x1E, omittingEmptySubsequences: false)
    let directory = LedgerDirectory(NSTemporaryDirectory() + "lines-\(UUID().uuidString)")
    try FileManager.default.createDirectory(atPath: directory.log, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory.path) }
    for (number, content) in segments.enumerated() {
      let path = Segment(first: UInt64(number)).path(in: directory)
      try Data(content).write(to: URL(filePath: path))
    }
    var reader = try LineReader(
      directory, from: LogPosition(size: 0, segment: Segment(first: 0), offset: 0), chunk: Int(chunk) + 1)
    for (number, content) in segments.enumerated() {
      try hold(reader.segment.first == UInt64(number), "segments are read in their order")
      var rest = content
      while let end = rest.firstIndex(of: 0x0A) {
        let expected = rest[..<end]
        let read: Void? = try reader.next { line, offset in
          try hold(line.elementsEqual(expected), "a line is the bytes up to its line feed")
          try hold(offset == UInt64(expected.startIndex - content.startIndex), "a line is where it begins")
        }
        try hold(read != nil, "all lines are handed out")
        rest = rest[(end + 1)...]
      }
      try hold(try reader.next { _, _ in } == nil, "bytes without a line feed are none")
      try hold(reader.nextOffset == UInt64(rest.startIndex - content.startIndex), "what is not ended begins there")
      let goesOn = try reader.advance()
      try hold(goesOn == (number + 1 < segments.count), "the last segment ends the log")
    }
  }
}
