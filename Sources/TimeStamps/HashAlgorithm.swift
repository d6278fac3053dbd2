import COpenSSL

/// A hash function of FIPS 180-4, as time stamps and evidence records name it.
///
/// Nothing else is taken: what must hold for decades is not begun with a function that is broken or half the length.
public enum HashAlgorithm: String, Sendable, Hashable, CaseIterable {
  case sha256, sha384, sha512

  /// The length of a value in bytes.
  public var byteCount: Int {
    switch self {
    case .sha256: 32
    case .sha384: 48
    case .sha512: 64
    }
  }

  /// The object identifier in dotted form (RFC 5754 §2).
  public var objectIdentifier: String {
    switch self {
    case .sha256: "2.16.840.1.101.3.4.2.1"
    case .sha384: "2.16.840.1.101.3.4.2.2"
    case .sha512: "2.16.840.1.101.3.4.2.3"
    }
  }

  init?(objectIdentifier: String) {
    guard let found = Self.allCases.first(where: { $0.objectIdentifier == objectIdentifier }) else { return nil }
    self = found
  }

  /// Writes the hash of `bytes` to `output`, which must have room for ``byteCount`` bytes.
  func hash(_ bytes: UnsafeRawBufferPointer, into output: UnsafeMutableRawPointer) {
    let output = output.assumingMemoryBound(to: UInt8.self)
    switch self {
    case .sha256:
      var context = SHA256_CTX()
      SHA256_Init(&context)
      SHA256_Update(&context, bytes.baseAddress, bytes.count)
      SHA256_Final(output, &context)
    case .sha384:
      var context = SHA512_CTX()
      SHA384_Init(&context)
      SHA384_Update(&context, bytes.baseAddress, bytes.count)
      SHA384_Final(output, &context)
    case .sha512:
      var context = SHA512_CTX()
      SHA512_Init(&context)
      SHA512_Update(&context, bytes.baseAddress, bytes.count)
      SHA512_Final(output, &context)
    }
  }

  func hash(_ bytes: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: byteCount) { output, count in
      guard let start = output.baseAddress else { return }
      bytes.withUnsafeBytes { hash($0, into: start) }
      count = byteCount
    }
  }
}
