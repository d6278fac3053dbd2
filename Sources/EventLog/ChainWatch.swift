import LogFormat
import TransparencyLog

/// Holds lines that are handed out against the chain: each must have the hash that the line behind it names.
///
/// It finds rot, not a forger: who alters a line and the hashes behind it is found by `verify`, which knows the
/// checkpoints.
struct ChainWatch {
  /// The line that was handed out last and is not confirmed yet.
  private(set) var pending: (sequence: UInt64, hash: Digest)?

  /// The next line of the log.
  mutating func pass(_ line: UnsafeRawBufferPointer) throws {
    guard let last = pending else { return }
    guard LineScan.previousHash(of: line) == last.hash else {
      throw DamagedRecord(sequence: last.sequence, kind: .altered)
    }
    pending = nil
  }

  /// The line is handed out.
  mutating func keep(_ line: UnsafeRawBufferPointer, _ sequence: UInt64) {
    pending = (sequence, RFC6962.leafHash(line))
  }

  /// The log ends with what was handed out last.
  mutating func end(with hash: Digest) throws {
    guard let last = pending else { return }
    guard hash == last.hash else { throw DamagedRecord(sequence: last.sequence, kind: .altered) }
    pending = nil
  }
}
