import TransparencyLog

/// Hands out a log's lines in order; fewer where the log ends before.
typealias LineSource =
  @Sendable (
    _ from: UInt64, _ below: UInt64, _ body: (_ line: UnsafeRawBufferPointer) throws -> Void
  ) throws -> Void

/// Tiles that grow with a log: reads its lines, hashes them, and writes each tile when it is full.
struct TileGrowth {
  let store: TileStore
  private(set) var edge: TileEdge
  /// Whether a tile that has the right bytes already is left alone.
  var comparesFirst = false
  /// How many tiles were missing, where they are compared.
  private(set) var missing = 0
  /// How many of those compared had other bytes.
  private(set) var altered = 0

  init(store: TileStore, edge: TileEdge = TileEdge()) {
    self.store = store
    self.edge = edge
  }

  /// Takes the next line.
  mutating func take(_ line: UnsafeRawBufferPointer) throws { try take(RFC6962.leafHash(line)) }

  /// Takes the next line's leaf hash.
  mutating func take(_ hash: Digest) throws {
    var full: [(Tile, [UInt8])] = []
    edge.append(hash) { full.append(($0, $1)) }
    for (tile, bytes) in full { try write(bytes, tile) }
  }

  /// Writes the partial tiles of the size reached. Level 0 comes last: where it is, the levels above it are.
  mutating func writePartials() throws {
    for partial in edge.partials.reversed() { try write(partial.bytes, partial.tile) }
  }

  private mutating func write(_ bytes: [UInt8], _ tile: Tile) throws {
    if comparesFirst {
      switch try? SystemCall.contents(of: store.path(tile)) {
      case bytes?: return
      case nil: missing += 1
      case _?: altered += 1
      }
    }
    try store.write(bytes, as: tile)
  }
}
