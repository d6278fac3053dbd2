import LogFormat

/// A JSON number with all its digits, so that comparing never rounds.
struct DecimalNumber: Sendable, Hashable, Comparable {
  /// Exponents are kept within ±10¹⁵: far beyond every number a text of the log's size writes out, and a schema with
  /// such an exponent is refused, so that a number of an event is always compared with one inside.
  private static let exponentLimit = 1_000_000_000_000_000

  private let isNegative: Bool
  /// Significant decimal digits (0…9) without zeros at either end; empty for zero.
  private let digits: [UInt8]
  /// The value is 0.d₁d₂d₃… · 10^exponent.
  let exponent: Int

  /// Reads the text of a JSON number (RFC 8259 §6), which must be one.
  init(_ text: some Collection<UInt8>) {
    var isNegative = false
    var digits: [UInt8] = []
    var integerDigits = 0
    var inFraction = false
    var rest = Array(text)[...]
    scan: while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "-"): isNegative = true
      case UInt8(ascii: "."): inFraction = true
      case UInt8(ascii: "e"), UInt8(ascii: "E"): break scan
      default:
        digits.append(byte - UInt8(ascii: "0"))
        if !inFraction { integerDigits += 1 }
      }
    }
    let leadingZeros = digits.prefix { $0 == 0 }.count
    digits.removeFirst(leadingZeros)
    while digits.last == 0 { digits.removeLast() }
    self.digits = digits
    self.isNegative = isNegative && !digits.isEmpty
    exponent = digits.isEmpty ? 0 : integerDigits - leadingZeros + DecimalNumber.exponent(written: rest)
  }

  private static func exponent(written text: ArraySlice<UInt8>) -> Int {
    var value = 0
    for byte in text where byte != UInt8(ascii: "+") && byte != UInt8(ascii: "-") {
      value = min(value * 10 + Int(byte - UInt8(ascii: "0")), exponentLimit)
    }
    return text.first == UInt8(ascii: "-") ? -value : value
  }

  var isInteger: Bool { digits.isEmpty || exponent >= digits.count }

  static func < (left: DecimalNumber, right: DecimalNumber) -> Bool {
    if left.isNegative != right.isNegative { return left.isNegative }
    return left.isNegative ? right.isSmaller(than: left) : left.isSmaller(than: right)
  }

  /// Compares without the sign.
  private func isSmaller(than other: DecimalNumber) -> Bool {
    if digits.isEmpty || other.digits.isEmpty { return digits.isEmpty && !other.digits.isEmpty }
    if exponent != other.exponent { return exponent < other.exponent }
    return digits.lexicographicallyPrecedes(other.digits)
  }
}

/// A number of a schema that numbers of events are held against.
struct NumberLimit: Sendable {
  /// As the pack writes it.
  let text: String
  private let small: Int64?
  private let exact: DecimalNumber

  init(_ value: JSONValue) {
    text = String(decoding: value.text, as: UTF8.self)
    small = value.withView(\.smallInteger)
    exact = DecimalNumber(value.text)
  }

  func isAbove(_ value: JSONView) -> Bool {
    if let small, let other = value.smallInteger { return other < small }
    return DecimalNumber(value.text) < exact
  }

  func isBelow(_ value: JSONView) -> Bool {
    if let small, let other = value.smallInteger { return small < other }
    return exact < DecimalNumber(value.text)
  }
}

extension JSONView {
  /// The number, if it is written as plain digits, at most 18 of them: the common case, read in place.
  var smallInteger: Int64? {
    let text = text
    let isNegative = text.first == UInt8(ascii: "-")
    let digits = text.dropFirst(isNegative ? 1 : 0)
    guard !digits.isEmpty, digits.count <= 18 else { return nil }
    var value: Int64 = 0
    for byte in digits {
      let digit = byte &- UInt8(ascii: "0")
      guard digit < 10 else { return nil }
      value = value * 10 + Int64(digit)
    }
    return isNegative ? -value : value
  }

  /// Whether a number has no fraction, however it is written: `1`, `1.0` and `10e-1` are all whole.
  var isWhole: Bool { smallInteger != nil || DecimalNumber(text).isInteger }

  /// Whether a whole number lies within ±(2⁵³ − 1), where every reader of I-JSON keeps it exact (RFC 7493 §2.2).
  var isInteroperable: Bool {
    let limit: Int64 = 1 << 53 - 1
    if let small = smallInteger { return -limit <= small && small <= limit }
    let exact = DecimalNumber(text)
    return DecimalNumber("-\(limit)".utf8) <= exact && exact <= DecimalNumber("\(limit)".utf8)
  }

  /// Whether the number is too large for an IEEE 754 double (RFC 7493 §2.2).
  var overflowsDouble: Bool {
    let text = text
    // 10³⁰⁸ is the last power of ten inside, so a number without exponent needs more than 308 bytes to be outside.
    guard text.count > 308 || text.contains(where: { $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E") }) else {
      return false
    }
    return Double(String(decoding: text, as: UTF8.self))?.isInfinite ?? false
  }
}
