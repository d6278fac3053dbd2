/// The right edge of a growing tree of tiles: at each level the hashes that no full tile holds yet. It is all that is
/// needed to append leaves, to know the root, and to write each tile when it is full.
public struct TileEdge: Sendable {
  /// The number of leaves.
  public private(set) var size: UInt64 = 0
  /// By level: the bytes of the partial tile, empty where there is none.
  private var levels = [[UInt8]](repeating: [], count: Tile.levels)

  /// The empty tree.
  public init() {}

  /// An edge kept earlier: the partial tiles of a tree of `size` leaves.
  ///
  /// - Parameter read: the bytes of one of ``Tile/edge(of:)``.
  public init<Failure: Error>(size: UInt64, read: (Tile) throws(Failure) -> [UInt8]) throws(Failure) {
    self.size = size
    for tile in Tile.edge(of: size) {
      let bytes = try read(tile)
      precondition(bytes.count == tile.byteCount, "\(tile) has \(bytes.count) bytes, expected \(tile.byteCount)")
      levels[tile.level] = bytes
    }
  }

  /// Appends a leaf hash; each tile that becomes full by it is handed to `body`, from the leaves up.
  public mutating func append<Failure: Error>(
    _ leaf: Digest, full body: (Tile, [UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    var hash = leaf
    var level = 0
    while level < Tile.levels {
      hash.withUnsafeBytes { levels[level].append(contentsOf: $0) }
      guard levels[level].count == Tile.fullWidth * Digest.byteCount else { break }
      let tile = Tile(level: level, index: size >> UInt64(Tile.height * (level + 1)))
      try body(tile, levels[level])
      hash = TileHashes.root(ofFull: levels[level])
      levels[level].removeAll(keepingCapacity: true)
      level += 1
    }
    size += 1
  }

  /// The partial tiles, from the leaves up.
  public var partials: [(tile: Tile, bytes: [UInt8])] {
    Tile.edge(of: size).map { ($0, levels[$0.level]) }
  }

  /// The bytes of the partial tile at a level; empty where there is none.
  func bytes(level: Int) -> [UInt8] { levels[level] }

  /// The root of all leaves.
  public var root: Digest {
    var root: Digest?
    for level in 0..<Tile.levels {
      let bytes = levels[level]
      var end = bytes.count / Digest.byteCount
      // A row of n hashes is a subtree for each bit of n, the largest first.
      while end > 0 {
        let count = end & -end
        let subtree = TileHashes.subtree(end - count, count, of: bytes)
        root = root.map { RFC6962.nodeHash(subtree, $0) } ?? subtree
        end -= count
      }
    }
    return root ?? RFC6962.emptyRoot
  }
}
