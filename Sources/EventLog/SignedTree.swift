import LogFormat
public import TransparencyLog

/// A signed checkpoint with the tree it speaks of: proofs, tiles and entries that whoever trusts the checkpoint can check.
///
/// Its calls read files; call them from a thread that may block.
public struct SignedTree: Sendable {
  /// The signed checkpoint, byte by byte.
  public let note: String
  let tree: LogTree

  /// The number of records covered.
  public var size: UInt64 { tree.size }
  public var root: Digest { tree.root }

  /// The proof of a record that the checkpoint covers.
  ///
  /// - Throws: ``LogTreeError``, or ``HashTilesError`` where neither tiles nor log reproduce the checkpoint's root.
  public func proof(of sequence: UInt64) throws -> TlogProof {
    try proofs(of: [sequence])[0]
  }

  /// As ``proof(of:)``, of several records.
  public func proofs(of sequences: [UInt64]) throws -> [TlogProof] {
    let tiles = tree.tiles()
    let note = Array(note.utf8)
    return try sequences.map { sequence in
      guard sequence < size else { throw LogTreeError.notCovered(size: sequence + 1, signed: size) }
      return TlogProof(index: sequence, hashes: try tiles.inclusionProof(of: sequence), checkpoint: note)
    }
  }

  /// That the first `newSize` records continue the first `oldSize` (``ConsistencyProof``).
  public func consistencyProof(from oldSize: UInt64, to newSize: UInt64) throws -> [Digest] {
    precondition(oldSize <= newSize, "\(newSize) records do not continue \(oldSize)")
    guard newSize <= size else { throw LogTreeError.notCovered(size: newSize, signed: size) }
    return try tree.tiles().consistencyProof(from: oldSize, to: newSize)
  }

  /// The root of the first `size` records.
  public func root(of size: UInt64) throws -> Digest {
    guard size <= self.size else { throw LogTreeError.notCovered(size: size, signed: self.size) }
    return try tree.tiles().root(of: size)
  }

  /// The bytes of a tile; nil where the tree has none so wide.
  public func contents(of tile: Tile) throws -> [UInt8]? {
    guard let bytes = try tree.tiles().tile(level: tile.level, index: tile.index), bytes.count >= tile.byteCount
    else { return nil }
    return Array(bytes.prefix(tile.byteCount))
  }

  /// The bytes of an entry bundle; nil where the tree has none so wide.
  public func contents(of bundle: EntryTile) throws -> [UInt8]? {
    try tree.entries(bundle)
  }
}

extension LogReader {
  /// The newest checkpoint with its tree. The checkpoint's signature is for those to check who are given it.
  public func signedTree() throws -> SignedTree {
    guard let note = try checkpoint() else { throw LogTreeError.noCheckpoint("its file is missing") }
    return try signedTree(of: note)
  }

  /// The tree of a checkpoint of this ledger.
  public func signedTree(of note: String) throws -> SignedTree {
    let checkpoint: Checkpoint
    do {
      checkpoint = try Checkpoint(text: try SignedNote(parsing: Array(note.utf8)).text)
      guard try checkpoint.origin == description.origin || origins().has(checkpoint.origin) else {
        throw NoteError.originMismatch(expected: description.origin, found: checkpoint.origin)
      }
    } catch let error as NoteError {
      throw LogTreeError.noCheckpoint("\(error)")
    }
    // Beside a daemon the log may have grown, and been signed, since this reader was made.
    let reader = checkpoint.size > size ? try LogReader(directory) : self
    guard checkpoint.size <= reader.size else {
      throw LogTreeError.logEnds(records: reader.size, expected: checkpoint.size)
    }
    return SignedTree(
      note: note,
      tree: LogTree(
        size: checkpoint.size, root: checkpoint.root, store: TileStore(folder: directory.path),
        lines: { from, below, body in
          try reader.forEachLine(from: from, below: below) { line, _ in
            try body(line)
            return true
          }
        }, replaced: { _, _ in }))
  }
}
