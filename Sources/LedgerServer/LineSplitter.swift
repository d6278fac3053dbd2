import Foundation
import NIOCore

/// Cuts a stream of bytes into the lines of NDJSON: ended by LF, a CR before it dropped, empty lines left out, the last
/// line taken without its LF too. Lines are numbered from 1, the empty ones included.
struct LineSplitter {
  enum Line {
    case text(UnsafeRawBufferPointer)
    case tooLong
  }

  private let limit: Int
  private var number = 0
  /// The beginning of a line whose end has not come yet; at most `limit` bytes.
  private var rest: [UInt8] = []
  /// Whether that line is already longer than allowed: what comes of it is dropped.
  private var isTooLong = false

  /// - Parameter limit: the longest line in bytes, without its end.
  init(limit: Int) {
    self.limit = limit
  }

  /// How many bytes of a line whose end has not come yet are kept.
  var kept: Int { rest.count }

  /// Takes the next bytes where no line ends in them: however small the pieces of a line are, it is read once.
  ///
  /// - Returns: whether it was so; otherwise nothing was taken.
  mutating func keepIfWithoutEnd(_ chunk: ByteBuffer) -> Bool {
    chunk.withUnsafeReadableBytes { bytes in
      guard let base = bytes.baseAddress else { return true }
      if memchr(base, 0x0A, bytes.count) != nil { return false }
      keep(bytes)
      return true
    }
  }

  /// Takes the next bytes and hands out the lines that end in them. A line's bytes are valid during the call only.
  mutating func take(_ chunk: ByteBuffer, _ body: (_ number: Int, _ line: Line) -> Void) {
    chunk.withUnsafeReadableBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      var start = 0
      while let feed = memchr(base + start, 0x0A, bytes.count - start) {
        let end = UnsafeRawPointer(feed) - base
        hand(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), to: body)
        start = end + 1
      }
      keep(UnsafeRawBufferPointer(rebasing: bytes[start...]))
    }
  }

  /// Hands out what follows the last LF.
  mutating func finish(_ body: (_ number: Int, _ line: Line) -> Void) {
    hand(UnsafeRawBufferPointer(start: nil, count: 0), to: body)
  }

  private mutating func hand(_ end: UnsafeRawBufferPointer, to body: (Int, Line) -> Void) {
    number += 1
    if !rest.isEmpty || isTooLong { keep(end) }
    if isTooLong {
      body(number, .tooLong)
    } else if rest.isEmpty {
      hand(whole: end, to: body)
    } else {
      rest.withUnsafeBytes { hand(whole: $0, to: body) }
    }
    rest.removeAll(keepingCapacity: true)
    isTooLong = false
  }

  private func hand(whole: UnsafeRawBufferPointer, to body: (Int, Line) -> Void) {
    let line = whole.last == UInt8(ascii: "\r") ? UnsafeRawBufferPointer(rebasing: whole.dropLast()) : whole
    if line.count > limit {
      body(number, .tooLong)
    } else if !line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) {
      body(number, .text(line))
    }
  }

  private mutating func keep(_ bytes: UnsafeRawBufferPointer) {
    guard !isTooLong else { return }
    // One byte more than the limit may be the CR of a line that just fits.
    if rest.count + bytes.count > limit + 1 {
      isTooLong = true
      rest = []
    } else {
      rest.append(contentsOf: bytes)
    }
  }
}
