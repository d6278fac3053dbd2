/// A point in time of UTC, as a time stamp states it (`genTime`, RFC 3161 §2.4.2): seconds and, where the TSA gives
/// them, parts of one.
public struct GenerationTime: Sendable, Hashable {
  /// Seconds since 1970-01-01T00:00:00Z (POSIX).
  public let secondsSinceEpoch: Int64
  /// 0 … 999,999,999.
  public let nanoseconds: Int32

  public init(secondsSinceEpoch: Int64, nanoseconds: Int32 = 0) {
    self.secondsSinceEpoch = secondsSinceEpoch
    self.nanoseconds = nanoseconds
  }

  /// Reads `YYYYMMDDhhmmss[.f…]Z` (X.690 §11.7); digits behind the ninth of the fraction are dropped.
  ///
  /// Zeros at the end of the fraction, which X.690 forbids and some authorities write, do not hinder: the time is
  /// never encoded again.
  init?(generalizedTime text: some Collection<UInt8>) {
    let text = Array(text)
    guard text.count >= 15, text.last == UInt8(ascii: "Z") else { return nil }
    func number(_ range: Range<Int>) -> Int? {
      var value = 0
      for character in text[range] {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character) else { return nil }
        value = value * 10 + Int(character - UInt8(ascii: "0"))
      }
      return value
    }
    guard let year = number(0..<4), let month = number(4..<6), let day = number(6..<8), let hour = number(8..<10),
      let minute = number(10..<12), let second = number(12..<14),
      let seconds = CivilTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second)?
        .secondsSinceEpoch
    else { return nil }
    var nanoseconds: Int32 = 0
    if text.count > 15 {
      let digits = 15..<text.count - 1
      guard text[14] == UInt8(ascii: "."), !digits.isEmpty, digits.count <= 32 else { return nil }
      for place in 0..<max(9, digits.count) {
        guard place < digits.count else {
          nanoseconds *= 10
          continue
        }
        guard let digit = number(digits.lowerBound + place..<digits.lowerBound + place + 1) else { return nil }
        if place < 9 { nanoseconds = nanoseconds * 10 + Int32(digit) }
      }
    }
    self.init(secondsSinceEpoch: seconds, nanoseconds: nanoseconds)
  }
}

extension GenerationTime: Comparable {
  public static func < (left: GenerationTime, right: GenerationTime) -> Bool {
    (left.secondsSinceEpoch, left.nanoseconds) < (right.secondsSinceEpoch, right.nanoseconds)
  }
}

extension GenerationTime: CustomStringConvertible {
  /// RFC 3339 in UTC: `2026-11-23T23:31:33Z`, with as many digits of a fraction as are not zero.
  public var description: String {
    let time = CivilTime(secondsSinceEpoch: secondsSinceEpoch)
    func digits(_ value: Int, _ count: Int) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
    var fraction = ""
    if nanoseconds > 0 {
      fraction = "." + digits(Int(nanoseconds), 9)
      while fraction.last == "0" { fraction.removeLast() }
    }
    return "\(digits(time.year, 4))-\(digits(time.month, 2))-\(digits(time.day, 2))T"
      + "\(digits(time.hour, 2)):\(digits(time.minute, 2)):\(digits(time.second, 2))\(fraction)Z"
  }
}
