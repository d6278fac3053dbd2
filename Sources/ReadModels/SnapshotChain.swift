import Foundation
import TransparencyLog

/// The past states that the live file can be taken back to, from the oldest to the newest.
///
/// Kept as `chain.json` beside the pages, with the SHA-256 of its text in the first line: what was cut, rotten or made for
/// another file counts as not there.
struct SnapshotChain: Codable, Equatable {
  /// A state of the live file that has been.
  struct Mark: Codable, Equatable {
    /// The records it stands for.
    var size: UInt64
    /// Leaf hash of the last of them, hexadecimal; of the log, up to there.
    var lastLeaf: String
    /// The half-year in which the last of them was recorded, e.g. `2022-H2`.
    var period: String
    /// How many pages the file had.
    var pages: UInt32
    /// The file of the pages as they were then that have been overwritten before the next mark.
    var file: String
    /// How many of them.
    var count = 0
  }

  /// Digest of the packs that made the tables, hexadecimal.
  var packs: String
  /// The live file after its last checkpoint.
  var live: FileIdentity?
  var marks: [Mark] = []

  var bytes: Int64 { marks.reduce(0) { $0 + KeptPages.bytes(of: $1.count) } }

  static func path(in folder: String) -> String { folder + "/chain.json" }

  /// Nil where there is none that can be believed.
  init?(in folder: String) {
    guard let bytes = FileManager.default.contents(atPath: SnapshotChain.path(in: folder)),
      let end = bytes.firstIndex(of: UInt8(ascii: "\n"))
    else { return nil }
    let text = Array(bytes[(end + 1)...])
    guard bytes[..<end].elementsEqual(SHA256.hash(text).hex.utf8),
      let chain = try? JSONDecoder().decode(SnapshotChain.self, from: Data(text))
    else { return nil }
    self = chain
  }

  init(packs: String) {
    self.packs = packs
  }

  func store(in folder: String) throws {
    let text = Array(try JSONEncoder().encode(self))
    let path = SnapshotChain.path(in: folder)
    let file = try OpenedFile(path + ".new", O_WRONLY | O_CREAT | O_TRUNC)
    try file.write(Array(SHA256.hash(text).hex.utf8) + [UInt8(ascii: "\n")] + text, at: 0)
    guard rename(path + ".new", path) == 0 else {
      throw ReadModelError.unusable(path: path, detail: String(cString: strerror(errno)))
    }
  }
}
