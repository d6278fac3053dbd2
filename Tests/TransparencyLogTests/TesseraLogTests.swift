import Testing
import TransparencyLog

/// The log that Tessera, another implementation, made and signed.
@Suite(.enabled(if: Vectors.arePresent, Comment(rawValue: Vectors.absence)))
struct TesseraLogTests {
  static let vkey = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"

  static func leaves() throws -> [Digest] {
    var bundle = try Vectors.bytes("tessera-log/tile/entries/000.p/15")[...]
    var leaves: [Digest] = []
    while let high = bundle.popFirst(), let low = bundle.popFirst() {
      let count = Int(high) << 8 | Int(low)
      leaves.append(RFC6962.leafHash(Array(bundle.prefix(count))))
      bundle = bundle.dropFirst(count)
    }
    return leaves
  }

  static func checkpoint(_ name: String) throws -> Checkpoint {
    try Checkpoint.open(Vectors.bytes("tessera-log/\(name)"), by: VerifierKey(vkey))
  }

  @Test("Every checkpoint is signed, and its root is that of the first leaves", arguments: 0...15)
  func checkpoints(size: Int) throws {
    let checkpoint = try Self.checkpoint("checkpoint.\(size)")
    #expect(checkpoint.size == UInt64(size))
    var frontier = Frontier()
    for leaf in try Self.leaves().prefix(size) { frontier.append(leaf) }
    #expect(frontier.root == checkpoint.root)
  }

  @Test("The entries are those that were added, and the newest checkpoint is the last, as its maker remembers it")
  func entries() throws {
    let words = [
      "one", "two", "three", "four", "five", "six", "seven", "eit", "nain", "ten", "ileven", "twelf", "threeten",
      "fourten", "fivten",
    ]
    #expect(try Self.leaves() == words.map { RFC6962.leafHash(Array($0.utf8)) })
    struct State: Decodable {
      var size: UInt64
      var root: String
    }
    let state = try Vectors.decode("tessera-log/.state/treeState", as: State.self)
    let newest = try Self.checkpoint("checkpoint")
    #expect(try newest == Self.checkpoint("checkpoint.15"))
    #expect(newest.size == state.size && newest.root == Digest(base64: state.root))
    #expect(newest.origin == "example.com/log/testdata")
    let key = try VerifierKey(Self.vkey)
    let text = String(decoding: try Vectors.bytes("tessera-log/checkpoint"), as: UTF8.self)
    let altered = Array(text.replacing("\n15\n", with: "\n14\n").utf8)
    #expect(throws: NoteError.self) { try Checkpoint.open(altered, by: key) }
  }

  @Test("Every tile is the leaf hashes in a row", arguments: 1...15)
  func tiles(width: Int) throws {
    #expect(try Vectors.bytes("tessera-log/tile/0/000.p/\(width)") == Self.leaves().prefix(width).flatMap(\.bytes))
  }

  @Test("Any two checkpoints are consistent, and each holds its leaves")
  func proofs() throws {
    var tree = NaiveTree(count: 0)
    tree.leaves = try Self.leaves()
    let roots = try (0...15).map { try Self.checkpoint("checkpoint.\($0)").root }
    for new in 0...15 {
      for old in 0...new {
        let proof = ConsistencyProof.make(from: UInt64(old), to: UInt64(new), node: tree.node)
        #expect(
          ConsistencyProof.verify(
            proof, oldSize: UInt64(old), oldRoot: roots[old], newSize: UInt64(new), newRoot: roots[new]))
      }
      for index in 0..<new {
        let proof = InclusionProof.make(index: UInt64(index), size: UInt64(new), node: tree.node)
        #expect(
          InclusionProof.verify(
            proof, leaf: tree.leaves[index], index: UInt64(index), size: UInt64(new), root: roots[new]))
      }
    }
  }
}
