public import Foundation

/// A file with all that belongs to it, as a message of xdomea tells it. Days are `YYYY-MM-DD`.
public struct Akte: Sendable {
  public var id: UUID
  /// The Aktenzeichen.
  public var kennzeichen: String
  public var betreff: String?
  /// The unit that keeps it.
  public var federfuehrung: String?
  /// The position of the Aktenplan it belongs to, and what that is called.
  public var aktenplan: (kennzeichen: String, inhalt: String?)?
  public var aussonderung = Aussonderungsangaben()
  /// Whether it is only told for what lies in it (`Kontextobjekt`, 4.0.0).
  public var istKontext = false
  public var beginn: String?
  /// The day of the zdA-Verfügung.
  public var zda: String?
  public var verlauf: [Verlaufseintrag] = []
  public var vorgaenge: [Vorgang] = []
  /// Those that belong to no Vorgang.
  public var dokumente: [Dokument] = []

  public init(id: UUID, kennzeichen: String) {
    self.id = id
    self.kennzeichen = kennzeichen
  }
}

/// How long something is kept, and what becomes of it.
public struct Aussonderungsangaben: Sendable, Hashable {
  /// Years; nil where there is no end, or none is known.
  public var jahre: UInt16?
  public var unbefristet = false
  /// What the archive has decided; without it `B`, to be valued.
  public var art: Aussonderungsart?
  /// What the office proposes; `B` is no proposal.
  public var vorschlag: Aussonderungsart?
  /// The last day it must be kept.
  public var ende: String?
  /// The last day it stays at hand.
  public var transferende: String?

  public init() {}
}

/// What becomes of records (code list `aussonderungsart` 1.0).
public enum Aussonderungsart: String, Sendable, Hashable, CaseIterable {
  /// Worth archiving.
  case archivwuerdig = "A"
  /// To be valued.
  case bewerten = "B"
  /// To be destroyed.
  case vernichten = "V"
}

public struct Vorgang: Sendable {
  public var id: UUID
  public var kennzeichen: String
  public var betreff: String?
  /// Whether it is only told for what lies in it (`Kontextobjekt`, 4.0.0).
  public var istKontext = false
  public var beginn: String?
  public var zda: String?
  public var verlauf: [Verlaufseintrag] = []
  public var dokumente: [Dokument] = []

  public init(id: UUID, kennzeichen: String) {
    self.id = id
    self.kennzeichen = kennzeichen
  }
}

public struct Dokument: Sendable {
  public var id: UUID
  public var kennzeichen: String
  public var betreff: String?
  public var typ: String?
  public var verlauf: [Verlaufseintrag] = []
  public var versionen: [Version] = []

  public init(id: UUID, kennzeichen: String) {
    self.id = id
    self.kennzeichen = kennzeichen
  }

  public struct Version: Sendable, Hashable {
    public var nummer: String
    /// SHA-256 of the content in hex: the ledger's, which it was filed under.
    public var sha256: String
    public var medientyp: String?
    /// As it was called where it came from.
    public var dateiname: String?
    public var signatur: Signatur?

    public init(nummer: String, sha256: String, medientyp: String? = nil, dateiname: String? = nil) {
      self.nummer = nummer
      self.sha256 = sha256
      self.medientyp = medientyp
      self.dateiname = dateiname
    }
  }

  /// Where the electronic signature of a content is (`SignaturSiegel`).
  public enum Signatur: Sendable, Hashable {
    /// In the content.
    case eingebettet
    /// In contents of their own: SHA-256 in hex.
    case dateien([String])
  }
}

/// A row of the history: the seven fields of `HistorienProtokollInformation`.
public struct Verlaufseintrag: Sendable, Hashable {
  public var akteur: String
  /// RFC 3339.
  public var zeit: String
  public var aktion: String
  public var feld: String?
  public var alt: String?
  public var neu: String?
  public var bemerkung: String?

  public init(
    akteur: String, zeit: String, aktion: String, feld: String? = nil, alt: String? = nil, neu: String? = nil,
    bemerkung: String? = nil
  ) {
    self.akteur = akteur
    self.zeit = zeit
    self.aktion = aktion
    self.feld = feld
    self.alt = alt
    self.neu = neu
    self.bemerkung = bemerkung
  }
}
