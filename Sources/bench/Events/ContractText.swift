import Foundation

/// A register of contracts with ten events each: registered, answered in four parts, forecast, changed, decided, released
/// and renewed. One contract of five is bought; three of four sold ones are in one of 3,000 groups of like activities.
enum ContractText {
  static let eventsOfEach = 10

  private static let types = [
    "vertrag.erfasst", "vertrag.2b-angaben-erfasst", "vertrag.2b-angaben-erfasst", "vertrag.2b-angaben-erfasst",
    "vertrag.2b-angaben-erfasst", "vertrag.jahresprognose-gesetzt", "vertrag.geaendert", "vertrag.2b-entschieden",
    "vertrag.freigegeben", "vertrag.verlaengert",
  ]
  private static let persons = ["fachdienst", "steuerabteilung", "leitung"]

  /// One event a line.
  static func write(_ contracts: Int, to path: String) throws {
    guard FileManager.default.createFile(atPath: path, contents: nil) else {
      throw BenchError("\(path) cannot be made")
    }
    guard let file = FileHandle(forWritingAtPath: path) else { throw BenchError("\(path) cannot be written") }
    defer { try? file.close() }
    var text = ""
    for contract in 0..<contracts {
      for number in 0..<eventsOfEach { text += event(contract, number) + "\n" }
      if text.utf8.count > 1 << 20 || contract == contracts - 1 {
        try file.write(contentsOf: Data(text.utf8))
        text = ""
      }
    }
  }

  private static func event(_ contract: Int, _ number: Int) -> String {
    let person = number == 7 ? persons[1] : number == 8 ? persons[2] : persons[0]
    let day = "2026-0\(1 + contract % 9)-\(10 + contract % 19)T10:00:00+02:00"
    return #"{"specversion":"1.0","id":"v\#(contract)-\#(number)","source":"urn:nwm:bench","#
      + #""type":"de.aktenspur.\#(types[number])","subject":"vertrag/\#(contract)","time":"\#(day)","#
      + #""authid":"\#(person)","data":\#(data(contract, number))}"#
  }

  private static func data(_ contract: Int, _ number: Int) -> String {
    let isSold = contract % 5 != 0
    switch number {
    case 0:
      return
        #"{"titel":"Vertrag \#(contract)","fachdienst":"FD \#(contract % 40)","partner":"Partner \#(contract % 5000)","#
        + #""beginn":"2024-01-01","ende":"\#(2026 + contract % 4)-\#(10 + contract % 3)-28","kuendigungsfrist":"P3M","#
        + #""verlaengerung":\#(contract % 2 == 0 ? "null" : "\"P1Y\""),"entgelt_jahr_cent":\#(100_000 + contract)}"#
    case 1:
      return
        #"{"richtung":"\#(isSold ? "ausgang" : "eingang")","empfaenger":"\#(contract % 2 == 0 ? "privat" : "jpoer")","#
        + #""gegenleistung":"entgelt","leistender":"jpoer","nachhaltig":true,"hilfsgeschaeft":false}"#
    case 2:
      let group = isSold && contract % 4 != 0 ? #","taetigkeitsgruppe":"Gruppe \#(contract % 3000)""# : ""
      let form = contract % 3 == 0 ? "privatrechtlich" : "oeffentlich_rechtlich"
      return #"{"handlungsform":"\#(form)","katalog_abs4":"keine","betrag_cent":\#(1000 + contract)\#(group)}"#
    case 3:
      return #"{"vergleichbar_steuerfrei_ohne_option":false,"abs3_nr1_vorbehalten":false,"#
        + #""abs3_nr2":{"a":true,"b":true,"c":true,"d":true},"wettbewerb":"\#(["ja", "nein", "unklar"][contract % 3])"}"#
    case 4:
      return #"{"befreiung":"keine","satz_klasse":"regel","kleinunternehmer":false,"bga_altrecht":false,"#
        + #""optionserklaerung":true,"leistung_von":"2026-01-01","leistung_bis":"2027-12-31","teilleistungen":true}"#
    case 5: return #"{"jahr":2027,"betrag_cent":\#(2000 + contract % 500)}"#
    case 6: return #"{"fachdienst":"FD \#(contract % 40)"}"#
    case 7:
      return #"{"steuerbar":"ja","steuerstatus":"steuerpflichtig","satz_prozent":19,"regelversion":"2b-2026.1","#
        + #""begruendung":"geprüft","gilt_von":"2027-01-01"}"#
    case 8: return "{}"
    default: return #"{"neues_ende":"\#(2027 + contract % 3)-12-31"}"#
    }
  }
}
