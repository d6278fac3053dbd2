import Testing

@testable import TransparencyLog

/// A tree held whole, hashed as RFC 6962 §2.1 defines it and in no cleverer way: what the module's code is compared with.
struct NaiveTree {
  var leaves: [Digest] = []

  func root(_ range: Range<Int>) -> Digest {
    switch range.count {
    case 0: return RFC6962.emptyRoot
    case 1: return leaves[range.lowerBound]
    default:
      var half = 1
      while half * 2 < range.count { half *= 2 }
      let middle = range.lowerBound + half
      return RFC6962.nodeHash(root(range.lowerBound..<middle), root(middle..<range.upperBound))
    }
  }

  func root(_ size: Int) -> Digest { root(0..<size) }

  func node(level: Int, index: UInt64) -> Digest {
    root(Int(index) << level..<Int(index + 1) << level)
  }

  init(count: Int) {
    leaves = (0..<count).map { RFC6962.leafHash(Array("leaf \($0)".utf8)) }
  }

  init(_ entries: [[UInt8]]) {
    leaves = entries.map { RFC6962.leafHash($0) }
  }
}

/// The tree that the tests of Certificate Transparency implementations share.
enum KnownTree {
  static let entries: [[UInt8]] = [
    [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], Array(0x40...0x43), Array(0x50...0x57), Array(0x60...0x6f),
  ]
  static let roots = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  ]
}

@Suite struct TreeTests {
  @Test("The roots are those of Certificate Transparency's test tree", arguments: 0...8)
  func knownRoots(size: Int) {
    var frontier = Frontier()
    for entry in KnownTree.entries.prefix(size) { frontier.append(RFC6962.leafHash(entry)) }
    #expect(frontier.root.hex == KnownTree.roots[size])
    #expect(frontier.size == UInt64(size))
  }

  @Test("A growing frontier has the root of the definition at every size")
  func frontier() {
    let tree = NaiveTree(count: 300)
    var frontier = Frontier()
    #expect(frontier.root == RFC6962.emptyRoot)
    for (index, leaf) in tree.leaves.enumerated() {
      frontier.append(leaf)
      #expect(frontier.root == tree.root(index + 1))
      #expect(frontier.hashes.count == frontier.size.nonzeroBitCount)
    }
  }

  @Test("A frontier can be kept and taken up again", arguments: [0, 1, 6, 7, 8, 255])
  func resumed(size: Int) throws {
    let tree = NaiveTree(count: size + 1)
    var first = Frontier()
    for leaf in tree.leaves.dropLast() { first.append(leaf) }
    var second = try #require(Frontier(size: first.size, hashes: first.hashes))
    #expect(second == first)
    second.append(tree.leaves[size])
    #expect(second.root == tree.root(size + 1))
  }

  @Test("A frontier with too few or too many hashes is refused")
  func wrongCount() {
    #expect(Frontier(size: 6, hashes: [.zero]) == nil)
    #expect(Frontier(size: 6, hashes: [.zero, .zero, .zero]) == nil)
    #expect(Frontier(size: 0, hashes: [.zero]) == nil)
  }

  @Test("The largest power of two below a count", arguments: [(2, 1), (3, 2), (4, 2), (5, 4), (8, 4), (9, 8)])
  func powers(count: UInt64, expected: UInt64) {
    #expect(largestPowerOfTwo(below: count) == expected)
    #expect(largestPowerOfTwo(below: .max) == 1 << 63)
  }
}
