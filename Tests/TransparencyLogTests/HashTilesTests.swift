import Testing
import TransparencyLog

/// The tiles of a tree as a log keeps them, made by its growth.
struct SampleTiles {
  var contents: [Tile: [UInt8]] = [:]
  var edge = TileEdge()

  init(_ leaves: [Digest]) {
    for leaf in leaves { edge.append(leaf) { contents[$0] = $1 } }
    for partial in edge.partials { contents[partial.tile] = partial.bytes }
  }

  struct Missing: Error, Equatable {
    var tile: Tile
  }

  func read(_ tile: Tile) throws -> [UInt8] {
    guard let bytes = contents[tile] else { throw Missing(tile: tile) }
    return bytes
  }
}

/// A tree too large to be kept: all leaves are the same but for a few.
struct SparseTree {
  static let common = RFC6962.leafHash(Array("x".utf8))
  let special: [UInt64: Digest]
  private let subtrees: [Digest]

  init(special indices: [UInt64]) {
    special = Dictionary(uniqueKeysWithValues: indices.map { ($0, RFC6962.leafHash(Array("leaf \($0)".utf8))) })
    var subtrees = [SparseTree.common]
    for level in 0..<40 { subtrees.append(RFC6962.nodeHash(subtrees[level], subtrees[level])) }
    self.subtrees = subtrees
  }

  func node(level: Int, index: UInt64) -> Digest {
    let range = index << UInt64(level)..<(index + 1) << UInt64(level)
    guard special.keys.contains(where: range.contains) else { return subtrees[level] }
    if level == 0 { return special[index] ?? SparseTree.common }
    return RFC6962.nodeHash(node(level: level - 1, index: index * 2), node(level: level - 1, index: index * 2 + 1))
  }

  func root(_ size: UInt64) -> Digest {
    var root: Digest?
    var end = size
    for level in 0..<64 where size >> UInt64(level) & 1 == 1 {
      let subtree = node(level: level, index: end >> UInt64(level) - 1)
      root = root.map { RFC6962.nodeHash(subtree, $0) } ?? subtree
      end -= 1 << UInt64(level)
    }
    return root ?? RFC6962.emptyRoot
  }

  func tile(_ tile: Tile) -> [UInt8] {
    (0..<UInt64(tile.width)).flatMap { node(level: 8 * tile.level, index: tile.index << 8 + $0).bytes }
  }
}

@Suite struct HashTilesTests {
  static let tree = NaiveTree(count: 66_100)

  @Test(
    "Tiles that grew leaf by leaf give the root and every proof",
    arguments: [0, 1, 2, 3, 7, 255, 256, 257, 511, 512, 1000, 65_536, 66_100])
  func proofs(size: Int) throws {
    let samples = SampleTiles(Array(Self.tree.leaves.prefix(size)))
    #expect(Set(samples.contents.keys) == TileTests.all(of: UInt64(size)))
    let root = Self.tree.root(size)
    #expect(samples.edge.root == root)
    let tiles = HashTiles(size: UInt64(size), root: root, read: samples.read)
    #expect(try tiles.root() == root)
    for index in Set([0, 1, 254, 255, 256, 257, size / 2, size - 2, size - 1]).filter({ (0..<size).contains($0) }) {
      let proof = try tiles.inclusionProof(of: UInt64(index))
      #expect(
        InclusionProof.verify(
          proof, leaf: Self.tree.leaves[index], index: UInt64(index), size: UInt64(size), root: root))
    }
    for old in Set([0, 1, 2, 255, 256, 257, size / 2, size - 1, size]).filter({ (0...size).contains($0) }) {
      #expect(try tiles.root(of: UInt64(old)) == Self.tree.root(old))
      #expect(
        ConsistencyProof.verify(
          try tiles.consistencyProof(from: UInt64(old)), oldSize: UInt64(old), oldRoot: Self.tree.root(old),
          newSize: UInt64(size), newRoot: root))
    }
  }

  @Test("A proof between two sizes below the tree's is the same as in the smaller tree")
  func earlierSizes() throws {
    let samples = SampleTiles(Array(Self.tree.leaves.prefix(1000)))
    let tiles = HashTiles(size: 1000, root: Self.tree.root(1000), read: samples.read)
    for (old, new) in [(3, 700), (256, 512), (255, 999), (1, 2)] as [(UInt64, UInt64)] {
      let proof = try tiles.consistencyProof(from: old, to: new)
      #expect(proof == ConsistencyProof.make(from: old, to: new, node: Self.tree.node))
    }
  }

  @Test("Growth is taken up again from the partial tiles", arguments: [0, 1, 255, 256, 600, 65_600])
  func resumedGrowth(size: Int) throws {
    let samples = SampleTiles(Array(Self.tree.leaves.prefix(size)))
    var edge = try TileEdge(size: UInt64(size), read: samples.read)
    #expect(edge.root == Self.tree.root(size))
    var grown: [Tile: [UInt8]] = [:]
    for leaf in Self.tree.leaves[size..<66_100] { edge.append(leaf) { grown[$0] = $1 } }
    for partial in edge.partials { grown[partial.tile] = partial.bytes }
    let whole = SampleTiles(Self.tree.leaves)
    for tile in Tile.tiles(from: UInt64(size), to: 66_100) { #expect(grown[tile] == whole.contents[tile]) }
  }

  /// Every tile of a tree, with one byte of it turned: nothing is proved with it.
  @Test("An altered tile is never believed")
  func alteredTiles() throws {
    let size = 66_100
    let samples = SampleTiles(Array(Self.tree.leaves.prefix(size)))
    let root = Self.tree.root(size)
    for tile in [
      Tile(level: 0, index: 0), Tile(level: 0, index: 255), Tile(level: 0, index: 256), Tile(level: 1, index: 0),
      Tile(level: 0, index: 258, width: 52), Tile(level: 1, index: 1, width: 2), Tile(level: 2, index: 0, width: 1),
    ] {
      let bytes = try #require(samples.contents[tile], "\(tile)")
      for position in [0, bytes.count / 2, bytes.count - 1] {
        var altered = samples
        altered.contents[tile]?[position] ^= 1
        let leaf = tile.index << UInt64(8 * (tile.level + 1)) + UInt64(position / 32) << UInt64(8 * tile.level)
        let tiles = HashTiles(size: UInt64(size), root: root, read: altered.read)
        let error = #expect(throws: HashTilesError.self) { try tiles.inclusionProof(of: leaf) }
        if tile.isFull { #expect(error == .altered(tile)) }
        #expect(throws: HashTilesError.self) { try tiles.tile(level: tile.level, index: tile.index) }
        // With the right bytes behind it, it is passed over, and named with them.
        var replaced: [Tile: [UInt8]] = [:]
        let mended = HashTiles(
          size: UInt64(size), root: root, sources: [altered.read, samples.read], replaced: { replaced[$0] = $1 })
        let proof = try mended.inclusionProof(of: leaf)
        #expect(
          InclusionProof.verify(
            proof, leaf: Self.tree.leaves[Int(leaf)], index: leaf, size: UInt64(size), root: root))
        #expect(replaced[tile] == bytes)
      }
    }
  }

  @Test("Tiles of another tree, too short or missing are refused")
  func wrongTiles() throws {
    let samples = SampleTiles(Array(Self.tree.leaves.prefix(300)))
    let root = Self.tree.root(300)
    let other = HashTiles(size: 300, root: Self.tree.root(299), read: samples.read)
    #expect(throws: HashTilesError.otherRoot(size: 300, expected: Self.tree.root(299), found: root)) {
      try other.inclusionProof(of: 0)
    }
    let full = Tile(level: 0, index: 0)
    var short = samples
    short.contents[full]?.removeLast(32)
    #expect(throws: HashTilesError.length(full, expected: 8192, found: 8160)) {
      try HashTiles(size: 300, root: root, read: short.read).inclusionProof(of: 0)
    }
    short.contents[full] = nil
    #expect(throws: SampleTiles.Missing(tile: full)) {
      try HashTiles(size: 300, root: root, read: short.read).inclusionProof(of: 0)
    }
  }

  /// The work is that of the tree's height, whatever its size.
  @Test("A proof at ten million records reads five tiles", arguments: [10_000_000, 10_000_019, 16_777_216] as [UInt64])
  func manyRecords(size: UInt64) throws {
    let special = [0, 1, 65_535, 1_234_067, 9_999_999].filter { $0 < size }
    let tree = SparseTree(special: special)
    let root = tree.root(size)
    for index in special {
      var reads: [Tile] = []
      let tiles = HashTiles(size: size, root: root) { tile in
        reads.append(tile)
        return tree.tile(tile)
      }
      let proof = try tiles.inclusionProof(of: index)
      #expect(reads.count <= 5)
      #expect(Set(reads).count == reads.count)
      #expect(proof == InclusionProof.make(index: index, size: size, node: tree.node))
      #expect(
        InclusionProof.verify(
          proof, leaf: try #require(tree.special[index]), index: index, size: size, root: root))
    }
    for old in [1, 256, 999_999, 9_999_999] as [UInt64] {
      var reads = 0
      let tiles = HashTiles(size: size, root: root) { tile in
        reads += 1
        return tree.tile(tile)
      }
      let proof = try tiles.consistencyProof(from: old)
      #expect(reads <= 5)
      #expect(
        ConsistencyProof.verify(proof, oldSize: old, oldRoot: tree.root(old), newSize: size, newRoot: root))
    }
  }
}
