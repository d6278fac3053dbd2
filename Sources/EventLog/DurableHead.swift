import Atomics
import Foundation

/// `run/durable`: up to where the log is durable, for readers beside the daemon.
///
/// 64 bytes, mapped by the daemon and by readers:
///
/// | bytes | content |
/// |---|---|
/// | 0–7 | `AKSPUR1\n` |
/// | 8–15 | generation; odd while the rest is being written |
/// | 16–23 | number of durable records |
/// | 24–31 | sequence of the first record of the segment they end in |
/// | 32–39 | offset of their end in that segment |
/// | 40–63 | zero |
///
/// Numbers are little-endian. A reader takes the three numbers only when it finds the same even generation before and
/// after them. The file says nothing after the daemon has gone: then the log itself is read.
final class DurableHead: @unchecked Sendable {
  // @unchecked: the mapping is written by the sequencer's thread alone, and every access to it is atomic.
  private static let magic = Array("AKSPUR1\n".utf8)
  static let byteCount = 64

  private let memory: UnsafeMutableRawPointer

  private init(memory: UnsafeMutableRawPointer) {
    self.memory = memory
  }

  deinit {
    munmap(memory, DurableHead.byteCount)
  }

  static func create(_ directory: LedgerDirectory) throws(SystemError) -> DurableHead {
    let path = directory.durable
    let descriptor = try SystemCall.open(path, O_RDWR | O_CREAT)
    defer { SystemCall.close(descriptor) }
    try SystemCall.truncate(descriptor, to: UInt64(byteCount), path: path)
    let head = DurableHead(memory: try map(descriptor, PROT_READ | PROT_WRITE, path: path))
    head.memory.copyMemory(from: magic, byteCount: magic.count)
    return head
  }

  /// The published position, or nil where the file is missing or is not one of ours.
  static func read(_ directory: LedgerDirectory) throws(SystemError) -> LogPosition? {
    let path = directory.durable
    let descriptor: Int32
    do {
      descriptor = try SystemCall.open(path, O_RDONLY)
    } catch {
      if error.errno == ENOENT { return nil }
      throw error
    }
    defer { SystemCall.close(descriptor) }
    guard try SystemCall.size(of: descriptor, path: path) == UInt64(byteCount) else { return nil }
    let head = DurableHead(memory: try map(descriptor, PROT_READ, path: path))
    guard UnsafeRawBufferPointer(start: head.memory, count: magic.count).elementsEqual(magic) else { return nil }
    return head.position
  }

  private static func map(
    _ descriptor: Int32, _ protection: Int32, path: String
  ) throws(SystemError) -> UnsafeMutableRawPointer {
    guard let memory = mmap(nil, byteCount, protection, Int32(MAP_SHARED), descriptor, 0), memory != MAP_FAILED else {
      throw SystemError(call: "mmap", path: path, errno: errno)
    }
    return memory
  }

  private func word(_ index: Int) -> UnsafeAtomic<UInt64> {
    UnsafeAtomic(
      at: (memory + index * 8).assumingMemoryBound(to: UnsafeAtomic<UInt64>.Storage.self))
  }

  func publish(_ position: LogPosition) {
    let generation = word(1).load(ordering: .relaxed) | 1
    word(1).store(generation, ordering: .sequentiallyConsistent)
    word(2).store(position.size, ordering: .sequentiallyConsistent)
    word(3).store(position.segment.first, ordering: .sequentiallyConsistent)
    word(4).store(position.offset, ordering: .sequentiallyConsistent)
    word(1).store(generation &+ 1, ordering: .sequentiallyConsistent)
  }

  private var position: LogPosition? {
    // The daemon writes three words; a reader that meets it twice in a thousand tries has met a dead one.
    for _ in 0..<100_000 {
      let before = word(1).load(ordering: .sequentiallyConsistent)
      guard before & 1 == 0, before > 0 else { continue }
      let position = LogPosition(
        size: word(2).load(ordering: .sequentiallyConsistent),
        segment: Segment(first: word(3).load(ordering: .sequentiallyConsistent)),
        offset: word(4).load(ordering: .sequentiallyConsistent))
      if word(1).load(ordering: .sequentiallyConsistent) == before { return position }
    }
    return nil
  }
}
