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

  /// Where the content of the page begins that was kept behind so many others.
  static func offset(ofContent place: Int) -> Int { place * entrySize + 12 }

  struct Rotten: Error {}

  private static func sum(_ number: UInt32, _ content: [UInt8]) -> ArraySlice<UInt8> {
    var text = content
    withUnsafeBytes(of: number.littleEndian) { text.append(contentsOf: $0) }
    return Array(SHA256.hash(text).bytes)[..<8]
  }
}
