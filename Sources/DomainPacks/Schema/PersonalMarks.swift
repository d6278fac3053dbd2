import LogFormat

extension FieldMarks {
  /// The personal fields of the data in document order, the outermost where one lies in another.
  func personalFields(of data: JSONValue, subject: String) -> [PersonalField] {
    var fields: [PersonalField] = []
    walk(data, for: .sealing) { marks, place in
      guard let person = marks.content.personal else { return }
      let reference: String? =
        switch person {
        case .subject: nil
        case .reference(let reference): place.value(of: reference).flatMap { $0.value.personReference }
        }
      fields.append(PersonalField(pointer: place.pointer, value: place.value, person: reference ?? subject))
    }
    fields.sort { left, right in
      let (a, b) = (left.value.range, right.value.range)
      return a.lowerBound != b.lowerBound ? a.lowerBound < b.lowerBound : a.upperBound > b.upperBound
    }
    var end = 0
    return fields.filter { field in
      guard field.value.range.lowerBound >= end else { return false }
      end = field.value.range.upperBound
      return true
    }
  }

  /// The first person reference that is there and is none. Sealing under another key than the pack means would leave
  /// the field readable when that person is erased.
  func badPersonReference(in data: JSONValue) -> EventRefusal? {
    guard hasPersonal else { return nil }
    var refusal: EventRefusal?
    walk(data, for: .sealing) { marks, place in
      guard refusal == nil, case .reference(let reference) = marks.content.personal,
        let person = place.value(of: reference), person.value.kind != .null, person.value.personReference == nil
      else { return }
      refusal = EventRefusal(
        pointer: person.pointer,
        BilingualText(
          en: "expected the reference of the person whom \(place.pointer) is about, a string that is not empty",
          de: "erwartet das Kennzeichen der Person, um die es in \(place.pointer) geht, ein Text, der nicht leer ist"))
    }
    return refusal
  }
}

extension JSONValue {
  /// The person reference that a string, or a number written without fraction, is.
  fileprivate var personReference: String? {
    if let string { return string.isEmpty ? nil : string }
    return integer.map { String($0) }
  }
}
