import Testing
import TimeStamps
import TransparencyLog

@Suite struct EvidenceTreeTests {
  /// The tree as RFC 4998 §4.2 words it, on lists, without any of the storage the program uses.
  private static func root(_ leaves: [[UInt8]], _ algorithm: HashAlgorithm) -> [UInt8] {
    var level = Set(leaves).sorted { $0.lexicographicallyPrecedes($1) }
    while level.count > 1 {
      level = stride(from: 0, to: level.count, by: 2).map { start in
        let group = level[start..<min(start + 2, level.count)].sorted { $0.lexicographicallyPrecedes($1) }
        return group.count == 1 ? group[0] : Imprint(of: group.flatMap { $0 }, algorithm).bytes
      }
    }
    return level[0]
  }

  /// §4.3 on lists.
  private static func root(of leaf: [UInt8], through lists: [[[UInt8]]], _ algorithm: HashAlgorithm) -> [UInt8] {
    var hash = leaf
    for (level, list) in lists.enumerated() {
      let group = (level == 0 ? list : list + [hash]).sorted { $0.lexicographicallyPrecedes($1) }
      hash = Imprint(of: group.flatMap { $0 }, algorithm).bytes
    }
    return hash
  }

  @Test(arguments: Array(1...40) + [255, 256, 257, 1000], [HashAlgorithm.sha256, .sha384, .sha512])
  func `Every leaf leads to the root`(count: Int, algorithm: HashAlgorithm) throws {
    let leaves = (0..<count).map { Imprint(of: Array("Vorgang \($0)".utf8), algorithm) }
    let tree = try EvidenceTree(algorithm, leaves: leaves)
    #expect(tree.count == count)
    #expect(tree.root.bytes == Self.root(leaves.map(\.bytes), algorithm))
    for leaf in leaves {
      let lists = try #require(tree.reduced(to: leaf))
      #expect(lists.isEmpty == (count == 1))
      #expect(lists.first?.contains(leaf.bytes) ?? true)
      #expect(lists.dropFirst().allSatisfy { $0.count == 1 })
      #expect(Self.root(of: leaf.bytes, through: lists, algorithm) == tree.root.bytes)
    }
  }

  @Test func `A tree of three, by hand`() throws {
    let leaves = ["a", "b", "c"].map { SHA256.hash($0) }.sorted()
    let tree = try EvidenceTree(leaves: leaves.reversed())
    let pair = Imprint(of: leaves[0].bytes + leaves[1].bytes)
    let last = Imprint(leaves[2])
    let top = [pair.bytes, last.bytes].sorted { $0.lexicographicallyPrecedes($1) }
    #expect(tree.root == Imprint(of: top[0] + top[1]))
    #expect(tree.reduced(to: Imprint(leaves[1])) == [[leaves[0].bytes, leaves[1].bytes], [last.bytes]])
    // The last leaf had no neighbour and was carried up, so its first list is a level higher.
    #expect(tree.reduced(to: last) == [top])
  }

  @Test func `Equal leaves count once, whatever their order`() throws {
    let leaves = (0..<9).map { SHA256.hash("\($0)") }
    let tree = try EvidenceTree(leaves: leaves)
    let again = try EvidenceTree(leaves: leaves.shuffled() + leaves.reversed())
    #expect(again.count == 9)
    #expect(again.root == tree.root)
  }

  @Test func `Leaves that agree in their first bytes`() throws {
    let leaves = try (0..<64).map { index in
      try #require(Digest([UInt8](repeating: 7, count: 30) + [UInt8(index / 8), UInt8(index % 8)]))
    }
    let tree = try EvidenceTree(leaves: leaves.shuffled())
    #expect(tree.root.bytes == Self.root(leaves.map(\.bytes), .sha256))
  }

  @Test func `What is no leaf and no tree`() throws {
    let tree = try EvidenceTree(leaves: [SHA256.hash("a"), SHA256.hash("b")])
    #expect(tree.reduced(to: Imprint(SHA256.hash("c"))) == nil)
    #expect(tree.reduced(to: Imprint(of: Array("a".utf8), .sha512)) == nil)
    #expect(tree.reduced(to: tree.root) == nil)
    #expect(throws: EvidenceError.emptyTree) { try EvidenceTree(leaves: []) }
    #expect(throws: EvidenceError.unexpectedAlgorithm(expected: .sha512, found: .sha256)) {
      try EvidenceTree(.sha512, leaves: [Imprint(of: [])])
    }
  }
}
