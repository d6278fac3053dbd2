/// A place in raw bytes, and the steps over what may stand there: the ground that ``JSONScan`` and ``RecordScan`` share.
///
/// The bytes must be readable for ``slack`` bytes past the end of the text, and the byte behind the text must be one that
/// JSON allows nowhere outside white space (a line feed, or zero): then no step needs to ask where the text ends.
struct ByteScan {
  /// How far a step may look ahead without having moved.
  static let slack = 64

  private(set) var next: UnsafePointer<UInt8>

  // Vectors, because only between two of them the compiler takes one instruction for a comparison.
  private static var spaces: SIMD16<Int8> { SIMD16(repeating: 0x20) }
  private static var quotes: SIMD16<Int8> { SIMD16(repeating: 0x22) }
  private static var backslashes: SIMD16<Int8> { SIMD16(repeating: 0x5C) }

  init(_ start: UnsafePointer<UInt8>) {
    next = start
  }

  @inline(__always) var byte: UInt8 { next.pointee }

  @inline(__always) mutating func advance(by count: Int) { next += count }

  @inline(__always) mutating func take(_ byte: UInt8) -> Bool {
    guard next.pointee == byte else { return false }
    next += 1
    return true
  }

  /// Steps over `literal`, of at least 4 and at most ``slack`` ASCII bytes, if it stands here.
  ///
  /// Compared in words, the last one overlapping the one before, so that the compiler makes numbers of the literal.
  @inline(__always) mutating func take(_ literal: StaticString) -> Bool {
    let count = literal.utf8CodeUnitCount
    let expected = UnsafeRawPointer(literal.utf8Start)
    let found = UnsafeRawPointer(next)
    var difference: UInt64 = 0
    if count < 8 {
      let rest = count - 4
      difference =
        UInt64(expected.loadUnaligned(as: UInt32.self) ^ found.loadUnaligned(as: UInt32.self))
        | UInt64(
          expected.loadUnaligned(fromByteOffset: rest, as: UInt32.self)
            ^ found.loadUnaligned(fromByteOffset: rest, as: UInt32.self))
    } else {
      var offset = 0
      while offset + 8 <= count {
        difference |= ByteScan.word(expected, offset) ^ ByteScan.word(found, offset)
        offset += 8
      }
      difference |= ByteScan.word(expected, count - 8) ^ ByteScan.word(found, count - 8)
    }
    guard difference == 0 else { return false }
    next += count
    return true
  }

  @inline(__always) private static func word(_ bytes: UnsafeRawPointer, _ offset: Int) -> UInt64 {
    bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
  }

  /// Steps to the first byte that is a quote, a backslash, a control character or not ASCII: 16 bytes at a time.
  @inline(__always) mutating func skipPlain() {
    while true {
      let bytes = UnsafeRawPointer(next).loadUnaligned(as: SIMD16<Int8>.self)
      // With a sign, bytes that are not ASCII are below the control characters.
      let special = (bytes .< ByteScan.spaces) .| (bytes .== ByteScan.quotes) .| (bytes .== ByteScan.backslashes)
      let marks = unsafeBitCast(special, to: SIMD2<UInt64>.self)
      let (low, high) = (UInt64(littleEndian: marks.x), UInt64(littleEndian: marks.y))
      if low != 0 {
        next += low.trailingZeroBitCount >> 3
        return
      }
      if high != 0 {
        next += 8 + high.trailingZeroBitCount >> 3
        return
      }
      next += 16
    }
  }

  /// Steps over one scalar of two to four bytes, in the well-formed ranges of RFC 3629 §4.
  mutating func takeMultibyteScalar() -> Bool {
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch next[0] {
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: length = 4
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: return false
    }
    guard second.contains(next[1]) else { return false }
    for index in 2..<max(length, 2) where next[index] & 0xC0 != 0x80 { return false }
    next += length
    return true
  }

  /// Steps over decimal digits; gives back how many.
  @inline(__always) mutating func skipDigits() -> Int {
    let start = next
    while next.pointee &- UInt8(ascii: "0") < 10 { next += 1 }
    return next - start
  }
}
