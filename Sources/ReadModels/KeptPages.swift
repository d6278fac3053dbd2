import Foundation
import TransparencyLog

/// A file of pages as they were before they were overwritten: each with its number and a sum over both.
struct KeptPages {
  static let pageSize = 4096
  /// Number (4 bytes, little-endian), sum (8 bytes), page.
  private static let entrySize = 12 + pageSize

  let path: String

  /// Behind `count` entries; what stands there is overwritten, for nobody counts on it.
  func append(_ pages: [(number: UInt32, content: [UInt8])], behind count: Int) throws {
    guard !pages.isEmpty else { return }
    let file = try OpenedFile(path, O_WRONLY | O_CREAT)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(pages.count * KeptPages.entrySize)
    for (number, content) in pages {
      withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
      bytes.append(contentsOf: KeptPages.sum(number, content))
      bytes.append(contentsOf: content)
    }
    try file.write(bytes, at: count * KeptPages.entrySize)
  }

  /// The numbers of the first `count` pages.
  func numbers(_ count: Int) throws -> Set<UInt32> {
    guard count > 0 else { return [] }
    let file = try OpenedFile(path, O_RDONLY)
    var numbers: Set<UInt32> = []
    var head = [UInt8](repeating: 0, count: 4)
    for place in 0..<count {
      try file.read(into: &head, at: place * KeptPages.entrySize)
      numbers.insert(head.withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self)) })
    }
    return numbers
  }

  /// Calls `body` with the first `count` pages, in the order they were kept.
  ///
  /// - Throws: ``Rotten`` where one is not as it was written.
  func forEach(_ count: Int, _ body: (UInt32, [UInt8]) throws -> Void) throws {
    guard count > 0 else { return }
    let file = try OpenedFile(path, O_RDONLY)
    for place in 0..<count {
      let entry = try file.read(KeptPages.entrySize, at: place * KeptPages.entrySize)
      let number = entry.withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self)) }
      let content = Array(entry[12...])
      guard entry[4..<12].elementsEqual(KeptPages.sum(number, content)) else { throw Rotten() }
      try body(number, content)
    }
  }

  static func bytes(of count: Int) -> Int64 { Int64(count) * Int64(entrySize) }

  struct Rotten: Error {}

  private static func sum(_ number: UInt32, _ content: [UInt8]) -> ArraySlice<UInt8> {
    var text = content
    withUnsafeBytes(of: number.littleEndian) { text.append(contentsOf: $0) }
    return Array(SHA256.hash(text).bytes)[..<8]
  }
}

/// A file opened to be read or written at places.
final class OpenedFile {
  private let descriptor: CInt
  private let path: String

  init(_ path: String, _ flags: CInt) throws {
    self.path = path
    descriptor = open(path, flags | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else { throw OpenedFile.error(path) }
  }

  deinit { close(descriptor) }

  func write(_ bytes: [UInt8], at offset: Int) throws {
    try bytes.withUnsafeBytes { bytes in
      var done = 0
      while done < bytes.count {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
        let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
        guard count > 0 else { throw OpenedFile.error(path) }
        done += count
      }
    }
  }

  /// - Throws: where fewer bytes stand there.
  func read(_ count: Int, at offset: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    try read(into: &bytes, at: offset)
    return bytes
  }

  /// Fills `bytes`.
  ///
  /// - Throws: where fewer stand there.
  func read(into bytes: inout [UInt8], at offset: Int) throws {
    try bytes.withUnsafeMutableBytes { bytes in
      var done = 0
      while done < bytes.count {
        let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[done...])
        let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
        guard count > 0 else { throw OpenedFile.error(path) }
        done += count
      }
    }
  }

  /// Copies the first `count` bytes to another file.
  func copy(_ count: Int, to other: OpenedFile) throws {
    for start in stride(from: 0, to: count, by: 1 << 20) {
      var bytes = [UInt8](repeating: 0, count: min(1 << 20, count - start))
      try read(into: &bytes, at: start)
      try other.write(bytes, at: start)
    }
  }

  private static func error(_ path: String) -> ReadModelError {
    ReadModelError.unusable(path: path, detail: String(cString: strerror(errno)))
  }
}
