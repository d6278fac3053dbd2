import LogFormat

/// The formats of JSON Schema that packs may use; all of them are asserted.
enum StringFormat: String, Sendable, CaseIterable {
  /// RFC 3339 `full-date`.
  case date
  /// RFC 3339 `date-time`, a leap second included where UTC can have one.
  case dateTime = "date-time"
  /// RFC 3986 §3 `URI`: with a scheme, ASCII only.
  case uri

  func accepts(_ text: String) -> Bool {
    switch self {
    case .date: CivilDate.isDate(text)
    case .dateTime: Timestamp(text) != nil
    case .uri: URISyntax.isURI(text)
    }
  }

  /// What a reader is told was expected.
  var expectation: BilingualText {
    switch self {
    case .date: BilingualText(en: "a date YYYY-MM-DD", de: "ein Datum JJJJ-MM-TT")
    case .dateTime:
      BilingualText(
        en: "a date and time with offset (RFC 3339)", de: "ein Zeitpunkt mit Abstand zu UTC (RFC 3339)")
    case .uri: BilingualText(en: "a URI with a scheme (RFC 3986)", de: "ein URI mit Schema (RFC 3986)")
    }
  }
}
