/// A moment, in microseconds since 1970-01-01T00:00:00Z, read from and written as RFC 3339 without Foundation.
public struct Timestamp: Sendable, Hashable, Comparable {
  public var microseconds: Int64

  public init(microseconds: Int64) {
    self.microseconds = microseconds
  }

  /// Reads an RFC 3339 `date-time` with `Z` or a numeric offset. Fractions beyond a microsecond are cut off. A leap
  /// second (`:60`) is allowed where UTC has one, at 23:59, and reads as the second after it.
  public init?(_ text: String) {
    guard let read = text.withBytes({ Timestamp.read($0) }) else { return nil }
    self = read
  }

  /// The same, from the bytes of the text.
  public init?(utf8 text: UnsafeRawBufferPointer) {
    guard let read = Timestamp.read(text) else { return nil }
    self = read
  }

  public static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }

  /// `2026-11-23T20:04:51.123456Z`, always 27 bytes. RFC 3339 has the years 0 to 9999 (an offset can lead out of them):
  /// what lies outside is written as the first or last moment of these.
  public var text: String {
    String(decoding: utf8, as: UTF8.self)
  }

  /// The bytes of ``text``.
  public var utf8: [UInt8] {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return bytes
  }

  /// How many bytes ``text`` has.
  static let length = 27

  /// Appends the bytes of ``text``.
  public func append(to output: inout [UInt8]) {
    output.append(upTo: Timestamp.length) { $0.put(self) }
  }

  /// Writes the bytes of ``text``, for which there must be room.
  func write(to bytes: UnsafeMutableRawBufferPointer) {
    let microseconds = min(max(microseconds, Timestamp.firstWritable), Timestamp.lastWritable)
    let seconds = Timestamp.floorDivide(microseconds, 1_000_000)
    let days = Timestamp.floorDivide(seconds, 86_400)
    let ofDay = seconds - days * 86_400
    let (year, month, day) = CivilDate.of(dayNumber: days)
    func put(_ value: Int, at offset: Int) {
      bytes[offset] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: value / 10)
      bytes[offset + 1] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: value % 10)
    }
    let (second, fraction) = (Int(ofDay), Int(microseconds - seconds * 1_000_000))
    put(year / 100, at: 0)
    put(year % 100, at: 2)
    put(month, at: 5)
    put(day, at: 8)
    put(second / 3600, at: 11)
    put(second / 60 % 60, at: 14)
    put(second % 60, at: 17)
    put(fraction / 10_000, at: 20)
    put(fraction / 100 % 100, at: 22)
    put(fraction % 100, at: 24)
    bytes[4] = UInt8(ascii: "-")
    bytes[7] = UInt8(ascii: "-")
    bytes[10] = UInt8(ascii: "T")
    bytes[13] = UInt8(ascii: ":")
    bytes[16] = UInt8(ascii: ":")
    bytes[19] = UInt8(ascii: ".")
    bytes[26] = UInt8(ascii: "Z")
  }

  /// 0000-01-01T00:00:00.000000Z
  private static let firstWritable: Int64 = -62_167_219_200_000_000
  /// 9999-12-31T23:59:59.999999Z
  private static let lastWritable: Int64 = 253_402_300_799_999_999

  private static func read(_ bytes: UnsafeRawBufferPointer) -> Timestamp? {
    func digit(at index: Int) -> Int? {
      guard index < bytes.count, bytes[index] &- UInt8(ascii: "0") < 10 else { return nil }
      return Int(bytes[index] &- UInt8(ascii: "0"))
    }
    func twoDigits(at index: Int) -> Int? {
      guard let tens = digit(at: index), let ones = digit(at: index + 1) else { return nil }
      return tens * 10 + ones
    }
    func isByte(_ character: Unicode.Scalar, at index: Int) -> Bool {
      index < bytes.count && bytes[index] == UInt8(ascii: character)
    }
    guard let century = twoDigits(at: 0), let yearOfCentury = twoDigits(at: 2), isByte("-", at: 4),
      let month = twoDigits(at: 5), isByte("-", at: 7), let day = twoDigits(at: 8),
      isByte("T", at: 10) || isByte("t", at: 10), let hour = twoDigits(at: 11), isByte(":", at: 13),
      let minute = twoDigits(at: 14), isByte(":", at: 16), let second = twoDigits(at: 17),
      let dayNumber = CivilDate.dayNumber(year: century * 100 + yearOfCentury, month: month, day: day), hour < 24,
      minute < 60, second <= 60
    else { return nil }

    var index = 19
    var fraction = 0
    if isByte(".", at: index) {
      index += 1
      let start = index
      while let digit = digit(at: index) {
        if index - start < 6 { fraction = fraction * 10 + digit }
        index += 1
      }
      guard index > start else { return nil }
      for _ in min(index - start, 6)..<6 { fraction *= 10 }
    }

    var offsetMinutes = 0
    if isByte("Z", at: index) || isByte("z", at: index) {
      index += 1
    } else {
      guard isByte("+", at: index) || isByte("-", at: index), let offsetHour = twoDigits(at: index + 1),
        isByte(":", at: index + 3), let offsetMinute = twoDigits(at: index + 4), offsetHour < 24, offsetMinute < 60
      else { return nil }
      offsetMinutes = (offsetHour * 60 + offsetMinute) * (isByte("-", at: index) ? -1 : 1)
      index += 6
    }
    guard index == bytes.count else { return nil }

    let minutes = dayNumber * 1440 + Int64(hour * 60 + minute - offsetMinutes)
    if second == 60, floorDivide(minutes, 1440) * 1440 + 1439 != minutes { return nil }
    return Timestamp(microseconds: (minutes * 60 + Int64(second)) * 1_000_000 + Int64(fraction))
  }

  private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}

/// Days of the proleptic Gregorian calendar, counted from 1970-01-01.
public enum CivilDate {
  /// The day's number, or nil where the calendar has no such day.
  public static func dayNumber(year: Int, month: Int, day: Int) -> Int64? {
    guard (1...12).contains(month), day >= 1, day <= length(of: month, in: year) else { return nil }
    // Years are counted from March, so that the leap day is the last of its year.
    let shifted = month > 2 ? year : year - 1
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let ofEra = shifted - era * 400
    let ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return Int64(era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468)
  }

  /// Whether `text` is a day written `YYYY-MM-DD` (RFC 3339 `full-date`).
  public static func isDate(_ text: String) -> Bool {
    text.withBytes { date($0) != nil }
  }

  /// The day written `YYYY-MM-DD`, as numbers.
  public static func date(_ text: UnsafeRawBufferPointer) -> (year: Int, month: Int, day: Int)? {
    guard text.count == 10, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-") else { return nil }
    func number(_ range: Range<Int>) -> Int? {
      var number = 0
      for index in range {
        let digit = text[index] &- UInt8(ascii: "0")
        guard digit < 10 else { return nil }
        number = number * 10 + Int(digit)
      }
      return number
    }
    guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
      dayNumber(year: year, month: month, day: day) != nil
    else { return nil }
    return (year, month, day)
  }

  /// The day written `YYYY-MM-DD`, for the years 0 to 9999.
  public static func text(dayNumber: Int64) -> String {
    let (year, month, day) = of(dayNumber: dayNumber)
    func padded(_ number: Int, _ digits: Int) -> String {
      let text = String(number)
      return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
    return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2)
  }

  public static func of(dayNumber: Int64) -> (year: Int, month: Int, day: Int) {
    let shifted = Int(dayNumber) + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let ofEra = shifted - era * 146_097
    let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * ofYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, ofYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  private static func length(of month: Int, in year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}
