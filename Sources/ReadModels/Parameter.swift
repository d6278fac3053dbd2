/// What a handler's SQL may ask of the record, by name: `:subject`, `:day`, …
enum Parameter: String, CaseIterable, Sendable {
  /// The record's place in the log, an integer.
  case sequence
  case id
  case source
  case type
  case subject
  /// An integer, from 1.
  case subjectversion
  /// Business time as sent, else ``recordedtime``.
  case time
  /// The calendar day of ``time`` in the ledger's time zone, `YYYY-MM-DD`.
  case day
  case recordedtime
  case recordedby
  /// NULL where absent.
  case authid
  /// The JSON text of `data`; NULL where absent.
  case data

  /// All of them as they are written, for messages.
  static let list = allCases.map { ":" + $0.rawValue }.joined(separator: " ")
}
