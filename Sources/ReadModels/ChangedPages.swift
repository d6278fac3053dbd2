import Foundation

/// The pages that SQLite's log of changes (`-wal`) holds, and that a checkpoint would write into the database.
///
/// The format is SQLite's own and will not change (https://www.sqlite.org/walformat.html): a header of 32 bytes, then
/// frames of 24 bytes and a page; a frame belongs to the log where its salts are the header's.
enum ChangedPages {
  /// In the order they were first written. Frames that were never committed are among them; keeping a page too many does
  /// no harm.
  static func numbers(of database: String) throws -> [UInt32] {
    guard let identity = FileIdentity(database + "-wal"), identity.bytes >= 32 else { return [] }
    let file = try OpenedFile(database + "-wal", O_RDONLY)
    let salts = try file.read(8, at: 16)
    var numbers: [UInt32] = []
    var known: Set<UInt32> = []
    var head = [UInt8](repeating: 0, count: 16)
    var place = 32
    while place + 24 + KeptPages.pageSize <= Int(identity.bytes) {
      try file.read(into: &head, at: place)
      guard head[8...].elementsEqual(salts) else { break }
      let number = head.withUnsafeBytes { UInt32(bigEndian: $0.loadUnaligned(as: UInt32.self)) }
      if known.insert(number).inserted { numbers.append(number) }
      place += 24 + KeptPages.pageSize
    }
    return numbers
  }
}
