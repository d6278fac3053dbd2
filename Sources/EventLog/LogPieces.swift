/// A part of the log's bytes: a segment, up to where it is durable.
public struct LogPiece: Sendable, Hashable {
  /// The segment's file.
  public var path: String
  /// Its name in `log/`.
  public var name: String
  /// How many of its bytes are durable.
  public var bytes: UInt64
  /// Whether nothing is written to it any more.
  public var isClosed: Bool
}

extension LogReader {
  /// The segments in order, each with what is durable of it.
  public func pieces() throws -> [LogPiece] {
    try Segment.list(in: directory).filter { $0.first <= end.segment.first }.map { segment in
      let path = segment.path(in: directory)
      let isLast = segment.first == end.segment.first
      return LogPiece(
        path: path, name: String(path.dropFirst(directory.log.count + 1)),
        bytes: isLast ? end.offset : try SystemCall.size(of: path), isClosed: !isLast)
    }
  }
}
