package import TransparencyLog

/// Room for a piece of text whose longest form is known: what is put into it is appended in one go, since each append to
/// an array costs as much as copying some dozens of bytes.
package struct ByteRoom {
  private let bytes: UnsafeMutableRawBufferPointer
  /// How many bytes have been put into it.
  private(set) var count = 0

  fileprivate init(_ bytes: UnsafeMutableRawBufferPointer) {
    self.bytes = bytes
  }

  /// The next so many bytes, which the caller writes.
  @inline(__always)
  private mutating func take(_ length: Int) -> UnsafeMutableRawPointer {
    guard let base = bytes.baseAddress, length <= bytes.count - count else {
      preconditionFailure("a text is longer than the longest form it was given room for")
    }
    defer { count += length }
    return base + count
  }

  @inline(__always)
  package mutating func put(_ text: StaticString) {
    take(text.utf8CodeUnitCount).copyMemory(from: text.utf8Start, byteCount: text.utf8CodeUnitCount)
  }

  @inline(__always)
  mutating func put(_ byte: UInt8) { take(1).storeBytes(of: byte, as: UInt8.self) }

  @inline(__always)
  package mutating func put(_ text: UnsafeRawBufferPointer) {
    guard let base = text.baseAddress else { return }
    take(text.count).copyMemory(from: base, byteCount: text.count)
  }

  /// Decimal, up to 20 digits.
  package mutating func put(_ number: UInt64) {
    var length = 1
    var limit: UInt64 = 10
    while length < 20, number >= limit {
      length += 1
      if length < 20 { limit *= 10 }
    }
    put(number, digits: length)
  }

  /// Decimal with leading zeros.
  @inline(__always)
  package mutating func put(_ number: UInt64, digits: Int) {
    let place = take(digits)
    var rest = number
    var digit = digits - 1
    while digit >= 0, rest > 0 {
      let quotient = rest / 10
      place.storeBytes(
        of: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest - quotient * 10), toByteOffset: digit, as: UInt8.self)
      rest = quotient
      digit -= 1
    }
    while digit >= 0 {
      place.storeBytes(of: UInt8(ascii: "0"), toByteOffset: digit, as: UInt8.self)
      digit -= 1
    }
  }

  /// 64 hexadecimal digits in lower case.
  package mutating func put(_ digest: Digest) { digest.writeHex(to: take(2 * Digest.byteCount)) }

  /// 27 bytes.
  package mutating func put(_ time: Timestamp) {
    time.write(to: UnsafeMutableRawBufferPointer(start: take(Timestamp.length), count: Timestamp.length))
  }
}

extension [UInt8] {
  /// Appends what `body` puts into room for so many bytes.
  @inline(__always)
  package mutating func append(upTo length: Int, _ body: (inout ByteRoom) -> Void) {
    withUnsafeTemporaryAllocation(byteCount: length, alignment: 1) { bytes in
      var room = ByteRoom(bytes)
      body(&room)
      append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[..<room.count]))
    }
  }
}
