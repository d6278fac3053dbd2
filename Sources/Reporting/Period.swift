import LogFormat

/// The days a report speaks about, both ends included.
///
/// ```
/// 2022      2022-01-01 … 2022-12-31
/// 2022-H2   2022-07-01 … 2022-12-31
/// 2022-Q4   2022-10-01 … 2022-12-31
/// 2022-12   2022-12-01 … 2022-12-31
/// ```
public struct Period: Sendable, Hashable {
  private enum Length: Sendable, Hashable {
    case year
    case halfYear(Int)
    case quarter(Int)
    case month(Int)
  }

  /// As it is written on the command line.
  public let name: String
  /// The first day, `YYYY-MM-DD`.
  public let from: String
  /// The last day, `YYYY-MM-DD`.
  public let to: String
  private let year: Int
  private let length: Length

  /// - Throws: ``PeriodError`` for anything but the four forms above.
  public init(_ name: String) throws(PeriodError) {
    let parts = name.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count <= 2, let year = Period.number(parts[0], digits: 4), year > 0 else { throw PeriodError(name) }
    guard parts.count == 2 else {
      self.init(year, .year)
      return
    }
    let part = parts[1]
    if part.first == "H", let half = Period.number(part.dropFirst(), digits: 1), (1...2).contains(half) {
      self.init(year, .halfYear(half))
    } else if part.first == "Q", let quarter = Period.number(part.dropFirst(), digits: 1), (1...4).contains(quarter) {
      self.init(year, .quarter(quarter))
    } else if let month = Period.number(part, digits: 2), (1...12).contains(month) {
      self.init(year, .month(month))
    } else {
      throw PeriodError(name)
    }
  }

  /// The half-year in which a day lies; nil unless `day` is a day of the calendar, `YYYY-MM-DD`.
  public static func halfYear(of day: String) -> Period? {
    guard CivilDate.isDate(day), let year = number(day.prefix(4), digits: 4),
      let month = number(day.dropFirst(5).prefix(2), digits: 2)
    else { return nil }
    return Period(year, .halfYear(month <= 6 ? 1 : 2))
  }

  private init(_ year: Int, _ length: Length) {
    self.year = year
    self.length = length
    let months: ClosedRange<Int>
    let suffix: String
    switch length {
    case .year: (months, suffix) = (1...12, "")
    case .halfYear(let half): (months, suffix) = (6 * half - 5...6 * half, "-H\(half)")
    case .quarter(let quarter): (months, suffix) = (3 * quarter - 2...3 * quarter, "-Q\(quarter)")
    case .month(let month): (months, suffix) = (month...month, "-" + Period.padded(month, to: 2))
    }
    let lastDay = stride(from: 31, to: 28, by: -1).first {
      CivilDate.dayNumber(year: year, month: months.upperBound, day: $0) != nil
    }
    name = Period.padded(year, to: 4) + suffix
    from = Period.day(year, months.lowerBound, 1)
    to = Period.day(year, months.upperBound, lastDay ?? 28)
  }

  /// In German words, as a title page has it: `2. Halbjahr 2022`.
  var germanTitle: String {
    switch length {
    case .year: "Jahr \(year)"
    case .halfYear(let half): "\(half). Halbjahr \(year)"
    case .quarter(let quarter): "\(quarter). Quartal \(year)"
    case .month(let month): "\(Period.germanMonths[month - 1]) \(year)"
    }
  }

  private static let germanMonths = [
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
    "Dezember",
  ]

  private static func number(_ text: Substring, digits: Int) -> Int? {
    guard text.utf8.count == digits, text.utf8.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }) else { return nil }
    return Int(text)
  }

  private static func day(_ year: Int, _ month: Int, _ day: Int) -> String {
    "\(padded(year, to: 4))-\(padded(month, to: 2))-\(padded(day, to: 2))"
  }

  private static func padded(_ number: Int, to digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }
}

/// A text that names no period.
public struct PeriodError: Error, Sendable, Hashable, CustomStringConvertible {
  public let text: String

  init(_ text: String) {
    self.text = text
  }

  public var description: String {
    "\"\(text)\" is no period: expected a year (2022), half-year (2022-H2), quarter (2022-Q4) or month (2022-12)"
  }
}
