import COpenSSL

/// SHA-256 (FIPS 180-4) of bytes at hand.
public enum SHA256 {
  public static func hash(_ bytes: UnsafeRawBufferPointer) -> Digest {
    var hasher = SHA256Hasher()
    hasher.update(bytes)
    return hasher.finalize()
  }

  public static func hash(_ bytes: [UInt8]) -> Digest {
    bytes.withUnsafeBytes { hash($0) }
  }

  /// Of the text's UTF-8 bytes.
  public static func hash(_ text: String) -> Digest {
    hash(Array(text.utf8))
  }
}

/// SHA-256 of bytes that come piece by piece: `init`, any number of `update`, one `finalize`.
public struct SHA256Hasher {
  private var context = SHA256_CTX()

  public init() {
    SHA256_Init(&context)
  }

  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    SHA256_Update(&context, bytes.baseAddress, bytes.count)
  }

  /// The digest of everything so far. The hasher is used up.
  public mutating func finalize() -> Digest {
    withUnsafeTemporaryAllocation(byteCount: Digest.byteCount, alignment: 8) { output in
      SHA256_Final(output.baseAddress?.assumingMemoryBound(to: UInt8.self), &context)
      return Digest(UnsafeRawBufferPointer(output))
    }
  }
}
