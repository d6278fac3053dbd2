/// A Merkle tree read from its tiles. Every tile is checked against the tree's root before anything is taken from it, so
/// an altered tile is found and never believed (as golang.org/x/mod/sumdb/tlog, `TileHashReader`).
///
/// The partial tiles are the tree's right edge: together they give the root. A full tile gives one hash of the tile
/// above it, which is checked the same way. A proof in a tree of ten million leaves reads five tiles.
///
/// ```swift
/// let tiles = HashTiles(size: checkpoint.size, root: checkpoint.root) { tile in try fetch(tile.path) }
/// let proof = try tiles.inclusionProof(of: 812)
/// ```
///
/// Tiles once read are kept, a bounded number of them.
public final class HashTiles {
  /// Where a tile's bytes come from. What it throws means that it does not have them.
  public typealias Source = (Tile) throws -> [UInt8]

  /// The number of leaves.
  public let size: UInt64
  private let expectedRoot: Digest?
  private let sources: [Source]
  /// Told of every tile that the first source did not have right.
  private let replaced: (Tile, [UInt8]) -> Void

  private var edge: TileEdge?
  private var full: [Place: [UInt8]] = [:]

  private static let maximumKept = 1024

  private struct Place: Hashable {
    var level: Int
    var index: UInt64
  }

  /// - Parameters:
  ///   - size: the number of leaves.
  ///   - root: what the tree's root must be; without it the right edge is taken as it is.
  ///   - read: the bytes of a tile, which always is the widest of its place in this tree.
  public convenience init(size: UInt64, root: Digest? = nil, read: @escaping Source) {
    self.init(size: size, root: root, sources: [read])
  }

  /// - Parameters:
  ///   - size: the number of leaves.
  ///   - root: what the tree's root must be; without it the right edge is taken as it is.
  ///   - sources: asked one after the other until a tile fits the root: from the cheapest to the last resort.
  ///   - replaced: told of every tile that an earlier source did not have, or had altered, with its right bytes.
  public init(
    size: UInt64, root: Digest?, sources: [Source], replaced: @escaping (Tile, [UInt8]) -> Void = { _, _ in }
  ) {
    self.size = size
    expectedRoot = root
    self.sources = sources
    self.replaced = replaced
  }

  /// The root of all leaves.
  public func root() throws -> Digest { try loadedEdge().root }

  /// The root of the first `size` leaves, at most all of them.
  public func root(of size: UInt64) throws -> Digest {
    precondition(size <= self.size, "the tree has \(self.size) leaves, not \(size)")
    return size == self.size ? try root() : try merkleRange(0, size) { try node(level: $0, index: $1) }
  }

  /// The hash of the `2^level` leaves from `index · 2^level` on, all of which must be in the tree.
  public func node(level: Int, index: UInt64) throws -> Digest {
    precondition((0..<64).contains(level) && index < size >> UInt64(level), "the tree has no node \(level)/\(index)")
    let within = level % Tile.height
    // Where the hashes below this node begin in their level of tiles.
    let first = index << UInt64(within)
    let bytes = try bytes(level: level / Tile.height, index: first >> UInt64(Tile.height))
    return TileHashes.subtree(Int(first & 255), 1 << within, of: bytes)
  }

  /// The bytes of the widest tile of that place; nil where the tree has none.
  public func tile(level: Int, index: UInt64) throws -> [UInt8]? {
    guard Tile(level: level, index: index, of: size) != nil else { return nil }
    return try bytes(level: level, index: index)
  }

  /// The proof of a leaf (``InclusionProof``), whose sequence must be less than ``size``.
  public func inclusionProof(of index: UInt64) throws -> [Digest] {
    try InclusionProof.make(index: index, size: size) { try node(level: $0, index: $1) }
  }

  /// The proof that this tree continues that of the first `oldSize` leaves (``ConsistencyProof``).
  public func consistencyProof(from oldSize: UInt64) throws -> [Digest] {
    try consistencyProof(from: oldSize, to: size)
  }

  /// The proof that the tree of the first `newSize` leaves continues that of the first `oldSize`.
  public func consistencyProof(from oldSize: UInt64, to newSize: UInt64) throws -> [Digest] {
    precondition(newSize <= size, "the tree has \(size) leaves, not \(newSize)")
    return try ConsistencyProof.make(from: oldSize, to: newSize) { try node(level: $0, index: $1) }
  }

  // MARK: Tiles

  private func bytes(level: Int, index: UInt64) throws -> [UInt8] {
    guard let tile = Tile(level: level, index: index, of: size) else {
      preconditionFailure("the tree has no tile \(index) at level \(level)")
    }
    guard tile.isFull else {
      return try loadedEdge().bytes(level: level)
    }
    let place = Place(level: level, index: index)
    if let known = full[place] { return known }
    let parent = tile.parent
    let expected = TileHashes.hash(parent.offset, of: try bytes(level: parent.tile.level, index: parent.tile.index))
    for (number, source) in sources.enumerated() {
      guard let bytes = try read(tile, from: source, isLast: number == sources.count - 1),
        TileHashes.root(ofFull: bytes) == expected
      else { continue }
      if number > 0 { replaced(tile, bytes) }
      if full.count >= HashTiles.maximumKept { full.removeAll(keepingCapacity: true) }
      full[place] = bytes
      return bytes
    }
    throw HashTilesError.altered(tile)
  }

  private func loadedEdge() throws -> TileEdge {
    if let edge { return edge }
    var found = RFC6962.emptyRoot
    for (number, source) in sources.enumerated() {
      let isLast = number == sources.count - 1
      guard let edge = try edge(from: source, isLast: isLast) else { continue }
      found = edge.root
      if let expectedRoot, found != expectedRoot { continue }
      if number > 0 { for partial in edge.partials { replaced(partial.tile, partial.bytes) } }
      self.edge = edge
      return edge
    }
    throw HashTilesError.otherRoot(size: size, expected: expectedRoot ?? RFC6962.emptyRoot, found: found)
  }

  /// All partial tiles, or nil where one is missing and another source may have it.
  private func edge(from source: Source, isLast: Bool) throws -> TileEdge? {
    struct Missing: Error {}
    do {
      return try TileEdge(size: size) { tile in
        guard let bytes = try read(tile, from: source, isLast: isLast) else { throw Missing() }
        return bytes
      }
    } catch is Missing {
      return nil
    }
  }

  /// The bytes, if they are as many as they must be; an error of the last source is the caller's to know.
  private func read(_ tile: Tile, from source: Source, isLast: Bool) throws -> [UInt8]? {
    let bytes: [UInt8]
    do {
      bytes = try source(tile)
    } catch {
      if isLast { throw error }
      return nil
    }
    if bytes.count == tile.byteCount { return bytes }
    if isLast { throw HashTilesError.length(tile, expected: tile.byteCount, found: bytes.count) }
    return nil
  }
}

/// Tiles that are not those of the tree they are read for.
public enum HashTilesError: Error, Hashable, Sendable {
  /// The tile does not hash to what the tile above it says.
  case altered(Tile)
  /// The tree's right edge does not give its root.
  case otherRoot(size: UInt64, expected: Digest, found: Digest)
  /// The tile has too few bytes, or too many.
  case length(Tile, expected: Int, found: Int)
}

extension HashTilesError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .altered(let tile): "\(tile) does not fit the tile above it"
    case .otherRoot(let size, let expected, let found):
      "the tiles of \(size) records give the root \(found.base64), expected \(expected.base64)"
    case .length(let tile, let expected, let found): "\(tile) has \(found) bytes, expected \(expected)"
    }
  }
}
