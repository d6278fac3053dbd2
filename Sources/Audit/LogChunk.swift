/// A part of a segment that one worker reads. Its lines are those that begin in it.
struct LogChunk: Sendable {
  var segment: SegmentFile
  var range: Range<UInt64>
  /// The offset in the log of the segment's first byte.
  var segmentOffset: UInt64

  func place(at offset: UInt64) -> LogPlace {
    LogPlace(segmentSequence: segment.firstSequence, offset: offset)
  }
}

/// Cuts a log into chunks, in its order. None crosses segments, so one large segment keeps all workers busy as well.
struct LogChunks {
  /// The last chunk is small: the last line of a log has nobody to vouch for it, so its chunk is judged line by line.
  private static let lastChunkSize: UInt64 = 1 << 16

  private let extent: LogExtent
  private let chunkSize: UInt64
  private var segmentIndex = 0
  private var offset: UInt64 = 0

  init(_ extent: LogExtent, chunkSize: UInt64) {
    self.extent = extent
    self.chunkSize = chunkSize
  }

  mutating func next() -> LogChunk? {
    while segmentIndex < extent.segments.count, offset >= extent.segments[segmentIndex].byteCount {
      segmentIndex += 1
      offset = 0
    }
    guard segmentIndex < extent.segments.count else { return nil }
    let segment = extent.segments[segmentIndex]
    let start = offset
    let tail = segmentIndex == extent.segments.count - 1 ? min(LogChunks.lastChunkSize, chunkSize) : 0
    let body = segment.byteCount - min(tail, segment.byteCount)
    offset = start < body ? min(start + chunkSize, body) : segment.byteCount
    return LogChunk(segment: segment, range: start..<offset, segmentOffset: extent.offsets[segmentIndex])
  }
}
