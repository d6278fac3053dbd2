import Foundation
import LogFormat

/// The calendar day a moment falls on in the ledger's time zone.
///
/// What the time zone says is asked once for each day (UTC) and kept; a record then costs a look-up.
struct LocalDays {
  private let zone: TimeZone
  private var known: [Int64: Offsets] = [:]
  private var last: (day: Int64, offsets: Offsets)?

  /// Seconds east of UTC during one UTC day. No time zone has changed its offset twice within a day.
  private struct Offsets {
    var before: Int64
    /// The first second (since 1970) of the new offset; `Int64.max` on the days without a change.
    var change: Int64
    var after: Int64
  }

  init(timeZone name: String) throws(ReadModelError) {
    guard let zone = TimeZone(identifier: name) else { throw .unknownTimeZone(name) }
    self.zone = zone
  }

  /// The days that a date of four digits can name, 0000-01-01 and 9999-12-31; east of Greenwich a moment can lie beyond.
  private static let nameable: ClosedRange<Int64> = -719_528...2_932_896

  /// The day's number, counted from 1970-01-01.
  mutating func dayNumber(of moment: Timestamp) -> Int64 {
    let seconds = floorDivide(moment.microseconds, 1_000_000)
    let day = floorDivide(seconds, 86_400)
    let offsets: Offsets
    if let last, last.day == day {
      offsets = last.offsets
    } else {
      offsets = known[day] ?? ask(day)
      known[day] = offsets
      last = (day, offsets)
    }
    let number = floorDivide(seconds + (seconds < offsets.change ? offsets.before : offsets.after), 86_400)
    return min(max(number, LocalDays.nameable.lowerBound), LocalDays.nameable.upperBound)
  }

  private func ask(_ day: Int64) -> Offsets {
    var low = day * 86_400
    var high = low + 86_400
    let before = offset(at: low)
    let after = offset(at: high)
    guard before != after else { return Offsets(before: before, change: .max, after: before) }
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if offset(at: middle) == before { low = middle } else { high = middle }
    }
    return Offsets(before: before, change: high, after: after)
  }

  private func offset(at seconds: Int64) -> Int64 {
    Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
  }

  private func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
