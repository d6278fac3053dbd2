import Foundation

/// The events that are sent: each follows from its stream and its number in it, so that the check at the end can make
/// them again.
///
/// Ten successive numbers are about one subject: three times of four a project and its statuses, once a request that is
/// put back and taken up again. One event in 500 is a contract, whose tax check costs a projection as much as some
/// twenty of the others. Each has 400 bytes of data and is valid for the packs.
enum EventText {
  static let source: StaticString = "urn:nwm:bench"
  /// Bytes of each event's `data`.
  static let dataBytes = 400
  /// The type whose records are counted for answers about a past state, and the table that has a row for each of them.
  static let countedType: StaticString = "de.aktenspur.projekt.status-geaendert"
  static let countingQuery = "SELECT count(*) AS anzahl FROM projekt_status"

  private static let note = "Vermerk zur Nachnutzung eines Onlinedienstes nach dem Prinzip Einer fuer Alle; "
  /// Long enough to be read from any place within its first period.
  private static let notes = Array(String(repeating: note, count: 2 + dataBytes / note.utf8.count).utf8)
  private static let statuses: [StaticString] = ["initialisierung", "bearbeitung", "zurueckgestellt", "abgeschlossen"]

  private static func isContract(_ number: Int) -> Bool { number % 500 == 499 }
  private static func isRequest(_ number: Int) -> Bool { number / 10 % 4 == 3 }

  static func type(_ number: Int) -> StaticString {
    if isContract(number) { return "de.aktenspur.vertrag.erfasst" }
    if isRequest(number) {
      if number % 10 == 0 { return "de.aktenspur.anfrage.eingegangen" }
      return number % 2 == 1 ? "de.aktenspur.anfrage.zurueckgestellt" : "de.aktenspur.anfrage.wiederaufgenommen"
    }
    return number % 10 == 0 ? "de.aktenspur.projekt.angelegt" : countedType
  }

  /// Everything before `data`: `{"specversion":…,"time":"…"`.
  static func writeAttributes(_ stream: Int, _ number: Int, to bytes: Bytes) {
    bytes.append(#"{"specversion":"1.0","id":""#)
    writeName(stream, number, to: bytes)
    bytes.append(#"","source":""#)
    bytes.append(source)
    bytes.append(#"","type":""#)
    bytes.append(type(number))
    bytes.append(#"","subject":""#)
    writeSubject(stream, number, to: bytes)
    bytes.append(#"","time":"2022-"#)
    // Ten in the morning at +01:00 is the same day in the ledger's time zone, summer and winter.
    let day = number / 10
    bytes.append(1 + day / 28 % 12, width: 2)
    bytes.append("-")
    bytes.append(1 + day % 28, width: 2)
    bytes.append(#"T10:00:00+01:00""#)
  }

  /// `,"data":{…}}`, the end of the event.
  static func writeData(_ stream: Int, _ number: Int, to bytes: Bytes) {
    bytes.append(#","data":"#)
    let start = bytes.count
    if isContract(number) {
      bytes.append(#"{"titel":"Wartung "#)
      writeName(stream, number, to: bytes)
      bytes.append(#"","partner":"Anbieter "#)
      bytes.append(number / 500 % 100)
      bytes.append(#"","beginn":"2022-01-01","entgelt_jahr_cent":"#)
      bytes.append(100_000 + number % 977)
    } else if isRequest(number) {
      if number % 10 == 0 {
        bytes.append(#"{"titel":"Nachnutzung "#)
        writeName(stream, number / 10, to: bytes)
        bytes.append(#"","herkunft":"Ministerium","ozg":true"#)
      } else {
        bytes.append(#"{"grund":"Schritt "#)
        bytes.append(number % 10)
        bytes.append(#"""#)
      }
    } else if number % 10 == 0 {
      bytes.append(#"{"titel":"Projekt "#)
      writeName(stream, number / 10, to: bytes)
      bytes.append(#"","kategorie":"B","fachdienst":"FD "#)
      bytes.append(number / 10 % 40)
      bytes.append(#"""#)
    } else {
      bytes.append(#"{"status":""#)
      bytes.append(statuses[number % 4])
      bytes.append(#"","wortlaut":"Stand "#)
      bytes.append(number % 10)
      bytes.append(#"""#)
    }
    bytes.append(#","vermerk":""#)
    let length = dataBytes - 2 - (bytes.count - start)
    let place = (stream * 31 + number * 7) % note.utf8.count
    notes.withUnsafeBytes { bytes.append(UnsafeRawBufferPointer(rebasing: $0[place..<place + length])) }
    bytes.append(#""}}"#)
  }

  /// The whole event, as structured JSON.
  static func write(_ stream: Int, _ number: Int, to bytes: Bytes) {
    writeAttributes(stream, number, to: bytes)
    writeData(stream, number, to: bytes)
  }

  private static func writeSubject(_ stream: Int, _ number: Int, to bytes: Bytes) {
    if isContract(number) {
      bytes.append("vertrag/")
      writeName(stream, number, to: bytes)
    } else {
      bytes.append(isRequest(number) ? "anfrage/" : "projekt/B")
      writeName(stream, number / 10, to: bytes)
    }
  }

  static func subject(_ stream: Int, _ number: Int) -> String {
    let bytes = Bytes()
    writeSubject(stream, number, to: bytes)
    return bytes.text
  }

  private static func writeName(_ stream: Int, _ number: Int, to bytes: Bytes) {
    bytes.append(stream)
    bytes.append("-")
    bytes.append(number)
  }
}

extension EventText {
  /// How many events of a stream are about the same subject as one of them, when so many were answered.
  static func countOfSubject(_ number: Int, answered: Int) -> Int {
    if isContract(number) { return 1 }
    let first = number / 10 * 10
    return (first..<min(first + 10, answered)).filter { !isContract($0) }.count
  }
}
