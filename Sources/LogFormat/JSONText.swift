/// The text forms of JSON strings and pointers.
public enum JSONText {
  /// Appends `text` as a JSON string in its shortest form: quote, backslash and control characters escaped, nothing
  /// else; `\b \f \n \r \t` where they exist, else `\u00xx` in lower case.
  public static func append(_ text: String, to output: inout [UInt8]) {
    let isPlain = isPlain(text)
    output.append(upTo: longest(bytes: text.utf8.count, isPlain: isPlain) + 2) { $0.put(json: text, isPlain: isPlain) }
  }

  /// How many bytes so many of a text have at most within a JSON string.
  static func longest(bytes count: Int, isPlain: Bool) -> Int { isPlain ? count : 6 * count }

  /// Whether nothing in the text must be escaped.
  static func isPlain(_ text: String) -> Bool { text.withBytes { isPlain($0) } }

  static func isPlain(_ text: UnsafeRawBufferPointer) -> Bool {
    var place = 0
    while place + 8 <= text.count {
      if EightBytes.first(in: EightBytes(text, at: place).mustBeEscaped) != nil { return false }
      place += 8
    }
    // What is left is looked at with some of the bytes before it.
    if text.count >= 8 { return EightBytes.first(in: EightBytes(text, at: text.count - 8).mustBeEscaped) == nil }
    return text.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
  }

  /// Appends a whole number.
  public static func append(_ number: UInt64, to output: inout [UInt8]) {
    output.append(upTo: 20) { $0.put(number) }
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

extension ByteRoom {
  /// ``JSONText/append(_:to:)``.
  ///
  /// - Parameter isPlain: ``JSONText/isPlain(_:)``.
  mutating func put(json text: String, isPlain: Bool) {
    text.withBytes { put(json: $0, isPlain: isPlain) }
  }

  /// The same, from the bytes of the text.
  mutating func put(json text: UnsafeRawBufferPointer, isPlain: Bool) {
    put("\"")
    if isPlain {
      put(text)
    } else {
      for byte in text { put(escaped: byte) }
    }
    put("\"")
  }

  private mutating func put(escaped byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): put("\\\"")
    case UInt8(ascii: "\\"): put("\\\\")
    case 0x08: put("\\b")
    case 0x09: put("\\t")
    case 0x0A: put("\\n")
    case 0x0C: put("\\f")
    case 0x0D: put("\\r")
    case 0..<0x20:
      let digits: StaticString = "0123456789abcdef"
      put("\\u00")
      put(digits.utf8Start[Int(byte >> 4)])
      put(digits.utf8Start[Int(byte & 15)])
    default: put(byte)
    }
  }
}
