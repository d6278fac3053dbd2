import COpenSSL
import Foundation

/// A C2SP tlog-proof, checked up to the root that its checkpoint names (RFC 9162, 2.1.3.2). That the checkpoint is the
/// log's own says `verify`.
struct InclusionCheck {
  /// How many proofs of a run are checked.
  static let checked = 300

  private var index = 0
  private var size = 0
  private var hashes: [Data] = []
  private var root = Data()

  init(_ text: String) throws {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count > 3, lines[0] == "c2sp.org/tlog-proof@v1", lines[1].hasPrefix("index "),
      let index = Int(lines[1].dropFirst(6)), let blank = lines.firstIndex(of: ""), lines.count > blank + 3,
      let size = Int(lines[blank + 2]), let root = Data(base64Encoded: String(lines[blank + 3]))
    else { throw BenchError("no proof: \(text)") }
    self.index = index
    self.size = size
    self.root = root
    hashes = lines[2..<blank].compactMap { Data(base64Encoded: String($0)) }
  }

  func check(_ sequence: Int, _ line: UnsafeRawBufferPointer) throws {
    let bytes = line.last == UInt8(ascii: "\n") ? line.dropLast() : line[...]
    var hash = InclusionCheck.sha256([0] + bytes)
    var node = index
    var last = size - 1
    for sibling in hashes {
      if node & 1 == 1 || node == last {
        hash = InclusionCheck.sha256([1] + sibling + hash)
        while node & 1 == 0, node != 0 {
          node >>= 1
          last >>= 1
        }
      } else {
        hash = InclusionCheck.sha256([1] + hash + sibling)
      }
      node >>= 1
      last >>= 1
    }
    guard index == sequence, last == 0, hash == root else { throw BenchError("the proof of \(sequence) does not hold") }
  }

  private static func sha256(_ bytes: [UInt8]) -> Data {
    var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
    _ = SHA256(bytes, bytes.count, &digest)
    return Data(digest)
  }
}
