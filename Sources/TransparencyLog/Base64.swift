/// Base64 as RFC 4648 §4 writes it, with padding, and read strictly: no white space, no missing or superfluous
/// padding, no bits set behind the last byte. Every byte string has exactly one spelling.
///
/// ```
/// Base64.encode([0x66, 0x6f])   // "Zm8="
/// Base64.decode("Zm9=")         // nil: the two bits behind the last byte are not zero
/// ```
public enum Base64 {
  public static func encode(_ bytes: some Collection<UInt8>) -> String {
    let capacity = (bytes.count + 2) / 3 * 4
    return String(unsafeUninitializedCapacity: capacity) { output in
      let alphabet = Base64.alphabet.utf8Start
      var written = 0
      var pending: UInt32 = 0
      var pendingBits = 0
      for byte in bytes {
        pending = pending << 8 | UInt32(byte)
        pendingBits += 8
        while pendingBits >= 6 {
          pendingBits -= 6
          output[written] = alphabet[Int(pending >> UInt32(pendingBits) & 63)]
          written += 1
        }
      }
      if pendingBits > 0 {
        output[written] = alphabet[Int(pending << UInt32(6 - pendingBits) & 63)]
        written += 1
      }
      while written < capacity {
        output[written] = padding
        written += 1
      }
      return written
    }
  }

  /// The bytes that `text` writes; nil where it is not strict base64. The empty text is no bytes.
  public static func decode(_ text: some StringProtocol) -> [UInt8]? {
    decode(utf8: text.utf8)
  }

  /// As ``decode(_:)``, of text given as ASCII bytes.
  public static func decode(utf8 text: some Collection<UInt8>) -> [UInt8]? {
    guard text.count % 4 == 0 else { return nil }
    var paddingCount = 0
    var pending: UInt32 = 0
    var pendingBits = 0
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 4 * 3)
    for character in text {
      if character == padding {
        paddingCount += 1
        continue
      }
      guard paddingCount == 0, let value = value(of: character) else { return nil }
      pending = pending << 6 | UInt32(value)
      pendingBits += 6
      if pendingBits >= 8 {
        pendingBits -= 8
        bytes.append(UInt8(truncatingIfNeeded: pending >> UInt32(pendingBits)))
      }
    }
    // A quantum holds 3, 2 or 1 bytes with 0, 1 or 2 signs of padding: 0, 2 or 4 bits are left over, and they are zero.
    // A third sign would stand for a quantum of one character, which says nothing: "A===" is no spelling of no bytes.
    guard paddingCount <= 2, pendingBits == 2 * paddingCount, pending & (1 << UInt32(pendingBits) - 1) == 0
    else { return nil }
    return bytes
  }

  private static let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
  private static let padding = UInt8(ascii: "=")

  private static func value(of character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
