import GRDBSQLite
import LogFormat

/// The SQL function `date()` for days written `YYYY-MM-DD` and the modifiers `start of month` and `±N days`, `months` or
/// `years` (SQLite, "Date And Time Functions"): what lists of many dates ask for by the hundred thousand. It gives what
/// SQLite's own gives, without asking it.
enum DayArithmetic {
  /// Sets the result of `context`.
  ///
  /// - Returns: false where the call has another form; then nothing is set.
  static func call(_ context: OpaquePointer, _ arguments: UnsafeBufferPointer<OpaquePointer?>) -> Bool {
    guard let first = text(arguments.first ?? nil), var date = CivilDate.date(first) else { return false }
    for argument in arguments.dropFirst() {
      guard let modifier = text(argument), let changed = modified(date, by: modifier) else { return false }
      date = changed
    }
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 10) { bytes in
      var (year, month, day) = date
      for index in [3, 2, 1, 0] {
        bytes[index] = UInt8(ascii: "0") + UInt8(year % 10)
        year /= 10
      }
      bytes[4] = UInt8(ascii: "-")
      bytes[5] = UInt8(ascii: "0") + UInt8(month / 10)
      bytes[6] = UInt8(ascii: "0") + UInt8(month % 10)
      bytes[7] = UInt8(ascii: "-")
      bytes[8] = UInt8(ascii: "0") + UInt8(day / 10)
      bytes[9] = UInt8(ascii: "0") + UInt8(day % 10)
      bytes.withMemoryRebound(to: CChar.self) {
        sqlite3_result_text(context, $0.baseAddress, 10, SQLite.transient)
      }
    }
    return true
  }

  private static func text(_ value: OpaquePointer?) -> UnsafeRawBufferPointer? {
    guard sqlite3_value_type(value) == SQLITE_TEXT, let start = sqlite3_value_text(value) else { return nil }
    return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_value_bytes(value)))
  }

  private typealias Date = (year: Int, month: Int, day: Int)

  /// Nil for modifiers of other forms, and for days outside the years 1 to 9998.
  private static func modified(_ date: Date, by modifier: UnsafeRawBufferPointer) -> Date? {
    if modifier.elementsEqual("start of month".utf8) { return (date.year, date.month, 1) }
    guard let (count, unit) = count(modifier) else { return nil }
    var date = date
    if unit.elementsEqual("days".utf8) || unit.elementsEqual("day".utf8) {
      date.day += count
    } else if unit.elementsEqual("months".utf8) || unit.elementsEqual("month".utf8) {
      let months = date.year * 12 + date.month - 1 + count
      guard months >= 0 else { return nil }
      (date.year, date.month) = (months / 12, months % 12 + 1)
    } else if unit.elementsEqual("years".utf8) || unit.elementsEqual("year".utf8) {
      date.year += count
    } else {
      return nil
    }
    // The day of the month that does not exist is that many days behind its first.
    guard let first = CivilDate.dayNumber(year: date.year, month: date.month, day: 1) else { return nil }
    let changed = CivilDate.of(dayNumber: first + Int64(date.day - 1))
    return (1...9998).contains(changed.year) && (1...9998).contains(date.year) ? changed : nil
  }

  /// `+12 months`: the number, of six digits at most, and what is behind the space.
  private static func count(_ modifier: UnsafeRawBufferPointer) -> (Int, UnsafeRawBufferPointer)? {
    guard let sign = modifier.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
    var count = 0
    var place = 1
    while place < modifier.count, modifier[place] &- UInt8(ascii: "0") < 10 {
      count = count * 10 + Int(modifier[place] - UInt8(ascii: "0"))
      place += 1
      guard place <= 7 else { return nil }
    }
    guard place > 1, place < modifier.count, modifier[place] == UInt8(ascii: " ") else { return nil }
    return (sign == UInt8(ascii: "-") ? -count : count, UnsafeRawBufferPointer(rebasing: modifier[(place + 1)...]))
  }
}
