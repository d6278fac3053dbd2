import Foundation

/// The unit in which a run is read and checked: entries, then the sum over them.
enum IndexBlock {
  static let bytes = 4096
  /// What is summed; the sum stands behind it, and the rest of the block is zero.
  static let payload = 4064

  static func entries<Entry: IndexEntry>(of type: Entry.Type) -> Int { payload / Entry.width }

  /// A block's sum depends on its run and its place in it, so that one that stands elsewhere does not pass.
  static func sum(_ block: UnsafeRawPointer, seed: UInt64, number: Int) -> UInt64 {
    BlockSum.of(UnsafeRawBufferPointer(start: block, count: payload), seed: seed &+ UInt64(number))
  }

  static func seal(_ block: UnsafeMutableRawPointer, seed: UInt64, number: Int) {
    block.storeBytes(of: sum(block, seed: seed, number: number).littleEndian, toByteOffset: payload, as: UInt64.self)
  }

  static func isSound(_ block: UnsafeRawPointer, seed: UInt64, number: Int) -> Bool {
    let written = UInt64(littleEndian: block.loadUnaligned(fromByteOffset: payload, as: UInt64.self))
    return written == sum(block, seed: seed, number: number)
  }
}

/// What is wrong with a file of the index. It is derived: whoever meets this makes it anew.
enum IndexError: Error, Hashable, CustomStringConvertible {
  case damaged(path: String, detail: String)

  var description: String {
    switch self {
    case .damaged(let path, let detail): "\(path): \(detail)"
    }
  }
}
