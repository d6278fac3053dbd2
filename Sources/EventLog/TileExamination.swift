import TransparencyLog

/// Compares every tile with the log, and writes those again that are missing or altered. Only where no daemon holds the
/// ledger.
public struct TileExamination {
  public struct Result: Sendable, Hashable {
    /// How many records the tiles are of: those of the newest checkpoint.
    public var records: UInt64
    /// How many tiles there were no files of.
    public var missing: Int
    public var altered: Int
  }

  private let reader: LogReader

  public init(_ reader: LogReader) {
    self.reader = reader
  }

  /// - Throws: ``LogTreeError``, ``HashTilesError`` where the log does not reproduce its checkpoint.
  public func run() throws -> Result {
    let tree = try reader.signedTree().tree
    var growth = TileGrowth(store: tree.store)
    growth.comparesFirst = true
    try tree.lines(0, tree.size) { try growth.take($0) }
    guard growth.edge.size == tree.size else {
      throw LogTreeError.logEnds(records: growth.edge.size, expected: tree.size)
    }
    guard growth.edge.root == tree.root else {
      throw HashTilesError.otherRoot(size: tree.size, expected: tree.root, found: growth.edge.root)
    }
    try growth.writePartials()
    return Result(records: tree.size, missing: growth.missing, altered: growth.altered)
  }
}
