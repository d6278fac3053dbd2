import Foundation
import Testing

@testable import LogFormat

@Suite struct TimestampTests {
  private static let calendar: Calendar = {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    return calendar
  }()

  @Test("Random moments are written and read as Foundation does")
  func againstFoundation() throws {
    var generator = SeededGenerator(seed: 1)
    // From 1583 on, the first whole year for which Foundation's calendar is the Gregorian one, to 9999.
    let range = Int64(-12_212_553_600)...253_402_300_799
    for _ in 0..<20_000 {
      let second = Int64.random(in: range, using: &generator)
      let microsecond = Int64.random(in: 0..<1_000_000, using: &generator)
      let time = Timestamp(microseconds: second * 1_000_000 + microsecond)
      let parts = TimestampTests.calendar.dateComponents(
        [.year, .month, .day, .hour, .minute, .second], from: Date(timeIntervalSince1970: TimeInterval(second)))
      let expected = String(
        format: "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", parts.year!, parts.month!, parts.day!, parts.hour!,
        parts.minute!,
        parts.second!, Int(microsecond))
      #expect(time.text == expected)
      #expect(Timestamp(expected) == time)
      #expect(time.utf8 == Array(expected.utf8))
    }
  }

  @Test("Random offsets are taken off")
  func offsets() {
    var generator = SeededGenerator(seed: 2)
    for _ in 0..<5000 {
      let local = Int64.random(in: -2_000_000_000...4_000_000_000, using: &generator)
      let minutes = Int64.random(in: -1439...1439, using: &generator)
      let text = Timestamp(microseconds: local * 1_000_000).text.prefix(19)
      let size = abs(minutes)
      let offset = "\(minutes < 0 ? "-" : "+")\(size / 600)\(size / 60 % 10):\(size % 60 / 10)\(size % 10)"
      #expect(Timestamp(text + offset)?.microseconds == (local - minutes * 60) * 1_000_000)
    }
  }

  @Test(
    "Forms of RFC 3339",
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("1970-01-01t00:00:00z", 0), ("1970-01-01T01:00:00+01:00", 0),
      ("1969-12-31T23:00:00-01:00", 0), ("1970-01-01T00:00:00-00:00", 0), ("1969-12-31T23:59:59.999999Z", -1),
      ("1970-01-01T00:00:00.1Z", 100_000), ("1970-01-01T00:00:00.000001Z", 1),
      ("1970-01-01T00:00:00.0000019Z", 1), ("1970-01-01T00:00:00.123456789+00:00", 123_456),
      ("2000-02-29T00:00:00Z", 951_782_400_000_000), ("1970-01-02T00:00:00+23:59", 60_000_000),
    ] as [(String, Int64)])
  func forms(_ text: String, _ microseconds: Int64) {
    #expect(Timestamp(text)?.microseconds == microseconds)
    let bytes = Array(text.utf8)
    #expect(bytes.withUnsafeBytes { Timestamp(utf8: $0) }?.microseconds == microseconds)
  }

  @Test(
    "Everything else is refused",
    arguments: [
      "", "2022", "2022-12-31", "2022-12-31T10:00Z", "2022-12-31T10:00:00", "2022-12-31 10:00:00Z",
      "2022-12-31T10:00:00 Z", "2022-12-31T10:00:00.Z", "2022-12-31T10:00:00,5Z", "2022-12-31T10:00:00+0100",
      "2022-12-31T10:00:00+01", "2022-12-31T10:00:00+24:00", "2022-12-31T10:00:00+01:60", "2022-12-31T10:00:00Zx",
      "2022-12-31T10:00:00Z ", " 2022-12-31T10:00:00Z", "2022-13-01T00:00:00Z", "2022-00-01T00:00:00Z",
      "2022-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2022-04-31T00:00:00Z", "2022-01-00T00:00:00Z",
      "2022-01-01T24:00:00Z", "2022-01-01T00:60:00Z", "2022-01-01T00:00:61Z", "22-01-01T00:00:00Z",
      "+2022-01-01T00:00:00Z", "2022-1-1T00:00:00Z", "２022-01-01T00:00:00Z", "2022-01-01T00:00:00.+1Z",
    ])
  func refused(_ text: String) {
    #expect(Timestamp(text) == nil)
  }

  @Test("A leap second stands at the end of a UTC day only, and reads as the second after")
  func leapSeconds() {
    let after = Timestamp("2017-01-01T00:00:00Z")
    #expect(Timestamp("2016-12-31T23:59:60Z") == after)
    #expect(Timestamp("2017-01-01T00:59:60+01:00") == after)
    #expect(Timestamp("2016-12-31T18:59:60-05:00") == after)
    #expect(Timestamp("2016-12-31T23:59:60.5Z")?.microseconds == after.map { $0.microseconds + 500_000 })
    #expect(Timestamp("2016-12-31T23:58:60Z") == nil)
    #expect(Timestamp("2016-12-31T23:59:60+01:00") == nil)
    #expect(Timestamp("2016-12-31T12:00:60Z") == nil)
  }

  @Test("A moment that four digits of a year cannot write is written as the nearest that they can")
  func outOfRange() {
    #expect(Timestamp("0000-01-01T00:00:00+01:00")?.text == "0000-01-01T00:00:00.000000Z")
    #expect(Timestamp("9999-12-31T23:59:59-01:00")?.text == "9999-12-31T23:59:59.999999Z")
    #expect(Timestamp(microseconds: .min).text == "0000-01-01T00:00:00.000000Z")
    #expect(Timestamp(microseconds: .max).text == "9999-12-31T23:59:59.999999Z")
    #expect(Timestamp("0000-01-01T00:00:00Z")?.text == "0000-01-01T00:00:00.000000Z")
    #expect(Timestamp("9999-12-31T23:59:59.999999Z")?.text == "9999-12-31T23:59:59.999999Z")
  }

  @Test("The order of moments is the order of their texts")
  func order() {
    var generator = SeededGenerator(seed: 4)
    let moments = (0..<500).map { _ in
      Timestamp(microseconds: Int64.random(in: -60_000_000_000_000_000...200_000_000_000_000_000, using: &generator))
    }
    #expect(moments.sorted().map(\.text) == moments.map(\.text).sorted())
  }

  // MARK: Days

  @Test("Days follow one another through two whole cycles of the calendar")
  func consecutiveDays() throws {
    var number = try #require(CivilDate.dayNumber(year: 1599, month: 12, day: 31))
    for year in 1600..<2001 {
      for month in 1...12 {
        var day = 1
        while let next = CivilDate.dayNumber(year: year, month: month, day: day) {
          number += 1
          guard next == number, CivilDate.of(dayNumber: number) == (year, month, day) else {
            Issue.record("\(year)-\(month)-\(day) is \(next), expected \(number)")
            return
          }
          day += 1
        }
        guard (29...32).contains(day) else {
          Issue.record("\(year)-\(month) has \(day - 1) days")
          return
        }
      }
    }
    #expect(CivilDate.dayNumber(year: 1970, month: 1, day: 1) == 0)
    #expect(CivilDate.dayNumber(year: 2000, month: 3, day: 1) == 11_017)
    #expect(CivilDate.dayNumber(year: 0, month: 1, day: 1) == -719_528)
    #expect(CivilDate.dayNumber(year: 9999, month: 12, day: 31) == 2_932_896)
  }

  @Test(
    "A day's text is read and written",
    arguments: ["0000-01-01", "0004-02-29", "1900-02-28", "2024-02-29", "9999-12-31"])
  func dayText(_ text: String) throws {
    #expect(CivilDate.isDate(text))
    let parts = text.split(separator: "-").compactMap { Int($0) }
    let number = try #require(CivilDate.dayNumber(year: parts[0], month: parts[1], day: parts[2]))
    #expect(CivilDate.text(dayNumber: number) == text)
  }

  @Test(
    "What is no day of the calendar",
    arguments: [
      "", "2022-1-1", "2022-02-29", "1900-02-29", "2022-04-31", "2022-00-01", "2022-13-01", "2022-01-00", "2022-01-32",
      "2022/01/01", "2022-01-01 ", "-022-01-01", "2022-01-0١", "+022-01-01", "20220101",
    ])
  func notADay(_ text: String) {
    #expect(!CivilDate.isDate(text))
  }
}
