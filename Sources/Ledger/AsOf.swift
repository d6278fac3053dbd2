import Foundation
public import LogFormat

/// What was known when: a place in the log.
public enum AsOf: Sendable, Hashable {
  /// The first N records.
  case size(UInt64)
  /// All records with `recordedtime` up to this.
  case time(Timestamp)
  /// All records of that calendar day and before, in the ledger's time zone.
  case day(String)

  /// Reads a number of records (`4711`), a moment (RFC 3339) or a day (`2022-12-31`).
  public init?(_ text: String) {
    if let size = UInt64(text), text.first != "+" {
      self = .size(size)
    } else if CivilDate.isDate(text) {
      self = .day(text)
    } else if let time = Timestamp(text) {
      self = .time(time)
    } else {
      return nil
    }
  }

  /// The last moment of a day in a time zone.
  static func end(of day: String, timeZone: String) -> Timestamp? {
    let parts = day.split(separator: "-").compactMap { Int($0) }
    guard parts.count == 3, let zone = TimeZone(identifier: timeZone) else { return nil }
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = zone
    let components = DateComponents(year: parts[0], month: parts[1], day: parts[2] + 1)
    guard let next = calendar.date(from: components) else { return nil }
    return Timestamp(microseconds: Int64(next.timeIntervalSince1970) * 1_000_000 - 1)
  }
}
