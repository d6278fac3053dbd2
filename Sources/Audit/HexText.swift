import TransparencyLog

/// The 64 lower-case hexadecimal digits of a hash, eight at a time: written for each record, and compared with the
/// `previoushash` of the next.
struct HexText {
  private var words: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0, 0, 0)

  init() {}

  @inline(__always) init(_ digest: Digest) {
    words = digest.withUnsafeBytes { bytes in
      @inline(__always) func digits(_ index: Int) -> UInt64 {
        HexText.digits(UInt32(littleEndian: bytes.load(fromByteOffset: 4 * index, as: UInt32.self)))
      }
      return (digits(0), digits(1), digits(2), digits(3), digits(4), digits(5), digits(6), digits(7))
    }
  }

  @inline(__always) func isEqual(to text: UnsafeRawBufferPointer) -> Bool {
    guard text.count == 64 else { return false }
    @inline(__always) func word(_ index: Int) -> UInt64 {
      UInt64(littleEndian: text.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
    }
    return (words.0 ^ word(0)) | (words.1 ^ word(1)) | (words.2 ^ word(2)) | (words.3 ^ word(3))
      | (words.4 ^ word(4)) | (words.5 ^ word(5)) | (words.6 ^ word(6)) | (words.7 ^ word(7)) == 0
  }

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    withUnsafeBytes(
      of: (
        words.0.littleEndian, words.1.littleEndian, words.2.littleEndian, words.3.littleEndian, words.4.littleEndian,
        words.5.littleEndian, words.6.littleEndian, words.7.littleEndian
      ), body)
  }

  /// The digits of four bytes, the first digit lowest.
  @inline(__always) private static func digits(_ bytes: UInt32) -> UInt64 {
    // One byte in each 16 bits, then its two halves in a byte each, the upper half first.
    var spread = UInt64(bytes)
    spread = (spread | spread << 16) & 0x0000_FFFF_0000_FFFF
    spread = (spread | spread << 8) & 0x00FF_00FF_00FF_00FF
    let values = (spread >> 4 & 0x000F_000F_000F_000F) | (spread & 0x000F_000F_000F_000F) << 8
    // 'a' is 39 above what would follow '9'.
    let letters = (values &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
    return values &+ 0x3030_3030_3030_3030 &+ letters &* 39
  }
}

/// A `recordedtime`, 27 bytes in the one form in which times order as their text does.
struct TimeText: Comparable {
  static let byteCount = 27

  private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  init() {}

  init(_ bytes: UnsafeRawBufferPointer) {
    precondition(bytes.count == TimeText.byteCount, "a recorded time has 27 bytes")
    func word(_ offset: Int) -> UInt64 {
      UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
    // The last word begins with bytes of the third.
    words = (word(0), word(8), word(16), word(19))
  }

  static func < (left: TimeText, right: TimeText) -> Bool { left.words < right.words }
  static func == (left: TimeText, right: TimeText) -> Bool { left.words == right.words }

  var text: String {
    withUnsafeBytes(
      of: (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, (words.3 << 40).bigEndian)
    ) { String(decoding: $0.prefix(TimeText.byteCount), as: UTF8.self) }
  }
}
