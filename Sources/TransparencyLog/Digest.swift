/// A SHA-256 value: 32 bytes, kept inline as four words in memory order, so that copying one never touches the heap.
///
/// ```
/// SHA256.hash("").hex     // e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
/// SHA256.hash("").base64  // 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
/// ```
///
/// Digests order as their bytes do, which is also the order of their hexadecimal text.
public struct Digest: Sendable, Hashable {
  /// The length of a digest in bytes.
  public static let byteCount = 32

  /// 32 zero bytes: the `previoushash` of record 0, which has no predecessor.
  public static let zero = Digest(0, 0, 0, 0)

  private let word0: UInt64
  private let word1: UInt64
  private let word2: UInt64
  private let word3: UInt64

  private init(_ word0: UInt64, _ word1: UInt64, _ word2: UInt64, _ word3: UInt64) {
    self.word0 = word0
    self.word1 = word1
    self.word2 = word2
    self.word3 = word3
  }

  /// The digest whose bytes are those of `buffer`, which must hold exactly 32.
  public init(_ buffer: UnsafeRawBufferPointer) {
    precondition(buffer.count == Digest.byteCount, "a digest has 32 bytes, not \(buffer.count)")
    self.init(
      buffer.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
      buffer.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
      buffer.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
      buffer.loadUnaligned(fromByteOffset: 24, as: UInt64.self))
  }

  /// The digest with these bytes; nil unless there are exactly 32.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == Digest.byteCount else { return nil }
    self = withUnsafeTemporaryAllocation(byteCount: Digest.byteCount, alignment: 8) { buffer in
      buffer.copyBytes(from: bytes)
      return Digest(UnsafeRawBufferPointer(buffer))
    }
  }

  /// The digest written as 64 lower-case hexadecimal digits; nil for anything else, upper-case digits included.
  public init?(hex text: some StringProtocol) {
    let parsed = text.utf8.withContiguousStorageIfAvailable { Digest(hex: UnsafeRawBufferPointer($0)) }
    if let parsed {
      guard let digest = parsed else { return nil }
      self = digest
    } else {
      let bytes = Array(text.utf8)
      guard let digest = bytes.withUnsafeBytes({ Digest(hex: $0) }) else { return nil }
      self = digest
    }
  }

  /// The digest written as 64 lower-case hexadecimal ASCII bytes, as they stand in a record; nil for anything else.
  public init?(hex buffer: UnsafeRawBufferPointer) {
    guard buffer.count == 2 * Digest.byteCount else { return nil }
    let decoded: Digest? = withUnsafeTemporaryAllocation(byteCount: Digest.byteCount, alignment: 8) { bytes in
      for index in 0..<Digest.byteCount {
        guard let high = hexadecimalValue(buffer[2 * index]), let low = hexadecimalValue(buffer[2 * index + 1])
        else { return nil }
        bytes[index] = high << 4 | low
      }
      return Digest(UnsafeRawBufferPointer(bytes))
    }
    guard let decoded else { return nil }
    self = decoded
  }

  /// The digest written in base64 with padding (44 characters; RFC 4648 §4); nil for anything else.
  public init?(base64 text: some StringProtocol) {
    guard let bytes = Base64.decode(text) else { return nil }
    self.init(bytes)
  }

  /// 64 lower-case hexadecimal digits.
  public var hex: String {
    String(unsafeUninitializedCapacity: 2 * Digest.byteCount) { buffer in
      guard let start = buffer.baseAddress else { return 0 }
      writeHex(to: UnsafeMutableRawPointer(start))
      return 2 * Digest.byteCount
    }
  }

  /// Base64 with padding, as in checkpoints and proofs.
  public var base64: String { withUnsafeBytes { Base64.encode($0) } }

  public var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

  /// Calls `body` with the 32 bytes, without copying them to the heap.
  public func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try Swift.withUnsafeBytes(of: self, body)
  }

  /// Writes the 64 lower-case hexadecimal digits as ASCII to `destination`, which must have room for them.
  public func writeHex(to destination: UnsafeMutableRawPointer) {
    let digits = hexadecimalDigits.utf8Start
    withUnsafeBytes { bytes in
      for index in 0..<Digest.byteCount {
        let byte = Int(bytes[index])
        destination.storeBytes(of: digits[byte >> 4], toByteOffset: 2 * index, as: UInt8.self)
        destination.storeBytes(of: digits[byte & 15], toByteOffset: 2 * index + 1, as: UInt8.self)
      }
    }
  }
}

extension Digest: Comparable {
  public static func < (left: Digest, right: Digest) -> Bool {
    if left.word0 != right.word0 { return left.word0.bigEndian < right.word0.bigEndian }
    if left.word1 != right.word1 { return left.word1.bigEndian < right.word1.bigEndian }
    if left.word2 != right.word2 { return left.word2.bigEndian < right.word2.bigEndian }
    return left.word3.bigEndian < right.word3.bigEndian
  }
}

extension Digest: CustomStringConvertible {
  public var description: String { hex }
}
