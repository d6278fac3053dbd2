/// The text forms of JSON strings and pointers.
public enum JSONText {
  /// Appends `text` as a JSON string in its shortest form: quote, backslash and control characters escaped, nothing
  /// else; `\b \f \n \r \t` where they exist, else `\u00xx` in lower case.
  public static func append(_ text: String, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    var copy = text
    copy.withUTF8 { bytes in
      if bytes.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
        output.append(contentsOf: bytes)
      } else {
        for byte in bytes { appendEscaped(byte, to: &output) }
      }
    }
    output.append(UInt8(ascii: "\""))
  }

  /// Appends a whole number.
  public static func append(_ number: UInt64, to output: inout [UInt8]) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var start = digits.count
      var rest = number
      repeat {
        start -= 1
        digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      } while rest > 0
      output.append(contentsOf: UnsafeBufferPointer(rebasing: digits[start..<20]))
    }
  }

  /// `text` as a JSON string in its shortest form.
  public static func string(_ text: String) -> String {
    var bytes: [UInt8] = []
    append(text, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A member name as a token of a JSON Pointer (RFC 6901 §3: `~` is `~0`, `/` is `~1`).
  public static func pointerToken(_ name: String) -> String {
    guard name.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return name }
    // Code point by code point: a slash with an accent behind it is one Character, and still a slash.
    return name.unicodeScalars.reduce(into: "") { token, scalar in
      switch scalar {
      case "~": token += "~0"
      case "/": token += "~1"
      default: token.unicodeScalars.append(scalar)
      }
    }
  }

  /// The member name that a token of a JSON Pointer stands for.
  static func name(ofPointerToken token: Substring.UnicodeScalarView) -> String {
    var name = String.UnicodeScalarView()
    var rest = token
    while let scalar = rest.popFirst() {
      if scalar == "~", let next = rest.first, next == "0" || next == "1" {
        rest.removeFirst()
        name.append(next == "0" ? "~" : "/")
      } else {
        name.append(scalar)
      }
    }
    return String(name)
  }

  private static func appendEscaped(_ byte: UInt8, to output: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): output.append(contentsOf: [UInt8(ascii: "\\"), byte])
    case 0x08: output.append(contentsOf: "\\b".utf8)
    case 0x09: output.append(contentsOf: "\\t".utf8)
    case 0x0A: output.append(contentsOf: "\\n".utf8)
    case 0x0C: output.append(contentsOf: "\\f".utf8)
    case 0x0D: output.append(contentsOf: "\\r".utf8)
    case 0..<0x20:
      let digits = Array("0123456789abcdef".utf8)
      output.append(contentsOf: "\\u00".utf8)
      output.append(digits[Int(byte >> 4)])
      output.append(digits[Int(byte & 15)])
    default: output.append(byte)
    }
  }

  /// The UTF-8 bytes a string's text stands for. The text was read by ``JSONReader``, so every escape is whole.
  static func decode<Text: RandomAccessCollection<UInt8>>(_ text: Text, escaped: Bool) -> [UInt8]
  where Text.Index == Int {
    guard escaped else { return Array(text) }
    var decoded: [UInt8] = []
    decoded.reserveCapacity(text.count)
    var index = text.startIndex
    while index < text.endIndex {
      guard text[index] == UInt8(ascii: "\\") else {
        decoded.append(text[index])
        index += 1
        continue
      }
      switch text[index + 1] {
      case UInt8(ascii: "b"): decoded.append(0x08)
      case UInt8(ascii: "t"): decoded.append(0x09)
      case UInt8(ascii: "n"): decoded.append(0x0A)
      case UInt8(ascii: "f"): decoded.append(0x0C)
      case UInt8(ascii: "r"): decoded.append(0x0D)
      case UInt8(ascii: "u"):
        var scalar = unit(text, at: index)
        if (0xD800...0xDBFF).contains(scalar) {
          index += 6
          scalar = 0x10000 + (scalar - 0xD800) << 10 + (unit(text, at: index) - 0xDC00)
        }
        index += 4
        if let scalar = Unicode.Scalar(scalar) { decoded.append(contentsOf: UTF8.encode(scalar) ?? .init()) }
      case let other: decoded.append(other)
      }
      index += 2
    }
    return decoded
  }

  private static func unit<Text: RandomAccessCollection<UInt8>>(_ text: Text, at index: Int) -> UInt32
  where Text.Index == Int {
    text[(index + 2)..<(index + 6)].reduce(0) { $0 << 4 | UInt32(hexValue(of: $1) ?? 0) }
  }

  static func hexValue(of byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
