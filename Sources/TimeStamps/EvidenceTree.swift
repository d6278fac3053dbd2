public import TransparencyLog

/// The hash tree of RFC 4998 §4.2, over whose root one time stamp is given for any number of data objects.
///
/// Each data object is a group of its own. The leaves are the hashes of the objects, sorted binary ascending, equal
/// ones once. An inner node is the hash of its two children, sorted the same way and concatenated. The tree is filled
/// from the left; a last node without a neighbour is carried up as it is.
///
/// ```
///            root = H(d ‖ c)   where d < c
///           /    \
///   d = H(a ‖ b)  c
///     /  \        |
///    a    b       c            a < b < c
/// ```
///
/// Unlike the tree of a transparency log (RFC 6962), neither side nor depth is hashed: a path through it is a list of
/// neighbours. All nodes are kept, twice the size of the leaves; making a tree is O(*n* log *n*), a path O(log *n*).
public struct EvidenceTree: Sendable {
  public let algorithm: HashAlgorithm
  /// The nodes of each level from the leaves up, one behind the other.
  private let levels: [[UInt8]]

  /// - Throws: ``EvidenceError/emptyTree``.
  public init(leaves: some Sequence<Digest>) throws(EvidenceError) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(leaves.underestimatedCount * Digest.byteCount)
    for leaf in leaves { leaf.withUnsafeBytes { bytes.append(contentsOf: $0) } }
    try self.init(.sha256, leafBytes: bytes)
  }

  /// - Throws: ``EvidenceError/emptyTree``, and ``EvidenceError/unexpectedAlgorithm(expected:found:)`` where the
  ///   leaves are not all of `algorithm`.
  public init(_ algorithm: HashAlgorithm, leaves: some Sequence<Imprint>) throws(EvidenceError) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(leaves.underestimatedCount * algorithm.byteCount)
    for leaf in leaves {
      guard leaf.algorithm == algorithm else {
        throw .unexpectedAlgorithm(expected: algorithm, found: leaf.algorithm)
      }
      bytes.append(contentsOf: leaf.bytes)
    }
    try self.init(algorithm, leafBytes: bytes)
  }

  private init(_ algorithm: HashAlgorithm, leafBytes: [UInt8]) throws(EvidenceError) {
    guard !leafBytes.isEmpty else { throw .emptyTree }
    self.algorithm = algorithm
    let nodes = Nodes(byteCount: algorithm.byteCount)
    var level = nodes.sortedOnce(leafBytes)
    var levels = [level]
    while level.count > algorithm.byteCount {
      level = nodes.parents(of: level, by: algorithm)
      levels.append(level)
    }
    self.levels = levels
  }

  /// What the time stamp is asked for.
  public var root: Imprint {
    Imprint(hashed: levels[levels.count - 1], by: algorithm)
  }

  /// How many different leaves there are.
  public var count: Int { levels[0].count / algorithm.byteCount }

  /// The reduced hash tree of one leaf (RFC 4998 §4.2, "Reduction"): the lists of hashes from it to the root.
  ///
  /// The first list holds the leaf and its neighbour, every further one the neighbour one level up, each list sorted.
  /// Empty where the leaf is the root; nil where it is not in the tree.
  public func reduced(to leaf: Imprint) -> [[[UInt8]]]? {
    guard leaf.algorithm == algorithm else { return nil }
    let nodes = Nodes(byteCount: algorithm.byteCount)
    guard var index = nodes.index(of: leaf.bytes, in: levels[0]) else { return nil }
    var lists: [[[UInt8]]] = []
    for level in levels.dropLast() {
      let neighbour = index ^ 1
      if neighbour < level.count / algorithm.byteCount {
        let other = nodes.node(neighbour, of: level)
        if lists.isEmpty {
          lists.append([leaf.bytes, other].sorted { $0.lexicographicallyPrecedes($1) })
        } else {
          lists.append([other])
        }
      }
      index >>= 1
    }
    return lists
  }
}

/// Nodes of one length, one behind the other in an array of bytes: millions of them, without an allocation for each.
private struct Nodes {
  let byteCount: Int

  func node(_ index: Int, of level: [UInt8]) -> [UInt8] {
    Array(level[index * byteCount..<(index + 1) * byteCount])
  }

  /// The nodes in binary ascending order, equal ones once.
  func sortedOnce(_ level: [UInt8]) -> [UInt8] {
    level.withUnsafeBytes { level in
      // Almost all pairs differ in the first eight bytes, which are compared as a number.
      var order = (0..<level.count / byteCount).map { index in
        (UInt64(bigEndian: level.loadUnaligned(fromByteOffset: index * byteCount, as: UInt64.self)), index)
      }
      order.sort { left, right in
        left.0 != right.0 ? left.0 < right.0 : isLess(left.1, right.1, in: level)
      }
      return [UInt8](unsafeUninitializedCapacity: level.count) { output, written in
        let output = UnsafeMutableRawBufferPointer(output)
        for (_, index) in order {
          let node = UnsafeRawBufferPointer(rebasing: level[index * byteCount..<(index + 1) * byteCount])
          if written > 0 {
            let last = UnsafeRawBufferPointer(rebasing: output[written - byteCount..<written])
            if last.elementsEqual(node) { continue }
          }
          UnsafeMutableRawBufferPointer(rebasing: output[written..<written + byteCount]).copyMemory(from: node)
          written += byteCount
        }
      }
    }
  }

  /// The level above: each pair hashed in ascending order, a last single node carried up.
  func parents(of level: [UInt8], by algorithm: HashAlgorithm) -> [UInt8] {
    let pairs = level.count / (2 * byteCount)
    let carried = level.count - pairs * 2 * byteCount
    return level.withUnsafeBytes { level in
      [UInt8](unsafeUninitializedCapacity: pairs * byteCount + carried) { output, written in
        guard let start = UnsafeMutableRawBufferPointer(output).baseAddress, let source = level.baseAddress
        else { return }
        withUnsafeTemporaryAllocation(byteCount: 2 * byteCount, alignment: 8) { pair in
          for index in 0..<pairs {
            let first = isLess(2 * index, 2 * index + 1, in: level) ? 2 * index : 2 * index + 1
            pair.copyMemory(from: UnsafeRawBufferPointer(rebasing: level[first * byteCount..<(first + 1) * byteCount]))
            let second = first ^ 1
            UnsafeMutableRawBufferPointer(rebasing: pair[byteCount...]).copyMemory(
              from: UnsafeRawBufferPointer(rebasing: level[second * byteCount..<(second + 1) * byteCount]))
            algorithm.hash(UnsafeRawBufferPointer(pair), into: start + index * byteCount)
          }
        }
        written = pairs * byteCount
        if carried > 0 {
          (start + written).copyMemory(from: source + pairs * 2 * byteCount, byteCount: carried)
          written += carried
        }
      }
    }
  }

  /// The place of a node among sorted ones.
  func index(of node: [UInt8], in level: [UInt8]) -> Int? {
    var (low, high) = (0, level.count / byteCount)
    while low < high {
      let middle = (low + high) / 2
      if level[middle * byteCount..<(middle + 1) * byteCount].lexicographicallyPrecedes(node) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    guard low < level.count / byteCount, self.node(low, of: level) == node else { return nil }
    return low
  }

  private func isLess(_ left: Int, _ right: Int, in level: UnsafeRawBufferPointer) -> Bool {
    let (left, right) = (left * byteCount, right * byteCount)
    for offset in 0..<byteCount where level[left + offset] != level[right + offset] {
      return level[left + offset] < level[right + offset]
    }
    return false
  }
}
