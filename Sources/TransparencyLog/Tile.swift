/// A piece of a Merkle tree, eight levels high: up to 256 neighbouring hashes of one level of tiles (C2SP tlog-tiles,
/// "Merkle Tree"; golang.org/x/mod/sumdb/tlog with tiles of height 8).
///
/// Hash `i` of the tile with index `n` at level `l` is the hash of the `256^l` leaves from `(n · 256 + i) · 256^l` on. A
/// tile is full with 256 hashes, else partial; a partial tile is not hashed into the level above.
///
/// ```
/// Tile(level: 0, index: 1234067, width: 8).path   // tile/0/x001/x234/067.p/8
/// ```
public struct Tile: Sendable, Hashable {
  /// The hashes of a full tile.
  public static let fullWidth = 256
  /// How many levels of the tree stand in one tile.
  static let height = 8
  /// The level above which no tile of a tree of 2^64 leaves lies.
  static let levels = 8

  /// 0…63; hashes of level 0 are leaf hashes.
  public var level: Int
  /// The tile's place in its level, from 0.
  public var index: UInt64
  /// The number of hashes: 1…256.
  public var width: Int

  public init(level: Int, index: UInt64, width: Int = Tile.fullWidth) {
    self.level = level
    self.index = index
    self.width = width
  }

  public var isFull: Bool { width == Tile.fullWidth }

  /// Length of the tile's bytes: its hashes in a row.
  public var byteCount: Int { width * Digest.byteCount }

  /// Where the tile lies below a log's prefix.
  public var path: String { "tile/\(level)/" + TilePath.suffix(index: index, width: width) }

  /// Reads a path; nil for every other spelling than ``path`` gives.
  public init?(path: some StringProtocol) {
    let parts = Substring(path).utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count >= 3, parts[0].elementsEqual("tile".utf8),
      let level = TilePath.number(parts[1], below: 64), let place = TilePath.place(parts[2...])
    else { return nil }
    self.init(level: level, index: place.index, width: place.width)
  }

  /// The widest tile of that level and index in a tree of `size` leaves; nil where it would be empty.
  public init?(level: Int, index: UInt64, of size: UInt64) {
    let count = Tile.hashCount(level: level, of: size)
    guard index <= count >> UInt64(Tile.height), index << UInt64(Tile.height) < count else { return nil }
    self.init(level: level, index: index, width: Int(min(count - index << UInt64(Tile.height), 256)))
  }

  /// The tiles that a tree of `newSize` leaves has and one of `oldSize` does not, wider ones of the same place included:
  /// level by level from the leaves, each level from the left.
  public static func tiles(from oldSize: UInt64, to newSize: UInt64) -> [Tile] {
    var tiles: [Tile] = []
    for level in 0..<levels {
      let old = hashCount(level: level, of: oldSize)
      let new = hashCount(level: level, of: newSize)
      guard old < new else { continue }
      let full = new >> UInt64(height)
      for index in min(old >> UInt64(height), full)..<full { tiles.append(Tile(level: level, index: index)) }
      if let partial = Tile(level: level, index: full, of: newSize) { tiles.append(partial) }
    }
    return tiles
  }

  /// The partial tiles of a tree, from the leaves up: at each level those hashes that no full tile holds.
  ///
  /// They are its right edge, so its root is theirs.
  public static func edge(of size: UInt64) -> [Tile] {
    (0..<levels).compactMap { level in
      let count = hashCount(level: level, of: size)
      return Tile(level: level, index: count >> UInt64(height), of: size)
    }
  }

  /// The hashes at a level of tiles: subtrees of `256^level` leaves that are whole.
  static func hashCount(level: Int, of size: UInt64) -> UInt64 {
    level < levels ? size >> UInt64(height * level) : 0
  }

  /// The tile one level up that holds this tile's hash, when it is full.
  var parent: (tile: (level: Int, index: UInt64), offset: Int) {
    ((level + 1, index >> UInt64(Tile.height)), Int(index & 255))
  }
}

extension Tile: CustomStringConvertible {
  public var description: String { path }
}

/// A bundle of up to 256 entries of a log, the records themselves (C2SP tlog-tiles, "Log entries").
///
/// Its bytes are the entries in a row, each behind its length in two bytes, big-endian. Entry `i` hashes to hash `i` of
/// the tile with the same index and width at level 0.
///
/// ```
/// EntryTile(index: 5, width: 13).path   // tile/entries/005.p/13
/// ```
public struct EntryTile: Sendable, Hashable {
  /// A length has two bytes.
  public static let longestEntry = Int(UInt16.max)

  public var index: UInt64
  /// The number of entries: 1…256.
  public var width: Int

  public init(index: UInt64, width: Int = Tile.fullWidth) {
    self.index = index
    self.width = width
  }

  public var isFull: Bool { width == Tile.fullWidth }

  public var path: String { "tile/entries/" + TilePath.suffix(index: index, width: width) }

  /// Reads a path; nil for every other spelling than ``path`` gives.
  public init?(path: some StringProtocol) {
    let parts = Substring(path).utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count >= 3, parts[0].elementsEqual("tile".utf8), parts[1].elementsEqual("entries".utf8),
      let place = TilePath.place(parts[2...])
    else { return nil }
    self.init(index: place.index, width: place.width)
  }

  /// The tile of the entries' leaf hashes.
  public var hashes: Tile { Tile(level: 0, index: index, width: width) }

  /// The sequence of the first entry.
  public var first: UInt64 { index << UInt64(Tile.height) }

  /// The bundles that are new or wider, as ``Tile/tiles(from:to:)``.
  public static func tiles(from oldSize: UInt64, to newSize: UInt64) -> [EntryTile] {
    Tile.tiles(from: oldSize, to: newSize).filter { $0.level == 0 }.map {
      EntryTile(index: $0.index, width: $0.width)
    }
  }

  /// Appends one entry, at most ``longestEntry`` bytes, to the bytes of a bundle.
  public static func append(_ entry: UnsafeRawBufferPointer, to bundle: inout [UInt8]) {
    precondition(entry.count <= longestEntry, "an entry has \(entry.count) bytes, the bundle can say \(longestEntry)")
    bundle.append(UInt8(truncatingIfNeeded: entry.count >> 8))
    bundle.append(UInt8(truncatingIfNeeded: entry.count))
    bundle.append(contentsOf: entry)
  }

  /// The entries of a bundle; nil where the last one is cut short.
  public static func entries(of bundle: [UInt8]) -> [ArraySlice<UInt8>]? {
    var entries: [ArraySlice<UInt8>] = []
    var rest = bundle[...]
    while !rest.isEmpty {
      guard rest.count >= 2 else { return nil }
      let length = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
      guard rest.count >= 2 + length else { return nil }
      entries.append(rest.dropFirst(2).prefix(length))
      rest = rest.dropFirst(2 + length)
    }
    return entries
  }
}

extension EntryTile: CustomStringConvertible {
  public var description: String { path }
}
