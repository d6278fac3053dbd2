import TransparencyLog

/// The Merkle tree of the first `size` records of a log, whose root a checkpoint has stated.
///
/// Its hashes come from the tiles in `tile/`. Each tile is checked against the root before it is used; one that is
/// missing or altered is put together from the tiles below it, and where these are not right either, from the log. So an
/// answer is either right or not given.
struct LogTree: Sendable {
  let size: UInt64
  let root: Digest
  let store: TileStore
  let lines: LineSource
  /// Told of tiles that were missing or altered, with their right bytes.
  let replaced: @Sendable (Tile, [UInt8]) -> Void

  /// The tree as tiles, for one answer or several.
  func tiles() -> HashTiles {
    HashTiles(
      size: size, root: root, sources: [store.contents(of:), fromTilesBelow, fromLog], replaced: replaced)
  }

  func fromTilesBelow(_ tile: Tile) throws -> [UInt8] {
    if tile.level == 0 { return try fromLog(tile) }
    var bytes: [UInt8] = []
    for child in 0..<UInt64(tile.width) {
      let below = Tile(level: tile.level - 1, index: tile.index << 8 | child)
      bytes += TileHashes.root(ofFull: try store.contents(of: below)).bytes
    }
    return bytes
  }

  private func fromLog(_ tile: Tile) throws -> [UInt8] {
    let leaves = UInt64(1) << UInt64(8 * tile.level)
    let from = (tile.index << 8) * leaves
    let below = from + UInt64(tile.width) * leaves
    var bytes: [UInt8] = []
    var subtree = Frontier()
    var next = from
    try lines(from, below) { line in
      subtree.append(RFC6962.leafHash(line))
      next += 1
      if subtree.size == leaves {
        bytes += subtree.root.bytes
        subtree = Frontier()
      }
    }
    guard next == below else { throw LogTreeError.logEnds(records: next, expected: below) }
    return bytes
  }

  /// The records of a bundle, whose hashes the tiles have.
  func entries(_ bundle: EntryTile) throws -> [UInt8]? {
    guard let hashes = try tiles().tile(level: 0, index: bundle.index), hashes.count >= bundle.hashes.byteCount
    else { return nil }
    var bytes: [UInt8] = []
    var next = bundle.first
    try lines(bundle.first, bundle.first + UInt64(bundle.width)) { line in
      let place = Int(next - bundle.first) * Digest.byteCount
      guard RFC6962.leafHash(line).bytes.elementsEqual(hashes[place..<place + Digest.byteCount]) else {
        throw LogTreeError.altered(sequence: next)
      }
      EntryTile.append(line, to: &bytes)
      next += 1
    }
    let end = bundle.first + UInt64(bundle.width)
    guard next == end else { throw LogTreeError.logEnds(records: next, expected: end) }
    return bytes
  }
}

/// Why nothing can be proved of a log.
public enum LogTreeError: Error, Hashable, Sendable {
  /// The ledger has no checkpoint, or one that cannot be read.
  case noCheckpoint(String)
  /// The newest checkpoint does not cover that many records yet.
  case notCovered(size: UInt64, signed: UInt64)
  /// The log does not hold that many.
  case noRecord(sequence: UInt64, size: UInt64)
  /// The line in the log is not the record that was signed.
  case altered(sequence: UInt64)
  /// The log is shorter than its checkpoint says.
  case logEnds(records: UInt64, expected: UInt64)
}

extension LogTreeError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noCheckpoint(let reason): "the ledger has no checkpoint that can be read: \(reason)"
    case .notCovered(let size, let signed):
      "the newest checkpoint covers the first \(signed) records, \(size) are needed; the daemon signs a new one"
    case .noRecord(let sequence, let size): "there is no record \(sequence); the log has \(size)"
    case .altered(let sequence): "the line of record \(sequence) is not what the checkpoint covers"
    case .logEnds(let records, let expected): "the log ends after \(records) records, expected \(expected)"
    }
  }
}
