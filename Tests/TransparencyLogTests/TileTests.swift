import Testing
import TransparencyLog

@Suite struct TileTests {
  @Test(
    "Paths are read and written alike",
    arguments: [
      ("tile/0/000", 0, 0, 256), ("tile/0/x001/x234/067", 0, 1_234_067, 256),
      ("tile/0/x001/x234/067.p/8", 0, 1_234_067, 8),
      ("tile/1/999.p/255", 1, 999, 255), ("tile/63/x001/000", 63, 1000, 256),
      ("tile/7/x018/x446/x744/x073/x709/x551/615", 7, UInt64.max, 256),
    ] as [(String, Int, UInt64, Int)])
  func paths(path: String, level: Int, index: UInt64, width: Int) {
    let tile = Tile(level: level, index: index, width: width)
    #expect(tile.path == path)
    #expect(Tile(path: path) == tile)
    #expect(EntryTile(path: path) == nil)
    let bundle = EntryTile(index: index, width: width)
    #expect(EntryTile(path: bundle.path) == bundle)
    #expect(Tile(path: bundle.path) == nil)
    #expect(bundle.path == "tile/entries/" + path.split(separator: "/").dropFirst(2).joined(separator: "/"))
  }

  @Test(
    "Other spellings are refused",
    arguments: [
      "", "tile", "tile/0", "tile/0/", "/tile/0/000", "tile/0/000/", "tile/00/000", "tile/64/000", "tile/-1/000",
      "tile/+1/000", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/0/1000", "tile/0/x000", "tile/0/x000/000",
      "tile/0/001/000", "tile/0/x001/x000", "tile/0/x1/000", "tile/0/X001/000", "tile/0/000.p", "tile/0/000.p/",
      "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/-1", "tile/0/000.p/1/2", "tile/0/000/1",
      "tile/0/000.P/1", "tile/0/x018/x446/x744/x073/x709/x551/616", "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
      "tile/8/data/000", "tile/0/٠٠٠", "tiles/0/000", "tile/a/000",
    ])
  func refusedPaths(path: String) {
    #expect(Tile(path: path) == nil)
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst(2)
    // Where only the level was wrong, the rest is a bundle's.
    if parts == ["000"] { return }
    #expect(EntryTile(path: (["tile", "entries"] + parts.map(String.init)).joined(separator: "/")) == nil)
  }

  /// What a tree of a size consists of, by the definition of C2SP tlog-tiles.
  static func all(of size: UInt64) -> Set<Tile> {
    var tiles: Set<Tile> = []
    var count = size
    var level = 0
    while count > 0 {
      for index in 0..<count / 256 { tiles.insert(Tile(level: level, index: index)) }
      if count % 256 > 0 { tiles.insert(Tile(level: level, index: count / 256, width: Int(count % 256))) }
      count /= 256
      level += 1
    }
    return tiles
  }

  @Test("A tree of 70,000 leaves has the tiles that the specification counts")
  func counts() {
    let tiles = Tile.tiles(from: 0, to: 70_000)
    #expect(tiles.count { $0.level == 0 && $0.isFull } == 273)
    #expect(tiles.filter { !$0.isFull } == Tile.edge(of: 70_000))
    #expect(Tile.edge(of: 70_000).map(\.width) == [112, 17, 1])
    #expect(tiles.count { $0.level == 1 && $0.isFull } == 1)
    #expect(Set(tiles) == TileTests.all(of: 70_000))
    #expect(Tile.tiles(from: 0, to: 256) == [Tile(level: 0, index: 0), Tile(level: 1, index: 0, width: 1)])
    #expect(EntryTile.tiles(from: 0, to: 257) == [EntryTile(index: 0), EntryTile(index: 1, width: 1)])
  }

  @Test(
    "The new tiles of a grown tree are those it has and the smaller one has not",
    arguments: [0, 1, 2, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 65_792, 131_072] as [UInt64])
  func growth(size: UInt64) {
    for old in [0, 1, 255, 256, 300, 65_536, 65_537, size] as [UInt64] where old <= size {
      let new = Tile.tiles(from: old, to: size)
      #expect(Set(new).count == new.count)
      #expect(Set(new) == TileTests.all(of: size).subtracting(TileTests.all(of: old)))
    }
  }

  @Test("Entries are read back from their bundle; a bundle cut short is none")
  func bundles() throws {
    let entries: [[UInt8]] = [[], [0x7b], Array(repeating: 0x20, count: EntryTile.longestEntry)]
    var bundle: [UInt8] = []
    for entry in entries { entry.withUnsafeBytes { EntryTile.append($0, to: &bundle) } }
    #expect(bundle.prefix(5) == [0, 0, 0, 1, 0x7b])
    #expect(try #require(EntryTile.entries(of: bundle)).map(Array.init) == entries)
    #expect(EntryTile.entries(of: bundle.dropLast()) == nil)
    #expect(EntryTile.entries(of: [0]) == nil)
    #expect(EntryTile.entries(of: []) == [])
  }
}
