import Glibc
import Synchronization

/// Memory for a chunk, and what scanning it needs besides. Used by one worker at a time.
final class ChunkBuffer: @unchecked Sendable {
  // @unchecked: `ChunkBuffers` hands it to one worker at a time.

  /// The longest record and its line feed.
  private static let longestLine = 65_536
  /// Most last lines are no longer than this; reading more of the next chunk would be in vain.
  private static let firstReach = 4096
  /// Room before the text, so that there is a byte before its first line.
  private static let front = 64

  let names = JSONScan.Names()
  private let memory: UnsafeMutableRawPointer
  /// The first byte loaded, and its offset in the segment.
  private let text: UnsafeMutablePointer<UInt8>
  private var textOffset: UInt64 = 0
  private var count = 0
  private var chunk: LogChunk?

  fileprivate init(chunkSize: Int) {
    memory = .allocate(
      byteCount: ChunkBuffer.front + 1 + chunkSize + ChunkBuffer.longestLine + ByteScan.slack, alignment: 64)
    text = (memory + ChunkBuffer.front).assumingMemoryBound(to: UInt8.self)
  }

  deinit { memory.deallocate() }

  /// Reads a chunk; gives back its first line, nil where none begins in it.
  func load(_ chunk: LogChunk) throws(VerifierError) -> UnsafeMutablePointer<UInt8>? {
    self.chunk = chunk
    // The byte before the chunk says whether a line begins right at its start.
    textOffset = max(1, chunk.range.lowerBound) - 1
    count = 0
    try extend(to: chunk.range.upperBound + UInt64(ChunkBuffer.firstReach))
    guard chunk.range.lowerBound > 0 else { return count > 0 ? text : nil }
    let wanted = Int(chunk.range.upperBound - textOffset)
    guard let found = memchr(text, 0x0A, min(count, wanted - 1)) else { return nil }
    return found.assumingMemoryBound(to: UInt8.self) + 1
  }

  func offset(of place: UnsafeMutablePointer<UInt8>) -> UInt64 { textOffset + UInt64(place - text) }

  /// The line feed at a place, if there is one.
  func lineFeed(at place: UnsafePointer<UInt8>) -> UnsafeMutablePointer<UInt8>? {
    place < text + count && place.pointee == 0x0A ? UnsafeMutablePointer(mutating: place) : nil
  }

  /// The line feed at the end of the line that begins at a place; nil where there is none, or too far away.
  func lineEnd(from place: UnsafeMutablePointer<UInt8>) throws(VerifierError) -> UnsafeMutablePointer<UInt8>? {
    var searched = place
    while true {
      if let found = memchr(searched, 0x0A, text + count - searched) {
        return found.assumingMemoryBound(to: UInt8.self)
      }
      searched = text + count
      guard let chunk, searched - place < ChunkBuffer.longestLine else { return nil }
      let before = count
      try extend(to: chunk.range.upperBound + UInt64(ChunkBuffer.longestLine))
      if count == before { return nil }
    }
  }

  /// Reads on up to an offset of the segment, or its end.
  private func extend(to end: UInt64) throws(VerifierError) {
    guard let chunk else { return }
    let wanted = Int(min(end, chunk.segment.byteCount) - textOffset)
    if count < wanted {
      let path = chunk.segment.path
      let file = open(path, O_RDONLY | O_CLOEXEC)
      guard file >= 0 else { throw .io(call: "open", path: path, code: errno) }
      defer { close(file) }
      while count < wanted {
        let got = pread(file, text + count, wanted - count, off_t(textOffset) + off_t(count))
        // The file may be shorter than it was when listed; what is there is all there is.
        if got == 0 { break }
        if got > 0 {
          count += got
        } else if errno != EINTR {
          throw .io(call: "pread", path: path, code: errno)
        }
      }
    }
    // No step of a scan goes past a zero.
    (text + count).update(repeating: 0, count: ByteScan.slack)
  }
}

/// The buffers of all workers, made when needed and used again.
final class ChunkBuffers: Sendable {
  private let chunkSize: Int
  private let free = Mutex<[ChunkBuffer]>([])

  init(chunkSize: Int) {
    self.chunkSize = chunkSize
  }

  func take() -> ChunkBuffer {
    free.withLock { $0.popLast() } ?? ChunkBuffer(chunkSize: chunkSize)
  }

  func giveBack(_ buffer: ChunkBuffer) {
    free.withLock { $0.append(buffer) }
  }
}
