import EventLog
import ReadModels

/// The log as projections read it: through the open log, or through its files.
struct OpenLogSource: RecordSource {
  let log: Log

  func forEachLine(from: UInt64, below: UInt64, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    try log.forEachLine(from: from, below: below, body)
  }
}

struct LogFilesSource: RecordSource {
  let reader: LogReader

  func forEachLine(from: UInt64, below: UInt64, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    try reader.forEachLine(from: from, below: below) { line, _ in
      try body(line)
      return true
    }
  }
}
