import Foundation
import LogFormat
import TransparencyLog

@testable import Audit

extension Target {
  /// Strict JSON, by the reader of `LogFormat` and by the verifier's scan.
  static let json = Target(name: "json") { bytes in
    let document = try? JSONDocument(bytes)
    if let document {
      // What is kept is the same text without white space, and nothing more can be taken away from it.
      let again = try JSONDocument(document.bytes)
      try hold(again.bytes == document.bytes, "the compact text is its own compact text")
      try hold(again.root.isEqual(to: document.root), "the compact text says the same")
      try hold(document.bytes.count <= bytes.count, "the compact text is no longer")
    }
    // The scan knows compact texts only, and may leave to the reader what it will.
    if scanTakes(bytes) {
      try hold(document?.bytes == bytes, "what the scan takes, the reader takes as it stands")
    }
  }

  /// Lines of the log, by `Record` and by the verifier's scan; what `Record` takes is written again as it stands.
  static let record = Target(name: "record") { bytes in
    let record = try? Record(line: bytes)
    if let record {
      guard let time = Timestamp(record.recordedTime) else { throw Broken(description: "recordedtime is a time") }
      let event = Event(
        id: record.id, source: record.source, type: record.type, subject: record.subject, time: record.time,
        extensions: record.extensions, dataContentType: record.dataContentType, dataSchema: record.dataSchema,
        payload: record.data.map { .json($0) } ?? record.dataBase64.map { .base64($0) } ?? .none)
      let stamp = Stamp(
        sequence: record.sequence, subjectVersion: record.subjectVersion, recordedTime: time,
        recordedBy: record.recordedBy, batchEnd: record.batchEnd, previousHash: record.previousHash)
      var line: [UInt8] = []
      event.writeLine(stamp: stamp, to: &line)
      // Longer escapes than needed are taken by `Record` and reported by the verifier.
      if case .record = logLine(bytes).content { try hold(line == bytes, "a record is written as it was read") }
    }
    let padded = bytes + [0x0A] + [UInt8](repeating: 0, count: ByteScan.slack)
    try padded.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress, let scan = RecordScan(start, names: JSONScan.Names()),
        scan.end == start + bytes.count, Digest(hex: String(decoding: scan.previousHash, as: UTF8.self)) != nil
      else { return }
      guard let record else { throw Broken(description: "what the scan takes, Record takes") }
      try hold(scan.id.elementsEqual(record.id.utf8), "both read the same id")
      try hold(scan.source.elementsEqual(record.source.utf8), "both read the same source")
      try hold(scan.type.elementsEqual(record.type.utf8), "both read the same type")
      try hold(scan.subject.elementsEqual(record.subject.utf8), "both read the same subject")
      try hold(scan.sequence == record.sequence, "both read the same sequence")
      try hold(scan.subjectVersion == record.subjectVersion, "both read the same version")
      try hold(scan.recordedTime.elementsEqual(record.recordedTime.utf8), "both read the same recordedtime")
      try hold(scan.batchEnd == record.batchEnd, "both read the same end of a batch")
    }
  }

  /// A segment of the log, by the verifier: every byte is in one line.
  static let segment = Target(name: "segment") { bytes in
    let path = NSTemporaryDirectory() + "segment-\(UUID().uuidString)"
    try Data(bytes).write(to: URL(filePath: path))
    defer { unlink(path) }
    let reader = LineReader([SegmentFile(firstSequence: 0, path: path, byteCount: UInt64(bytes.count))])
    var expected = bytes[...]
    while let line = try reader.next() {
      let end = expected.firstIndex(of: 0x0A)
      let text = expected[..<(end ?? expected.endIndex)]
      try hold(line.isEnded == (end != nil), "a line is ended by its line feed")
      try hold(line.length == text.count, "a line is as long as it is")
      try hold(line.bytes.elementsEqual(text.prefix(LineReader.longestLine)), "a line is the bytes up to its line feed")
      if case .record(_, let leaf) = line.content {
        try hold(leaf == RFC6962.leafHash(Array(text)), "a record's hash is that of its bytes")
      }
      expected = end.map { expected[($0 + 1)...] } ?? []
    }
    try hold(expected.isEmpty, "all lines are handed out")
  }

  private static func scanTakes(_ bytes: [UInt8]) -> Bool {
    let padded = bytes + [0x0A] + [UInt8](repeating: 0, count: ByteScan.slack)
    return padded.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return false }
      var json = JSONScan(ByteScan(start), names: JSONScan.Names())
      return json.takeValue(depth: 0) && json.scan.next == start + bytes.count
    }
  }

  private static func logLine(_ bytes: [UInt8]) -> LogLine {
    LogLine(
      bytes: bytes, length: bytes.count, place: LogPlace(segmentSequence: 0, offset: 0), isEnded: true,
      opensSegment: true, isInLastSegment: true)
  }
}
