/// Bytes with the escapes of JSON strings (RFC 8259 §7) taken for what they stand for, so that a text is found however it is
/// spelled: `J\u00f6rg`, `\"Kutte\"`, `a\/b`.
///
/// It takes no notice of where strings begin and end: in what is no JSON, it changes bytes that nobody looks for.
struct UnescapedText {
  private(set) var bytes: [UInt8] = []
  /// For each byte where the text stands that it is from, and at the end where all ends.
  private(set) var places: [Int] = []

  init(_ raw: UnsafeRawBufferPointer) {
    bytes.reserveCapacity(raw.count)
    places.reserveCapacity(raw.count + 1)
    var place = 0
    while place < raw.count {
      guard raw[place] == UInt8(ascii: "\\"), let (scalar, length) = UnescapedText.escape(in: raw, at: place) else {
        bytes.append(raw[place])
        places.append(place)
        place += 1
        continue
      }
      for byte in String(scalar).utf8 {
        bytes.append(byte)
        places.append(place)
      }
      place += length
    }
    places.append(raw.count)
  }

  private static let replacement: Unicode.Scalar = "\u{FFFD}"

  /// The scalar that an escape stands for, and its length; nil where none stands.
  private static func escape(in raw: UnsafeRawBufferPointer, at place: Int) -> (Unicode.Scalar, Int)? {
    guard place + 1 < raw.count else { return nil }
    switch raw[place + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return (Unicode.Scalar(raw[place + 1]), 2)
    case UInt8(ascii: "b"): return ("\u{8}", 2)
    case UInt8(ascii: "f"): return ("\u{C}", 2)
    case UInt8(ascii: "n"): return ("\n", 2)
    case UInt8(ascii: "r"): return ("\r", 2)
    case UInt8(ascii: "t"): return ("\t", 2)
    case UInt8(ascii: "u"):
      guard let unit = unit(in: raw, at: place) else { return nil }
      if let scalar = Unicode.Scalar(unit) { return (scalar, 6) }
      // A high surrogate and the low one behind it.
      if UTF16.isLeadSurrogate(unit), let low = self.unit(in: raw, at: place + 6), UTF16.isTrailSurrogate(low) {
        let value = 0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(low) - 0xDC00)
        return Unicode.Scalar(value).map { ($0, 12) }
      }
      return (replacement, 6)
    default: return nil
    }
  }

  private static func unit(in raw: UnsafeRawBufferPointer, at place: Int) -> UInt16? {
    guard place + 6 <= raw.count, raw[place] == UInt8(ascii: "\\"), raw[place + 1] == UInt8(ascii: "u") else {
      return nil
    }
    var unit: UInt16 = 0
    for byte in raw[place + 2..<place + 6] {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | UInt16(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): unit = unit << 4 | UInt16(byte - UInt8(ascii: "a") + 10)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): unit = unit << 4 | UInt16(byte - UInt8(ascii: "A") + 10)
      default: return nil
      }
    }
    return unit
  }
}
