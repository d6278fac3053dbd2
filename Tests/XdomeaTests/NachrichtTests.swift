import Foundation
import FoundationXML
import Testing

@testable import Xdomea

@Suite struct NachrichtTests {
  static let origin = "ledger.example/akten"
  static let digest = String(repeating: "ab", count: 32)
  static let signature = String(repeating: "cd", count: 32)

  static func nachricht(_ art: Nachricht.Art, _ version: SchemaVersion, akten: [Akte]? = nil) -> Nachricht {
    Nachricht(
      art, version: version, id: UUID(of: "nachricht", in: origin), prozess: UUID(of: "prozess", in: origin),
      zeit: "2036-01-02T09:00:00+01:00", behoerde: "Landkreis Beispiel", archiv: "Kreisarchiv Beispiel & Söhne",
      produkt: ("Aktenspur", "0.1.0"), akten: akten ?? [whole, bare])
  }

  /// An Akte with everything that can be told of it.
  static var whole: Akte {
    var akte = Akte(id: UUID(of: "akte/10.03/2012/1", in: origin), kennzeichen: "10.03/2012/1")
    akte.betreff = "Haushalt <2013> & \"Nachtrag\"\u{1}"
    akte.federfuehrung = "einheit/10"
    akte.aktenplan = ("10.03", "Haushalt der Verwaltung")
    akte.aussonderung.jahre = 10
    akte.aussonderung.ende = "2023-12-31"
    akte.aussonderung.transferende = "2015-12-31"
    akte.aussonderung.vorschlag = .archivwuerdig
    akte.beginn = "2012-03-01"
    akte.zda = "2013-05-01"
    akte.verlauf = [
      Verlaufseintrag(
        akteur: "sachbearbeitung-1", zeit: "2012-03-01T09:00:00+01:00", aktion: "Akte geändert", feld: "titel",
        alt: "Haushalt", neu: "Haushalt 2013", bemerkung: "Tippfehler"),
      Verlaufseintrag(akteur: "pruefung-1", zeit: "2013-03-01T09:00:00.000001Z", aktion: "Inhalt gelesen"),
    ]
    var dokument = Dokument(id: UUID(of: "dokument/4711", in: origin), kennzeichen: "4711")
    dokument.betreff = "Vermerk"
    dokument.typ = "Vermerk"
    dokument.verlauf = akte.verlauf
    dokument.versionen = [
      .init(nummer: "1", sha256: digest, medientyp: "application/pdf", dateiname: "Vermerk/1.pdf"),
      .init(nummer: "2", sha256: digest, medientyp: "model/step"), .init(nummer: "3", sha256: digest),
    ]
    dokument.versionen[0].signatur = .dateien([signature, String(signature.reversed())])
    dokument.versionen[1].signatur = .eingebettet
    akte.dokumente = [dokument]
    var vorgang = Vorgang(id: UUID(of: "vorgang/1", in: origin), kennzeichen: "1")
    vorgang.betreff = "Anmeldung"
    vorgang.beginn = "2012-03-02"
    vorgang.zda = "2013-04-01"
    vorgang.verlauf = akte.verlauf
    vorgang.dokumente = [dokument]
    akte.vorgaenge = [vorgang]
    return akte
  }

  /// An Akte of which nothing is known.
  static var bare: Akte {
    var akte = Akte(id: UUID(of: "akte/1", in: origin), kennzeichen: "1")
    akte.aussonderung.unbefristet = true
    akte.istKontext = true
    akte.vorgaenge = [Vorgang(id: UUID(of: "vorgang/2", in: origin), kennzeichen: "2")]
    akte.dokumente = [Dokument(id: UUID(of: "dokument/2", in: origin), kennzeichen: "2")]
    return akte
  }

  @Test(
    "Every message is valid by the official schema",
    .enabled(if: Schemas.arePresent, "\(Schemas.absence)"),
    arguments: Nachricht.Art.allCases, SchemaVersion.allCases)
  func valid(art: Nachricht.Art, version: SchemaVersion) throws {
    let objection = try Schemas.objection(to: NachrichtTests.nachricht(art, version).xml, version)
    #expect(objection == nil, "\(objection ?? "")")
  }

  @Test(
    "The check finds what is not valid", .enabled(if: Schemas.arePresent, "\(Schemas.absence)"),
    arguments: SchemaVersion.allCases)
  func invalid(version: SchemaVersion) throws {
    let xml = String(decoding: NachrichtTests.nachricht(.aussonderung, version).xml, as: UTF8.self)
    let broken = xml.replacing("Importbestaetigung>", with: "Importbestätigung>")
    #expect(try Schemas.objection(to: Data(broken.utf8), version)?.contains("fails to validate") == true)
  }

  @Test("Texts come out as they went in, and digests in full", arguments: SchemaVersion.allCases)
  func texts(version: SchemaVersion) throws {
    let document = try XMLDocument(data: NachrichtTests.nachricht(.aussonderung, version).xml)
    let text = document.rootElement()?.stringValue ?? ""
    #expect(text.contains("Haushalt <2013> & \"Nachtrag\"\u{FFFD}"))
    #expect(text.contains("Kreisarchiv Beispiel & Söhne"))
    #expect(text.contains(NachrichtTests.digest))
    #expect(text.contains(NachrichtTests.signature))
  }

  @Test("A detached signature is a file of its own, named with what it signs", arguments: SchemaVersion.allCases)
  func signatures(version: SchemaVersion) throws {
    let dokument = NachrichtTests.whole.dokumente[0]
    let names = dokument.versionen[0].signaturdateien(in: dokument).map(\.name)
    #expect(Set(names).count == 2)
    let document = try XMLDocument(data: NachrichtTests.nachricht(.aussonderung, version).xml)
    func texts(_ name: String) throws -> [String] {
      try document.nodes(forXPath: "//*[local-name()='\(name)']").compactMap(\.stringValue)
    }
    #expect(try Set(texts("SignaturSiegelDatei")) == Set(names))
    #expect(try Set(texts("SignaturSiegelEingebettet")) == ["1"])
  }

  @Test("What is only told for what lies in it is marked so where the schema can")
  func contexts() throws {
    let xml = NachrichtTests.nachricht(.aussonderung, .v4).xml
    let marks = try XMLDocument(data: xml).nodes(
      forXPath: "//*[local-name()='Akte']/*[local-name()='Kontextobjekt']")
    #expect(marks.map(\.stringValue) == ["false", "true"])
  }

  @Test("A subject has one UUID in a ledger, of version 8, and another in another")
  func identifiers() {
    let id = UUID(of: "akte/1", in: NachrichtTests.origin)
    #expect(id == UUID(of: "akte/1", in: NachrichtTests.origin))
    #expect(id != UUID(of: "akte/1", in: "other.example"))
    #expect(id.uuidString.dropFirst(14).first == "8")
    #expect("89AB".contains(id.uuidString.dropFirst(19).prefix(1)))
  }

  @Test("A content's file is named by a UUID, and by nothing that leads out of the folder")
  func fileNames() throws {
    let dokument = NachrichtTests.whole.dokumente[0]
    let name = dokument.versionen[0].dateiname(in: dokument)
    #expect(name.hasSuffix("_Vermerk_1.pdf"))
    #expect(UUID(uuidString: String(name.prefix(36))) != nil)
    #expect(Set(dokument.versionen.map { $0.dateiname(in: dokument) }).count == 3)
    let long = Dokument.Version(
      nummer: "1", sha256: NachrichtTests.digest, dateiname: String(repeating: "ü", count: 125) + ".pdf")
    #expect(long.dateiname(in: dokument).utf8.count <= 255 && long.dateiname(in: dokument).hasSuffix("ü.pdf"))
  }
}
