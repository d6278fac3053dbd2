/// Eight bytes of a text, asked about together.
///
/// An answer is a word: where a byte is meant, its highest bit is set. Behind the first such byte bits may be set that mean
/// nothing, since what is reckoned borrows from byte to byte; up to it they are right.
struct EightBytes {
  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highs: UInt64 = 0x8080_8080_8080_8080

  private let word: UInt64

  @inline(__always)
  init(_ text: UnsafeRawBufferPointer, at offset: Int) {
    word = UInt64(littleEndian: text.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  /// Quotes, backslashes and control characters (RFC 8259 §7).
  @inline(__always)
  var mustBeEscaped: UInt64 {
    ((word &- EightBytes.ones &* 0x20) & ~word) | equal(UInt8(ascii: "\"")) | equal(UInt8(ascii: "\\"))
  }

  @inline(__always)
  var notASCII: UInt64 { word }

  @inline(__always)
  func equal(_ byte: UInt8) -> UInt64 {
    let difference = word ^ (EightBytes.ones &* UInt64(byte))
    return (difference &- EightBytes.ones) & ~difference
  }

  /// Which byte is the first that is meant; nil for none.
  @inline(__always)
  static func first(in answer: UInt64) -> Int? {
    let meant = answer & highs
    return meant == 0 ? nil : meant.trailingZeroBitCount / 8
  }
}
