import Foundation

/// The segments of a ledger's log, read as one sequence of bytes.
struct LogFiles {
  /// The folder of the segments.
  let path: String

  init(ledger: String) {
    path = ledger + "/log"
  }

  private func segments() throws -> [(path: String, size: Int)] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted().map { name in
      var status = stat()
      guard stat(path + "/" + name, &status) == 0 else { throw BenchError.system("stat \(name)") }
      return (path + "/" + name, Int(status.st_size))
    }
  }

  /// Bytes of all segments together.
  func size() throws -> Int {
    try segments().reduce(0) { $0 + $1.size }
  }

  /// Reads the bytes of the range, which must begin and end with a line, in chunks of whole lines.
  func forEachChunk(
    of range: Range<Int>? = nil, bytes chunkBytes: Int = 8 << 20, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let chunk = Bytes(capacity: chunkBytes + 1 << 20)
    var position = 0
    for segment in try segments() {
      let whole = position..<position + segment.size
      position = whole.upperBound
      let wanted = range.map { whole.clamped(to: $0) } ?? whole
      if wanted.isEmpty { continue }
      let file = open(segment.path, O_RDONLY)
      guard file >= 0 else { throw BenchError.system("open \(segment.path)") }
      defer { close(file) }
      var offset = wanted.lowerBound - whole.lowerBound
      let end = wanted.upperBound - whole.lowerBound
      while offset < end {
        let count = pread(file, chunk.room(chunkBytes), min(chunkBytes, end - offset), off_t(offset))
        guard count > 0 else { throw BenchError.system("read \(segment.path)") }
        chunk.grow(by: count)
        offset += count
        guard let last = chunk.contents.lastIndex(of: UInt8(ascii: "\n")) else { continue }
        let lines = last + 1
        try body(UnsafeRawBufferPointer(start: chunk.base, count: lines))
        chunk.removeFirst(lines)
      }
    }
    guard chunk.count == 0 else { throw BenchError("the log does not end with a whole line") }
  }
}
