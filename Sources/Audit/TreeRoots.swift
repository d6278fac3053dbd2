import TransparencyLog

/// The Merkle roots of the log at the sizes that checkpoints and anchors speak of, and its tiles.
///
/// The leaves are the true ones as far as they are known: where a record was altered, the leaf that its successor vouches
/// for. So the root of a log with an altered record is still that of the checkpoint, and only that record is named.
struct TreeRoots {
  /// Nil from a leaf on that nobody vouches for.
  private var frontier: Frontier? = Frontier()
  /// What checkpoints claim, by size. Their signatures do not matter here: a forged root confirms nothing.
  private let claims: [UInt64: Set<Digest>]
  /// The sizes whose roots are wanted.
  private let sizes: Set<UInt64>
  private let tiles: TileComparison
  private(set) var tileFaults = TileFaults()
  /// The roots found, by size.
  private(set) var roots: [UInt64: Digest]
  /// Where the last record below each of the sizes stands.
  private(set) var places: [UInt64: LogPlace] = [:]
  private var size: UInt64 = 0

  init(claims: [UInt64: Set<Digest>], sizes: Set<UInt64>, tiles: TileComparison) {
    self.claims = claims
    self.sizes = sizes
    self.tiles = tiles
    roots = [0: RFC6962.emptyRoot]
  }

  /// The root of all leaves, if each is known.
  var root: Digest? { frontier?.root }

  mutating func append(_ leaf: Digest?, place: LogPlace) throws(VerifierError) {
    if let leaf {
      var row = SubtreeRow(from: size)
      row.append(leaf)
      if tiles.isWanted { tileFaults.add(try tiles.faults(level: 0, first: size, hashes: CollectionOfOne(leaf))) }
      try append(row)
    } else {
      frontier = nil
    }
    size += 1
    guard sizes.contains(size) else { return }
    places[size] = place
    roots[size] = frontier?.root
  }

  /// Appends the records of a chunk.
  mutating func append(_ chunk: ChunkScan) throws(VerifierError) {
    for mark in chunk.marks {
      let size = mark.row.start + mark.row.count
      var tileHashes: [TileHash] = []
      places[size] = mark.place
      roots[size] = frontier?.appending(mark.row, tileHashes: &tileHashes)?.root
    }
    tileFaults.add(chunk.tileFaults)
    try append(chunk.leaves)
    size += chunk.leaves.count
  }

  private mutating func append(_ row: SubtreeRow) throws(VerifierError) {
    guard let before = frontier else { return }
    var tileHashes = row.tileHashes
    frontier = before.appending(row, tileHashes: &tileHashes)
    guard tiles.isWanted else { return }
    for tileHash in tileHashes {
      tileFaults.add(
        try tiles.faults(level: tileHash.level, first: tileHash.index, hashes: CollectionOfOne(tileHash.hash)))
    }
  }

  /// Leaves that nobody knows.
  mutating func skip(_ count: UInt64) {
    size += count
    frontier = nil
  }

  /// Whether the log with these leaves added has a root that a checkpoint claims; nil where none speaks of that size.
  func confirms(_ leaves: [Digest]) -> Bool? {
    guard var frontier, let claimed = claims[size + UInt64(leaves.count)] else { return nil }
    for leaf in leaves { frontier.append(leaf) }
    return claimed.contains(frontier.root)
  }

  /// Whether the root found at a size is one that a checkpoint claims; nil where none speaks of that size.
  func isConfirmed(at size: UInt64) -> Bool? {
    guard let claimed = claims[size] else { return nil }
    return roots[size].map(claimed.contains)
  }
}
