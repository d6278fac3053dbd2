import Foundation

/// Reads the lines of a log one after the other, across its segments, with one reused buffer.
///
/// It knows lines, not records: what a line holds is the caller's matter.
struct LineReader {
  private let directory: LedgerDirectory
  /// The segments behind the current one; nil until one is asked for, for most readers want a few lines.
  private var following: ArraySlice<Segment>?
  /// Nothing at or behind this place is read; nil reads whatever is in the files.
  private let end: LogPosition?

  private var file: OpenFile
  private var buffer: [UInt8]
  /// The unread bytes of the buffer.
  private var unread = 0..<0
  /// Where in the segment the unread bytes begin.
  private var offset: UInt64 = 0

  /// The segment of the line read last, or of the line to come.
  private(set) var segment: Segment

  /// - Parameter chunk: how many bytes are read at a time; small for a single record.
  init(
    _ directory: LedgerDirectory, from start: LogPosition, end: LogPosition? = nil, chunk: Int = 1 << 20
  ) throws(SystemError) {
    buffer = [UInt8](repeating: 0, count: chunk)
    self.directory = directory
    self.end = end
    segment = start.segment
    file = try OpenFile(start.segment.path(in: directory))
    offset = start.offset
  }

  /// Where the next line begins.
  var nextOffset: UInt64 { offset }

  /// The next line of the current segment without its LF, with the offset of its first byte, handed to `body`.
  ///
  /// - Returns: nil at the end of the segment. Bytes without a final LF are not handed out; they begin at
  ///   ``nextOffset``.
  mutating func next<Output>(_ body: (UnsafeRawBufferPointer, UInt64) throws -> Output) throws -> Output? {
    while true {
      if let length = lineLength() {
        let start = offset
        let range = unread.lowerBound..<unread.lowerBound + length
        offset += UInt64(length) + 1
        unread = range.upperBound + 1..<unread.upperBound
        return try buffer.withUnsafeBytes { bytes in
          try body(UnsafeRawBufferPointer(rebasing: bytes[range]), start)
        }
      }
      guard try fill() else { return nil }
    }
  }

  /// Goes on with the first line of the next segment, if there is one before the end.
  mutating func advance() throws(SystemError) -> Bool {
    if let end, end.segment == segment { return false }
    var rest: ArraySlice<Segment>
    if let following {
      rest = following
    } else {
      let current = segment.first
      rest = try Segment.list(in: directory).drop { $0.first <= current }
    }
    guard let next = rest.popFirst() else { return false }
    if let end, next.first > end.segment.first { return false }
    following = rest
    segment = next
    file = try OpenFile(next.path(in: directory))
    offset = 0
    unread = 0..<0
    return true
  }

  private func lineLength() -> Int? {
    buffer.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, !unread.isEmpty,
        let found = memchr(base + unread.lowerBound, 0x0A, unread.count)
      else { return nil }
      return UnsafeRawPointer(found) - (base + unread.lowerBound)
    }
  }

  /// Reads more bytes behind the unread ones; false at the end of the segment.
  private mutating func fill() throws(SystemError) -> Bool {
    if unread.lowerBound > 0 {
      let keep = unread
      buffer.withUnsafeMutableBytes { bytes in
        if let base = bytes.baseAddress { memmove(base, base + keep.lowerBound, keep.count) }
      }
      unread = 0..<keep.count
    }
    if unread.count == buffer.count { buffer.append(contentsOf: repeatElement(0, count: buffer.count)) }
    var room = buffer.count - unread.count
    let from = offset + UInt64(unread.count)
    if let end, end.segment == segment { room = Int(min(UInt64(room), end.offset > from ? end.offset - from : 0)) }
    guard room > 0 else { return false }
    let (file, place) = (file, unread.upperBound)
    let read: Result<Int, SystemError> = buffer.withUnsafeMutableBytes { bytes in
      do throws(SystemError) {
        let target = UnsafeMutableRawBufferPointer(rebasing: bytes[place..<place + room])
        return .success(try SystemCall.read(file.descriptor, into: target, at: from, path: file.path))
      } catch { return .failure(error) }
    }
    let count = try read.get()
    unread = unread.lowerBound..<unread.upperBound + count
    return count > 0
  }
}

/// A file open for reading, closed with its last owner.
private final class OpenFile {
  let path: String
  let descriptor: Int32

  init(_ path: String) throws(SystemError) {
    self.path = path
    descriptor = try SystemCall.open(path, O_RDONLY)
  }

  deinit {
    SystemCall.close(descriptor)
  }
}
