import Glibc

/// The lines of a log, one after the other over all segments, read in large pieces into one buffer.
final class LineReader {
  /// No two records joined are longer; of a longer line only the beginning is kept.
  static let longestLine = 1 << 18
  private static let bufferSize = 1 << 20

  private let extent: LogExtent
  private var segments: [SegmentFile] { extent.segments }
  private let buffer: UnsafeMutableRawPointer
  private var segmentIndex = -1
  private var file: Int32 = -1
  /// Bytes of the segment not yet asked for.
  private var unread: UInt64 = 0
  /// The part of the buffer not yet handed out, and the offset of its start in the segment.
  private var start = 0
  private var end = 0
  private var offset: UInt64 = 0
  private var isFirstLine = false
  /// Bytes that segments lack of their size when they were listed.
  private var missingBytes: UInt64 = 0
  /// Where to go on reading, if not behind the last line.
  private var target: UInt64?

  init(_ extent: LogExtent) {
    self.extent = extent
    buffer = .allocate(byteCount: LineReader.bufferSize, alignment: 16)
  }

  convenience init(_ segments: [SegmentFile]) {
    self.init(LogExtent(segments: segments))
  }

  deinit {
    buffer.deallocate()
    if file >= 0 { close(file) }
  }

  /// The offset in the log of the line that comes next.
  var position: UInt64 {
    target ?? (segments.indices.contains(segmentIndex) ? extent.offsets[segmentIndex] + offset : finished)
  }

  private var finished: UInt64 { segmentIndex < 0 ? 0 : extent.byteCount }

  /// Bytes handed out or passed over so far.
  var byteCount: UInt64 { position - missingBytes }

  /// Goes on at an offset of the log, where a line begins or the log ends.
  func seek(to offset: UInt64) { target = offset }

  /// The line that begins at an offset of the log.
  static func line(at offset: UInt64, of extent: LogExtent) throws(VerifierError) -> LogLine? {
    let reader = LineReader(extent)
    reader.seek(to: offset)
    return try reader.next()
  }

  /// The next line of the log, read; nil after the last.
  func next() throws(VerifierError) -> LogLine? {
    if let target {
      self.target = nil
      try move(to: target)
    }
    while true {
      if start == end && unread == 0 {
        guard try openNext() else { return nil }
        continue
      }
      if let line = try nextInSegment() { return line }
    }
  }

  private func move(to target: UInt64) throws(VerifierError) {
    guard let index = extent.segmentIndex(at: target) else {
      segmentIndex = segments.count
      (start, end, unread) = (0, 0, 0)
      return
    }
    if index != segmentIndex || file < 0 {
      segmentIndex = index - 1
      _ = try openNext()
    }
    let segment = segments[index]
    offset = target - extent.offsets[index]
    guard lseek(file, off_t(offset), SEEK_SET) >= 0 else { throw .io(call: "lseek", path: segment.path, code: errno) }
    (start, end) = (0, 0)
    unread = segment.byteCount - offset
    isFirstLine = offset == 0
  }

  private func openNext() throws(VerifierError) -> Bool {
    if file >= 0 { close(file) }
    file = -1
    segmentIndex = min(segmentIndex + 1, segments.count)
    guard segmentIndex < segments.count else { return false }
    let segment = segments[segmentIndex]
    file = open(segment.path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .io(call: "open", path: segment.path, code: errno) }
    unread = segment.byteCount
    (start, end, offset) = (0, 0, 0)
    isFirstLine = true
    return true
  }

  private func nextInSegment() throws(VerifierError) -> LogLine? {
    var searched = start
    var kept: [UInt8] = []
    var length = 0
    while true {
      if let found = memchr(buffer + searched, 0x0A, end - searched) {
        let position = UnsafeRawPointer(found) - UnsafeRawPointer(buffer)
        return take(through: position, kept: &kept, length: &length, isEnded: true)
      }
      searched = end
      if unread == 0 { return take(through: end, kept: &kept, length: &length, isEnded: false) }
      if end - start > LineReader.longestLine {
        keep(end, &kept, &length)
        start = end
      }
      try refill()
      searched = length > 0 ? 0 : searched - start
      start = 0
    }
  }

  /// Moves what is not handed out yet to the front of the buffer and reads on. The caller sets `start` to 0.
  private func refill() throws(VerifierError) {
    let rest = end - start
    if rest > 0 { memmove(buffer, buffer + start, rest) }
    end = rest
    let wanted = Int(min(UInt64(LineReader.bufferSize - rest), unread))
    while true {
      let got = read(file, buffer + rest, wanted)
      if got > 0 {
        end += got
        unread -= UInt64(got)
        return
      }
      if got == 0 {
        // The file is shorter than it was when listed; what is there is all there is.
        missingBytes += unread
        unread = 0
        return
      }
      guard errno == EINTR else { throw .io(call: "read", path: segments[segmentIndex].path, code: errno) }
    }
  }

  private func keep(_ limit: Int, _ kept: inout [UInt8], _ length: inout Int) {
    length += limit - start
    let room = max(0, LineReader.longestLine - kept.count)
    kept.append(contentsOf: UnsafeRawBufferPointer(start: buffer + start, count: min(room, limit - start)))
  }

  private func take(through limit: Int, kept: inout [UInt8], length: inout Int, isEnded: Bool) -> LogLine? {
    keep(limit, &kept, &length)
    // A file that shrank leaves nothing behind its last line feed.
    if !isEnded && length == 0 {
      start = end
      return nil
    }
    let place = LogPlace(segmentSequence: segments[segmentIndex].firstSequence, offset: offset)
    let line = LogLine(
      bytes: kept, length: length, place: place, isEnded: isEnded, opensSegment: isFirstLine,
      isInLastSegment: segmentIndex == segments.count - 1)
    isFirstLine = false
    start = isEnded ? limit + 1 : limit
    offset += UInt64(length) + (isEnded ? 1 : 0)
    return line
  }
}
