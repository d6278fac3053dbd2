import Testing
import TransparencyLog

@Suite struct ProofTests {
  static let tree = NaiveTree(count: 40)

  @Test("Inclusion proofs are those of Certificate Transparency's test tree")
  func knownInclusion() throws {
    let tree = NaiveTree(KnownTree.entries)
    let proof = InclusionProof.make(index: 5, size: 8, node: tree.node)
    #expect(
      proof.map(\.hex) == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      ])
  }

  @Test("Consistency proofs are those of Certificate Transparency's test tree")
  func knownConsistency() {
    let tree = NaiveTree(KnownTree.entries)
    #expect(
      ConsistencyProof.make(from: 1, to: 8, node: tree.node).map(\.hex) == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
      ])
    #expect(
      ConsistencyProof.make(from: 6, to: 8, node: tree.node).map(\.hex) == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      ])
  }

  @Test("Every leaf of every tree is proved, and the proof proves nothing else", arguments: 1...40)
  func inclusion(size: Int) {
    let root = Self.tree.root(size)
    for index in 0..<size {
      let leaf = Self.tree.leaves[index]
      let proof = InclusionProof.make(index: UInt64(index), size: UInt64(size), node: Self.tree.node)
      func holds(
        _ proof: [Digest], leaf: Digest = leaf, index: Int = index, size: Int = size, root: Digest = root
      ) -> Bool {
        InclusionProof.verify(proof, leaf: leaf, index: UInt64(index), size: UInt64(size), root: root)
      }
      #expect(holds(proof))
      #expect(!holds(proof, leaf: .zero))
      #expect(!holds(proof, root: .zero))
      #expect(!holds(proof + [.zero]))
      if !proof.isEmpty { #expect(!holds(Array(proof.dropLast()))) }
      for position in proof.indices {
        var altered = proof
        altered[position] = .zero
        #expect(!holds(altered))
      }
      for other in 0..<size where other != index { #expect(!holds(proof, index: other)) }
      #expect(!holds(proof, index: size))
    }
  }

  @Test("Every tree is proved to continue every smaller one, and no other", arguments: 0...40)
  func consistency(newSize: Int) {
    let newRoot = Self.tree.root(newSize)
    for oldSize in 0...newSize {
      let oldRoot = Self.tree.root(oldSize)
      let proof = ConsistencyProof.make(from: UInt64(oldSize), to: UInt64(newSize), node: Self.tree.node)
      func holds(_ proof: [Digest], _ oldRoot: Digest, _ newRoot: Digest) -> Bool {
        ConsistencyProof.verify(
          proof, oldSize: UInt64(oldSize), oldRoot: oldRoot, newSize: UInt64(newSize), newRoot: newRoot)
      }
      #expect(holds(proof, oldRoot, newRoot))
      #expect(!holds(proof, .zero, newRoot))
      if oldSize > 0 { #expect(!holds(proof, oldRoot, .zero)) }
      #expect(!holds(proof + [.zero], oldRoot, newRoot))
      if !proof.isEmpty { #expect(!holds(Array(proof.dropLast()), oldRoot, newRoot)) }
      for position in proof.indices {
        var altered = proof
        altered[position] = .zero
        #expect(!holds(altered, oldRoot, newRoot))
      }
    }
  }

  @Test("A tree does not continue a larger one")
  func shrinking() {
    #expect(!ConsistencyProof.verify([], oldSize: 2, oldRoot: .zero, newSize: 1, newRoot: .zero))
  }
}
