public import TransparencyLog

/// A hash value and the function it comes from: what a time stamp is given for (RFC 3161 §2.4.1, `MessageImprint`),
/// and what the nodes of an evidence tree are.
public struct Imprint: Sendable, Hashable {
  public let algorithm: HashAlgorithm
  public let bytes: [UInt8]

  /// The hash of `data`.
  public init(of data: [UInt8], _ algorithm: HashAlgorithm = .sha256) {
    self.algorithm = algorithm
    bytes = algorithm.hash(data)
  }

  /// A SHA-256 value that is known already.
  public init(_ digest: Digest) {
    algorithm = .sha256
    bytes = digest.bytes
  }

  /// A value that is known already; nil unless it has the algorithm's length.
  public init?(algorithm: HashAlgorithm, bytes: [UInt8]) {
    guard bytes.count == algorithm.byteCount else { return nil }
    self.algorithm = algorithm
    self.bytes = bytes
  }

  /// For values whose length is known to be right.
  init(hashed bytes: [UInt8], by algorithm: HashAlgorithm) {
    self.algorithm = algorithm
    self.bytes = bytes
  }

  /// Lower-case hexadecimal digits.
  public var hex: String { hexadecimal(bytes) }
}

extension Imprint: CustomStringConvertible {
  public var description: String { "\(algorithm.rawValue):\(hex)" }
}

/// Two lower-case hexadecimal digits for each byte.
package func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
