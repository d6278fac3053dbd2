let hexadecimalDigits: StaticString = "0123456789abcdef"

/// The value of a lower-case hexadecimal digit. Upper case is refused: everything hashed or compared has one spelling.
@inline(__always)
func hexadecimalValue(_ digit: UInt8) -> UInt8? {
  switch digit {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
  default: nil
  }
}

/// Eight lower-case digits, zero-padded, big-endian: the form of a key ID in a verifier key.
func hexadecimal(_ value: UInt32) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 8 - digits.utf8.count) + digits
}

/// The number that eight lower-case hexadecimal digits write; nil for anything else.
func parseHexadecimal(_ digits: some Collection<UInt8>) -> UInt32? {
  guard digits.count == 8 else { return nil }
  var value: UInt32 = 0
  for digit in digits {
    guard let nibble = hexadecimalValue(digit) else { return nil }
    value = value << 4 | UInt32(nibble)
  }
  return value
}
