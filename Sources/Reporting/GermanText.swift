import LogFormat
import ReadModels

/// Numbers and days as German readers write them, without a locale: the same on every machine.
enum GermanText {
  /// `1234567` as `1.234.567`.
  static func integer(_ number: Int64) -> String {
    (number < 0 ? "−" : "") + grouped(String(number.magnitude))
  }

  /// An amount in cents: `21500000` as `215.000,00 €`.
  static func euros(cents: Int64) -> String {
    let (euros, rest) = cents.magnitude.quotientAndRemainder(dividingBy: 100)
    return (cents < 0 ? "−" : "") + grouped(String(euros)) + (rest < 10 ? ",0" : ",") + "\(rest) €"
  }

  /// A decimal number written with a point: `-1234.5` as `−1.234,5`. Text with an exponent stays as it is.
  static func decimal(_ text: String) -> String {
    let negative = text.first == "-"
    let parts = text.dropFirst(negative ? 1 : 0).split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { $0 &- UInt8(ascii: "0") < 10 } })
    else { return text }
    return (negative ? "−" : "") + grouped(String(parts[0])) + (parts.count == 2 ? "," + parts[1] : "")
  }

  /// A day `YYYY-MM-DD` as `TT.MM.JJJJ`; nil for anything else.
  static func day(_ text: String) -> String? {
    guard CivilDate.isDate(text) else { return nil }
    return "\(text.dropFirst(8)).\(text.dropFirst(5).prefix(2)).\(text.prefix(4))"
  }

  /// A moment (RFC 3339) as `TT.MM.JJJJ hh:mm` and its offset, `UTC` for none: `01.05.2025 10:00 +02:00`. Seconds are
  /// left out; text of another form stays as it is.
  static func moment(_ text: String) -> String {
    guard let day = day(String(text.prefix(10))), text.utf8.count >= 17, text.dropFirst(10).first?.uppercased() == "T"
    else { return text }
    let clock = text.dropFirst(11).prefix(5)
    let offset = text.dropFirst(16).drop { !["Z", "z", "+", "-"].contains($0) }
    return "\(day) \(clock) \(["Z", "z"].contains(offset) ? "UTC" : String(offset))"
  }

  /// Running text with every day that stands as a word of its own written `TT.MM.JJJJ`.
  static func prose(_ text: String) -> String {
    let opening: Set<Character> = ["(", "„", "[", "\n"]
    let closing: Set<Character> = [".", ",", ";", ":", ")", "“", "]", "\n"]
    return text.split(separator: " ", omittingEmptySubsequences: false).map { word in
      let head = word.prefix { opening.contains($0) }
      let rest = word.dropFirst(head.count)
      let tail = rest.reversed().prefix { closing.contains($0) }.count
      guard let day = day(String(rest.dropLast(tail))) else { return String(word) }
      return head + day + rest.suffix(tail)
    }.joined(separator: " ")
  }

  /// The value of a figure; the unit `Cent` is printed as an amount in euros.
  static func figure(_ value: FigureNumber, unit: String) -> (value: String, unit: String) {
    switch value {
    case .integer(let cents) where unit == "Cent": (euros(cents: cents), "")
    case .integer(let number): (integer(number), unit)
    case .decimal: (decimal(value.text), unit)
    }
  }

  private static func grouped(_ digits: String) -> String {
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.utf8.count - index) % 3 == 0 { result.append(".") }
      result.append(digit)
    }
    return result
  }
}
