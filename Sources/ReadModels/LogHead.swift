public import TransparencyLog

/// The first `size` records of a log and their Merkle root: what an answer rests on.
public struct LogHead: Sendable, Hashable {
  public var size: UInt64
  public var root: Digest

  public init(size: UInt64, root: Digest) {
    self.size = size
    self.root = root
  }

  /// The log before its first record.
  public static let empty = LogHead(size: 0, root: RFC6962.emptyRoot)
}
