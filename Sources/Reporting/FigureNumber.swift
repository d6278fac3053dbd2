/// The value of a figure: a whole number, or a decimal one where a pack sums reals.
///
/// Reals are summed exactly to a millionth, so that the sum does not depend on the order of the rows and prints
/// without binary remainders (0.1 + 0.2 is 0.3).
public enum FigureNumber: Sendable, Hashable {
  case integer(Int64)
  /// In millionths; never a multiple of a million, which is an ``integer(_:)``.
  case decimal(millionths: Int64)

  static let millionthsPerUnit: Int64 = 1_000_000

  init(millionths: Int64) {
    let (whole, rest) = millionths.quotientAndRemainder(dividingBy: FigureNumber.millionthsPerUnit)
    self = rest == 0 ? .integer(whole) : .decimal(millionths: millionths)
  }

  /// As JSON and CSV write it: digits, `.` before the fraction, no trailing zeros.
  public var text: String {
    switch self {
    case .integer(let number): return String(number)
    case .decimal(let millionths):
      let (whole, rest) = millionths.magnitude.quotientAndRemainder(
        dividingBy: FigureNumber.millionthsPerUnit.magnitude)
      let digits = String(rest)
      var fraction = String(repeating: "0", count: 6 - digits.utf8.count) + digits
      while fraction.last == "0" { fraction.removeLast() }
      return (millionths < 0 ? "-" : "") + "\(whole).\(fraction)"
    }
  }
}

/// Adds up the `value` column of a figure.
struct FigureSum {
  private var whole: Int64 = 0
  private var millionths: Int64 = 0

  /// - Returns: whether the sum can still be told; a sum beyond 64 bits cannot.
  mutating func add(_ value: Int64) -> Bool {
    let (sum, overflow) = whole.addingReportingOverflow(value)
    whole = sum
    return !overflow
  }

  mutating func add(_ value: Double) -> Bool {
    guard let scaled = Int64(exactly: (value * Double(FigureNumber.millionthsPerUnit)).rounded()) else { return false }
    let (sum, overflow) = millionths.addingReportingOverflow(scaled)
    millionths = sum
    return !overflow
  }

  var total: FigureNumber? {
    let (carried, rest) = millionths.quotientAndRemainder(dividingBy: FigureNumber.millionthsPerUnit)
    let (units, overflow) = whole.addingReportingOverflow(carried)
    guard !overflow else { return nil }
    guard rest != 0 else { return .integer(units) }
    let (scaled, tooLarge) = units.multipliedReportingOverflow(by: FigureNumber.millionthsPerUnit)
    let (sum, tooLargeSum) = scaled.addingReportingOverflow(rest)
    return tooLarge || tooLargeSum ? nil : FigureNumber(millionths: sum)
  }
}
