import Testing
import TransparencyLog

/// Tiles and proofs that others have made.
@Suite(.enabled(if: Vectors.arePresent, Comment(rawValue: Vectors.absence)))
struct TileVectorTests {
  private static func tessera(_ size: Int) throws -> HashTiles {
    let checkpoint = try TesseraLogTests.checkpoint("checkpoint.\(size)")
    return HashTiles(size: checkpoint.size, root: checkpoint.root) { try Vectors.bytes("tessera-log/\($0.path)") }
  }

  @Test("Tessera's tiles reproduce each checkpoint and prove every leaf and every earlier size", arguments: 0...15)
  func tessera(size: Int) throws {
    let tiles = try Self.tessera(size)
    let root = try TesseraLogTests.checkpoint("checkpoint.\(size)").root
    #expect(try tiles.root() == root)
    let leaves = try TesseraLogTests.leaves()
    for index in 0..<size {
      #expect(
        InclusionProof.verify(
          try tiles.inclusionProof(of: UInt64(index)), leaf: leaves[index], index: UInt64(index), size: UInt64(size),
          root: root))
    }
    for old in 0...size {
      let oldRoot = try TesseraLogTests.checkpoint("checkpoint.\(old)").root
      let proof = try tiles.consistencyProof(from: UInt64(old))
      #expect(
        ConsistencyProof.verify(
          proof, oldSize: UInt64(old), oldRoot: oldRoot, newSize: UInt64(size), newRoot: root))
    }
  }

  @Test("Our tiles and bundles are Tessera's, byte by byte", arguments: 1...15)
  func ownTiles(size: Int) throws {
    let samples = SampleTiles(Array(try TesseraLogTests.leaves().prefix(size)))
    for (tile, bytes) in samples.contents { #expect(try Vectors.bytes("tessera-log/\(tile.path)") == bytes) }
    let whole = try #require(EntryTile.entries(of: Vectors.bytes("tessera-log/tile/entries/000.p/15")))
    var bundle: [UInt8] = []
    for entry in whole.prefix(size) { entry.withUnsafeBytes { EntryTile.append($0, to: &bundle) } }
    let path = EntryTile(index: 0, width: size).path
    #expect(try Vectors.bytes("tessera-log/\(path)") == bundle)
  }

  @Test("A proof with Tessera's own checkpoint holds")
  func proof() throws {
    let tiles = try Self.tessera(15)
    let leaves = try TesseraLogTests.leaves()
    for index in 0..<15 {
      let proof = TlogProof(
        index: UInt64(index), hashes: try tiles.inclusionProof(of: UInt64(index)),
        checkpoint: try Vectors.bytes("tessera-log/checkpoint.15"))
      let read = try TlogProof(parsing: Array(proof.encoded.utf8))
      #expect(try read.verify(leaf: leaves[index], by: VerifierKey(TesseraLogTests.vkey)).size == 15)
    }
  }

  struct Proofs: Decodable {
    struct Proof: Decodable {
      var index: UInt64
      var hashes: [String]
      var extra_utf8: String?
      var checkpoint: String
      var want: String
    }
    struct Refused: Decodable {
      var text: String
    }
    var marshal: [Proof]
    var unmarshal_errors: [Refused]
  }

  @Test("Proofs are written and refused as transparency-dev/formats does")
  func formats() throws {
    let proofs = try Vectors.decode("formats/tlog_proof.json", as: Proofs.self)
    #expect(proofs.marshal.count == 3 && proofs.unmarshal_errors.count == 8)
    for item in proofs.marshal {
      let proof = TlogProof(
        extra: item.extra_utf8.map { Array($0.utf8) }, index: item.index,
        hashes: try item.hashes.map { try #require(Digest(base64: $0)) }, checkpoint: Array(item.checkpoint.utf8))
      #expect(proof.encoded == item.want)
      #expect(try TlogProof(parsing: Array(item.want.utf8)) == proof)
    }
    for item in proofs.unmarshal_errors {
      #expect(throws: TlogProofError.self, "\(item.text.prefix(80))") { try TlogProof(parsing: Array(item.text.utf8)) }
    }
  }

  struct Examples: Decodable {
    struct Path: Decodable {
      var index: UInt64
      var path: String
    }
    struct Counts: Decodable {
      var tree_size: UInt64
      var full_L0: Int
      var partial_L0_width: Int?
      var full_L1: Int?
      var partial_L1_width: Int?
      var partial_L2_width: Int?
    }
    var tile_path_example: Path
    var tile_count_example: Counts
    var tile_count_example_256: Counts
  }

  @Test("Paths and counts are those of the specification's examples")
  func examples() throws {
    let examples = try Vectors.decode("c2sp-specs/spec-examples.json", as: Examples.self)
    let path = examples.tile_path_example
    #expect(Tile(level: 0, index: path.index).path == "tile/0/\(path.path)")
    #expect(EntryTile(path: "tile/entries/\(path.path)")?.index == path.index)
    for counts in [examples.tile_count_example, examples.tile_count_example_256] {
      let tiles = Tile.tiles(from: 0, to: counts.tree_size)
      func full(_ level: Int) -> Int { tiles.count { $0.level == level && $0.isFull } }
      func partial(_ level: Int) -> Int? { tiles.first { $0.level == level && !$0.isFull }?.width }
      #expect(full(0) == counts.full_L0)
      #expect(full(1) == counts.full_L1 ?? 0)
      #expect(partial(0) == counts.partial_L0_width)
      #expect(partial(1) == counts.partial_L1_width)
      #expect(partial(2) == counts.partial_L2_width)
    }
  }
}
