import Foundation
import LogFormat

/// One file of the log. Its name is the sequence of its first record.
public struct Segment: Sendable, Hashable {
  /// Sequence of the first record.
  public let first: UInt64

  public init(first: UInt64) {
    self.first = first
  }

  public var name: String { SequenceText.string(first) + ".ndjson" }

  func path(in directory: LedgerDirectory) -> String { directory.log + "/" + name }

  /// The segments of a log in their order, by their names alone.
  static func list(in directory: LedgerDirectory) throws(SystemError) -> [Segment] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory.log) else {
      throw SystemError(call: "readdir", path: directory.log, errno: errno == 0 ? ENOENT : errno)
    }
    return names.compactMap { name in
      guard name.hasSuffix(".ndjson") else { return nil }
      return SequenceText.parse(name.dropLast(".ndjson".count)).map(Segment.init(first:))
    }.sorted { $0.first < $1.first }
  }
}

/// A place in the log: behind `size` records, at a byte of a segment.
public struct LogPosition: Sendable, Hashable {
  /// The number of records before this place.
  public var size: UInt64
  public var segment: Segment
  /// Byte in the segment.
  public var offset: UInt64

  public init(size: UInt64, segment: Segment, offset: UInt64) {
    self.size = size
    self.segment = segment
    self.offset = offset
  }
}
