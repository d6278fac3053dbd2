public import Foundation
import FoundationXML

/// Writes messages as XML, valid by the schema of their version.
///
/// Elements stand in the order of the schema's sequences; what is empty is left out. Characters that XML 1.0 does not
/// know are replaced by U+FFFD.
extension Nachricht {
  /// The whole file, in UTF-8.
  public var xml: Data {
    let document = XMLDocument(rootElement: root)
    document.characterEncoding = "UTF-8"
    document.version = "1.0"
    return document.xmlData(options: .nodePrettyPrint)
  }

  private var root: XMLElement {
    let root = XMLElement(name: "xdomea:\(art.element)")
    if let namespace = XMLNode.namespace(withName: "xdomea", stringValue: version.namespace) as? XMLNode {
      root.addNamespace(namespace)
    }
    switch version {
    case .v3: root.add(element("Kopf", head3))
    case .v4:
      let attributes = [
        ("produkt", produkt.name), ("produkthersteller", produkt.name), ("produktversion", produkt.version),
        ("standard", "xdomea"), ("version", version.rawValue),
      ]
      for (name, value) in attributes { root.set(name, value) }
      for child in head4 { root.add(child) }
    }
    for akte in akten { root.add(element("Schriftgutobjekt", [self.akte(akte)])) }
    return root
  }

  // MARK: Head

  private var head3: [XMLElement?] {
    [
      element("ProzessID", prozess.text), element("Nachrichtentyp", [code(art.rawValue)]),
      element("Erstellungszeitpunkt", zeit),
      element("Absender", [element("Institution", [element("Name", behoerde)])]),
      element("Empfaenger", [element("Institution", [element("Name", archiv)])]),
      element("SendendesSystem", [element("Produktname", produkt.name), element("Version", produkt.version)]),
    ] + confirmations
  }

  private var head4: [XMLElement?] {
    [
      element(
        "nachrichtenkopf",
        [
          element(
            "identifikation.nachricht",
            [
              plain("nachrichtenUUID", id.text), plain("nachrichtentyp", [code(art.rawValue)]),
              plain("erstellungszeitpunkt", zeit),
            ]),
          element("leser", [element("NameInstitution", [element("Name", archiv)])]),
          element("autor", [element("NameInstitution", [element("Name", behoerde)])]),
          element("ProzessID", prozess.text),
        ])
    ] + confirmations + [element("LfdNrNachrichtProTyp", "1"), element("GesamtanzahlNachrichtenProTyp", "1")]
  }

  private var confirmations: [XMLElement?] {
    switch art {
    case .anbieteverzeichnis: [element("Empfangsbestaetigung", "true")]
    case .aussonderung:
      [
        element("Importbestaetigung", "1"), element("RueckmeldungArchivkennung", "true"),
        element("Empfangsbestaetigung", "true"),
      ]
    }
  }

  // MARK: Records

  private func akte(_ akte: Akte) -> XMLElement {
    let plan = akte.aktenplan.flatMap { plan in
      element("Aktenplaneinheit", [element("Kennzeichen", plan.kennzeichen), element("Inhaltsangabe", plan.inhalt)])
    }
    let content =
      akte.dokumente.map { wrapped(dokument($0)) } + akte.vorgaenge.map { vorgang($0) }
    return element(
      "Akte",
      [
        identification(akte.id), context(akte.istKontext),
        element(
          "AllgemeineMetadaten",
          [
            element("Betreff", akte.betreff), element("Kennzeichen", akte.kennzeichen),
            element("Federfuehrung", akte.federfuehrung), plan,
          ]),
        disposal(akte.aussonderung),
        element("Laufzeit", [element("Beginn", akte.beginn), element("Ende", akte.zda)]),
      ] + akte.verlauf.map(row) + [
        element("Akteninhalt", content), element("ZdA", akte.zda == nil ? "false" : "true"),
        element("ZdADatum", akte.zda),
      ]) ?? XMLElement(name: "xdomea:Akte")
  }

  private func vorgang(_ vorgang: Vorgang) -> XMLElement? {
    element(
      "Vorgang",
      [
        identification(vorgang.id), context(vorgang.istKontext),
        element(
          "AllgemeineMetadaten", [element("Betreff", vorgang.betreff), element("Kennzeichen", vorgang.kennzeichen)]),
        element("ZdA", vorgang.zda == nil ? "false" : "true"), element("ZdADatum", vorgang.zda),
        element("Laufzeit", [element("Beginn", vorgang.beginn), element("Ende", vorgang.zda)]),
      ] + vorgang.verlauf.map(row) + vorgang.dokumente.map { wrapped(dokument($0)) })
  }

  private func dokument(_ dokument: Dokument) -> XMLElement? {
    let versions = dokument.versionen.map { version($0, of: dokument) }
    let digests = [digests(of: dokument)]
    return element(
      "Dokument",
      [
        identification(dokument.id),
        element(
          "AllgemeineMetadaten", [element("Betreff", dokument.betreff), element("Kennzeichen", dokument.kennzeichen)]),
        element("Typ", dokument.typ),
      ] + dokument.verlauf.map(row) + (version == .v3 ? versions + digests : digests + versions))
  }

  /// The ledger's digests where the schema has no element for them, in fields that a program may add: 3.1.0 has none at
  /// all, 4.0.0 none for the file of a signature.
  private func digests(of dokument: Dokument) -> XMLElement? {
    let fields = dokument.versionen.flatMap { version in
      (self.version == .v3 ? [(sha256: version.sha256, name: version.dateiname(in: dokument))] : [])
        + version.signaturdateien(in: dokument)
    }
    guard !fields.isEmpty else { return nil }
    return element(
      "AnwendungsspezifischeErweiterung",
      [element("Kennung", "urn:aktenspur:xdomea:hash"), element("Name", "Hash der Dateien (SHA-256)")]
        + fields.map { element("Feld", [element("Name", $0.name), element("Wert", $0.sha256)]) })
  }

  private func signature(_ version: Dokument.Version, of dokument: Dokument) -> XMLElement? {
    switch version.signatur {
    case nil: nil
    case .eingebettet: element("SignaturSiegel", [element("SignaturSiegelEingebettet", "1")])
    case .dateien:
      element(
        "SignaturSiegel",
        version.signaturdateien(in: dokument).map { element("SignaturSiegelDatei", $0.name) })
    }
  }

  private func version(_ version: Dokument.Version, of dokument: Dokument) -> XMLElement? {
    let format = Dateiformat(medientyp: version.medientyp, dateiname: version.dateiname)
    let name = element("Name", [code(format.code)])
    name?.set("listVersionID", "1.0")
    let hash = element("Hash", [element("Wert", version.sha256), element("SonstigerAlgorithmus", "SHA-256")])
    return element(
      "Version",
      [
        element("Nummer", version.nummer),
        element(
          "Format",
          [
            name, format.isOther ? element("SonstigerName", version.medientyp ?? "unbekannt") : nil,
            element("Version", "unbekannt"),
            element(
              "Primaerdokument",
              [
                element("Dateiname", version.dateiname(in: dokument)),
                element("DateinameOriginal", version.dateiname), signature(version, of: dokument),
                self.version == .v4 ? hash : nil,
              ]),
          ]),
      ])
  }

  private func identification(_ id: UUID) -> XMLElement? {
    element("Identifikation", [element(version == .v3 ? "ID" : "xdomeaUUID", id.text)])
  }

  private func context(_ isContext: Bool) -> XMLElement? {
    version == .v4 ? element("Kontextobjekt", isContext ? "true" : "false") : nil
  }

  private func wrapped(_ dokument: XMLElement?) -> XMLElement? {
    version == .v3 ? dokument : element("DokumentOderDokumentMitSchriftstueck", [dokument])
  }

  private func disposal(_ disposal: Aussonderungsangaben) -> XMLElement? {
    let duration =
      disposal.unbefristet
      ? element("Unbefristet", "1") : disposal.jahre.flatMap { element("AnzahlJahre", String($0)) }
    let proposal = disposal.vorschlag.flatMap { proposal in
      proposal == .bewerten ? nil : element("Bewertungsvorschlag", [code(proposal.rawValue)])
    }
    proposal?.set("listVersionID", "1.0")
    return element(
      version == .v3 ? "ArchivspezifischeMetadaten" : "Aussonderungsmetadaten",
      [
        element("Aufbewahrungsdauer", [duration]),
        element(
          "Aussonderungsart", [element("Aussonderungsart", [code((disposal.art ?? .bewerten).rawValue)])]),
        proposal, disposal.unbefristet ? nil : element("Aufbewahrungsende", disposal.ende),
        version == .v4 ? element("Transferfristende", disposal.transferende) : nil,
      ])
  }

  private func row(_ entry: Verlaufseintrag) -> XMLElement? {
    element(
      "HistorienProtokollInformation",
      [
        element("MetadatumName", entry.feld), element("MetadatumAlterWert", entry.alt),
        element("MetadatumNeuerWert", entry.neu), element("Akteur", entry.akteur), element("DatumUhrzeit", entry.zeit),
        element("Bemerkung", entry.bemerkung), element("Aktion", entry.aktion),
      ])
  }

  // MARK: Elements

  private func code(_ code: String) -> XMLElement? { plain("code", code) }

  private func element(_ name: String, _ text: String?) -> XMLElement? { plain("xdomea:" + name, text) }

  private func element(_ name: String, _ children: [XMLElement?]) -> XMLElement? { plain("xdomea:" + name, children) }

  private func plain(_ name: String, _ text: String?) -> XMLElement? {
    text.map { text in XMLElement(name: name, stringValue: Nachricht.allowed(text)) }
  }

  /// Nil where there is nothing to stand in it.
  private func plain(_ name: String, _ children: [XMLElement?]) -> XMLElement? {
    let present = children.compactMap(\.self)
    guard !present.isEmpty else { return nil }
    let element = XMLElement(name: name)
    for child in present { element.addChild(child) }
    return element
  }

  /// XML 1.0 §2.2.
  private static func allowed(_ text: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x09, 0x0A, 0x0D, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: scalars.append(scalar)
      default: scalars.append("\u{FFFD}")
      }
    }
    return String(scalars)
  }
}

extension XMLElement {
  fileprivate func add(_ child: XMLElement?) {
    if let child { addChild(child) }
  }

  fileprivate func set(_ name: String, _ value: String) {
    if let attribute = XMLNode.attribute(withName: name, stringValue: value) as? XMLNode { addAttribute(attribute) }
  }
}
