import LogFormat

extension FieldMarks {
  /// The first thing in which fields of one event contradict each other.
  func contradiction(in data: JSONValue) -> EventRefusal? {
    dateTooEarly(in: data) ?? badPersonReference(in: data)
  }

  /// The first date that precedes the one it must not precede. Where one of the two is absent or no date there is
  /// nothing to compare; that they are dates, the schema says.
  private func dateTooEarly(in data: JSONValue) -> EventRefusal? {
    guard hasOrder else { return nil }
    var refusal: EventRefusal?
    walk(data, for: .order) { marks, place in
      guard refusal == nil, let reference = marks.content.notBefore, let earlier = place.value(of: reference),
        let date = place.value.string.flatMap(EventDate.init), let limit = earlier.value.string.flatMap(EventDate.init),
        date.precedes(limit)
      else { return }
      // Dates can be personal (of birth, of death): they are repeated only for types that hold nothing personal.
      let text =
        hasPersonal
        ? BilingualText(
          en: "expected a date not before that at /data\(earlier.pointer)",
          de: "erwartet ein Datum nicht vor dem in /data\(earlier.pointer)")
        : BilingualText(
          en: "expected a date not before \(limit.text) (/data\(earlier.pointer)), found \(date.text)",
          de: "erwartet ein Datum nicht vor \(limit.text) (/data\(earlier.pointer)), gefunden \(date.text)")
      refusal = EventRefusal(pointer: place.pointer, text)
    }
    return refusal
  }
}

/// A date of an event, with or without a time of day.
private struct EventDate {
  let text: String
  private let moment: Timestamp?

  init?(_ text: String) {
    moment = Timestamp(text)
    guard moment != nil || CivilDate.isDate(text) else { return nil }
    self.text = text
  }

  /// Two moments compare as such; where one side is a day only, the days do.
  func precedes(_ other: EventDate) -> Bool {
    if let moment, let otherMoment = other.moment { return moment < otherMoment }
    return day < other.day
  }

  /// `YYYY-MM-DD` as written: of a time the calendar day at its own offset.
  private var day: Substring { text.prefix(10) }
}
