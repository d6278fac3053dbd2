import Foundation

/// A growing buffer that is filled and emptied again and again without being allocated anew.
///
/// Requests are made in it while the daemon is measured on the same processors, so appending must cost no more than
/// copying.
final class Bytes {
  private(set) var base: UnsafeMutableRawPointer
  private(set) var count = 0
  private var capacity: Int

  init(capacity: Int = 1 << 12) {
    self.capacity = capacity
    base = .allocate(byteCount: capacity, alignment: 16)
  }

  deinit {
    base.deallocate()
  }

  /// Valid until the buffer is changed or given up.
  var contents: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  var text: String { withExtendedLifetime(self) { contents.text } }

  func clear() { count = 0 }

  /// Drops the first bytes.
  func removeFirst(_ number: Int) {
    count -= number
    memmove(base, base + number, count)
  }

  /// Room for so many bytes at the end, to be filled by ``grow(by:)``.
  func room(_ number: Int) -> UnsafeMutableRawPointer {
    if count + number > capacity {
      capacity = max(capacity * 2, count + number)
      let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
      memcpy(larger, base, count)
      base.deallocate()
      base = larger
    }
    return base + count
  }

  /// So many bytes of ``room(_:)`` have been filled.
  func grow(by number: Int) { count += number }

  func append(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    memcpy(room(bytes.count), start, bytes.count)
    count += bytes.count
  }

  func append(_ text: StaticString) {
    memcpy(room(text.utf8CodeUnitCount), text.utf8Start, text.utf8CodeUnitCount)
    count += text.utf8CodeUnitCount
  }

  /// Decimal digits, with leading zeros up to the width.
  func append(_ number: Int, width: Int = 1) {
    var digits = 1
    var rest = number / 10
    while rest > 0 {
      digits += 1
      rest /= 10
    }
    digits = max(digits, width)
    let start = room(digits)
    rest = number
    for place in stride(from: digits - 1, through: 0, by: -1) {
      start.storeBytes(of: UInt8(ascii: "0") + UInt8(rest % 10), toByteOffset: place, as: UInt8.self)
      rest /= 10
    }
    count += digits
  }

  func append(hexadecimal number: Int) {
    append(contentsOf: String(number, radix: 16))
  }

  func append(contentsOf text: String) {
    var text = text
    text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
  }
}

extension UnsafeRawBufferPointer {
  func starts(with other: UnsafeRawBufferPointer) -> Bool {
    guard count >= other.count, let start = baseAddress, let prefix = other.baseAddress else { return other.isEmpty }
    return memcmp(start, prefix, other.count) == 0
  }

  func ends(with other: UnsafeRawBufferPointer) -> Bool {
    guard count >= other.count, let start = baseAddress, let suffix = other.baseAddress else { return other.isEmpty }
    return memcmp(start + (count - other.count), suffix, other.count) == 0
  }

  func starts(with text: StaticString) -> Bool {
    starts(with: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  func ends(with text: StaticString) -> Bool {
    ends(with: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Where a byte is next, from a place on.
  func firstIndex(of byte: UInt8, from place: Int) -> Int? {
    guard let start = baseAddress, place < count,
      let found = memchr(start + place, Int32(byte), count - place)
    else { return nil }
    return UnsafeRawPointer(found) - start
  }

  /// Calls the body for each line, without its LF.
  func forEachLine(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
    var start = 0
    while let end = firstIndex(of: UInt8(ascii: "\n"), from: start) {
      try body(UnsafeRawBufferPointer(rebasing: self[start..<end]))
      start = end + 1
    }
  }

  var text: String { String(decoding: self, as: UTF8.self) }
}
