/// The hashes of an RFC 6962 Merkle tree over SHA-256 (RFC 6962 §2.1, the same in RFC 9162 §2.1.1).
///
/// A leaf is hashed behind the byte 0x00, a pair of hashes behind 0x01, so that no leaf can pass for a node:
///
/// ```
/// leaf hash = SHA-256(0x00 ‖ record)            $ printf '\0%s' "$LINE" | sha256sum
/// node hash = SHA-256(0x01 ‖ left ‖ right)
/// empty tree = SHA-256("")
/// ```
public enum RFC6962 {
  /// The root of a tree without leaves: SHA-256 of nothing.
  public static let emptyRoot = SHA256.hash(UnsafeRawBufferPointer(start: nil, count: 0))

  public static func leafHash(_ leaf: UnsafeRawBufferPointer) -> Digest {
    var hasher = SHA256Hasher()
    hasher.update(prefix: 0x00)
    hasher.update(leaf)
    return hasher.finalize()
  }

  public static func leafHash(_ leaf: [UInt8]) -> Digest {
    leaf.withUnsafeBytes { leafHash($0) }
  }

  public static func nodeHash(_ left: Digest, _ right: Digest) -> Digest {
    withUnsafeTemporaryAllocation(byteCount: 1 + 2 * Digest.byteCount, alignment: 1) { node in
      node[0] = 0x01
      node.storeBytes(of: left, toByteOffset: 1, as: Digest.self)
      node.storeBytes(of: right, toByteOffset: 1 + Digest.byteCount, as: Digest.self)
      return SHA256.hash(UnsafeRawBufferPointer(node))
    }
  }
}

extension SHA256Hasher {
  fileprivate mutating func update(prefix: UInt8) {
    withUnsafeBytes(of: prefix) { update($0) }
  }
}
