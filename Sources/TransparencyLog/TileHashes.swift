/// The hashes of a tile, as its bytes hold them.
public enum TileHashes {
  /// The hash at a place of the tile's bytes.
  static func hash(_ place: Int, of bytes: [UInt8]) -> Digest {
    bytes.withUnsafeBytes { buffer in
      let start = place * Digest.byteCount
      return Digest(UnsafeRawBufferPointer(rebasing: buffer[start..<start + Digest.byteCount]))
    }
  }

  /// The hash of `count` neighbouring hashes from `start` on; `count` is a power of two.
  static func subtree(_ start: Int, _ count: Int, of bytes: [UInt8]) -> Digest {
    if count == 1 { return hash(start, of: bytes) }
    let half = count / 2
    return RFC6962.nodeHash(subtree(start, half, of: bytes), subtree(start + half, half, of: bytes))
  }

  /// The hash of a full tile: one hash of the level above.
  public static func root(ofFull bytes: [UInt8]) -> Digest {
    precondition(bytes.count == Tile.fullWidth * Digest.byteCount, "only a full tile has a hash")
    return subtree(0, Tile.fullWidth, of: bytes)
  }
}
