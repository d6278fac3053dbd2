import Foundation
import Testing

@testable import Xdomea

@Suite struct BewertungsverzeichnisTests {
  static let process = "0b0c1d2e-0000-4000-8000-000000000001"
  static let first = "0b0c1d2e-0000-4000-8000-000000000002"
  static let second = "0B0C1D2E-0000-4000-8000-000000000003"

  /// A message 0502 as an archive would send it.
  static func message(_ version: SchemaVersion, art: String = "A", id: String = first) -> String {
    let code = { (art: String) in
      "<x:Aussonderungsart><x:Aussonderungsart><code>\(art)</code></x:Aussonderungsart></x:Aussonderungsart>"
    }
    switch version {
    case .v3:
      return """
        <?xml version="1.0" encoding="UTF-8"?>
        <x:Aussonderung.Bewertungsverzeichnis.0502 xmlns:x="urn:xoev-de:xdomea:schema:3.1.0">
        <x:Kopf><x:ProzessID>\(process)</x:ProzessID><x:Nachrichtentyp><code>0502</code></x:Nachrichtentyp>
        <x:Erstellungszeitpunkt>2036-02-01T09:00:00Z</x:Erstellungszeitpunkt>
        <x:Absender><x:Institution><x:Name>Archiv</x:Name></x:Institution></x:Absender>
        <x:Empfaenger><x:Institution><x:Name>Amt</x:Name></x:Institution></x:Empfaenger>
        <x:Empfangsbestaetigung>false</x:Empfangsbestaetigung></x:Kopf>
        <x:BewertetesObjekt><x:ID>\(id)</x:ID>\(code(art))</x:BewertetesObjekt>
        <x:BewertetesObjekt><x:ID>\(second)</x:ID>\(code("V"))</x:BewertetesObjekt>
        </x:Aussonderung.Bewertungsverzeichnis.0502>
        """
    case .v4:
      return """
        <?xml version="1.0" encoding="UTF-8"?>
        <x:Aussonderung.Bewertungsverzeichnis.0502 xmlns:x="urn:xoev-de:xdomea:schema:4.0.0"
          produkt="A" produkthersteller="A" standard="xdomea" version="4.0.0">
        <x:nachrichtenkopf><x:identifikation.nachricht><nachrichtenUUID>\(second)</nachrichtenUUID>
        <nachrichtentyp><code>0502</code></nachrichtentyp>
        <erstellungszeitpunkt>2036-02-01T09:00:00Z</erstellungszeitpunkt></x:identifikation.nachricht>
        <x:leser><x:NameInstitution><x:Name>Amt</x:Name></x:NameInstitution></x:leser>
        <x:autor><x:NameInstitution><x:Name>Archiv</x:Name></x:NameInstitution></x:autor>
        <x:ProzessID>\(process)</x:ProzessID></x:nachrichtenkopf>
        <x:Empfangsbestaetigung>false</x:Empfangsbestaetigung>
        <x:UUIDUrsprungsnachricht>\(process)</x:UUIDUrsprungsnachricht>
        <x:LfdNrNachrichtProTyp>1</x:LfdNrNachrichtProTyp>
        <x:GesamtanzahlNachrichtenProTyp>1</x:GesamtanzahlNachrichtenProTyp>
        <x:BewertetesSGO><x:xdomeaUUID>\(id)</x:xdomeaUUID>\(code(art))</x:BewertetesSGO>
        <x:BewertetesSGO><x:xdomeaUUID>\(second)</x:xdomeaUUID>\(code("V"))</x:BewertetesSGO>
        </x:Aussonderung.Bewertungsverzeichnis.0502>
        """
    }
  }

  @Test("A message that the schema allows is read", arguments: SchemaVersion.allCases)
  func read(version: SchemaVersion) throws {
    let text = BewertungsverzeichnisTests.message(version)
    if Schemas.arePresent {
      let objection = try Schemas.objection(to: Data(text.utf8), version)
      #expect(objection == nil, "\(objection ?? "")")
    }
    let message = try Bewertungsverzeichnis(xml: Data(text.utf8))
    #expect(message.prozess == UUID(uuidString: BewertungsverzeichnisTests.process))
    #expect(message.objekte.map(\.art) == [.archivwuerdig, .vernichten])
    #expect(
      message.objekte.map(\.id.uuidString) == [
        BewertungsverzeichnisTests.first.uppercased(), BewertungsverzeichnisTests.second,
      ])
  }

  @Test(
    "What is wrong is said in words",
    arguments: [
      ("<a", "not well-formed XML"), (String(message(.v4).dropLast(60)), "not well-formed XML"), ("<a/>", "found a"),
      (message(.v3).replacing("schema:3.1.0", with: "schema:2.0.0"), "urn:xoev-de:xdomea:schema:2.0.0"),
      (message(.v3, art: "X"), "object 1: expected Aussonderungsart A, B or V, found X"),
      (message(.v4, id: "4711"), "object 1: expected a UUID"),
      (message(.v4).replacing("BewertetesSGO", with: "Anderes"), "it values nothing"),
      (message(.v3).replacing("ProzessID", with: "Prozess"), "ProzessID: expected a UUID"),
      ("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>", "a document type is not allowed"),
    ])
  func refused(text: String, reason: String) {
    #expect {
      try Bewertungsverzeichnis(xml: Data(text.utf8))
    } throws: {
      "\($0)".contains(reason)
    }
  }
}
