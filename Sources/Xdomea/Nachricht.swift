public import Foundation

/// The versions of xdomea that are written; the raw value is that of the standard.
public enum SchemaVersion: String, Sendable, Hashable, CaseIterable {
  case v3 = "3.1.0"
  case v4 = "4.0.0"

  var namespace: String { "urn:xoev-de:xdomea:schema:\(rawValue)" }
}

/// A message of the group "Aussonderung durchführen" that an office sends to its archive.
public struct Nachricht: Sendable {
  public enum Art: String, Sendable, Hashable, CaseIterable {
    /// Offers records: metadata only.
    case anbieteverzeichnis = "0501"
    /// Hands records over.
    case aussonderung = "0503"

    var element: String {
      switch self {
      case .anbieteverzeichnis: "Aussonderung.Anbieteverzeichnis.0501"
      case .aussonderung: "Aussonderung.Aussonderung.0503"
      }
    }
  }

  public var art: Art
  public var version: SchemaVersion
  /// Names the message.
  public var id: UUID
  /// Names the process; an answer comes back with it.
  public var prozess: UUID
  /// When it was made, RFC 3339.
  public var zeit: String
  /// The office, and its archive.
  public var behoerde: String
  public var archiv: String
  /// The program and its version.
  public var produkt: (name: String, version: String)
  public var akten: [Akte]

  public init(
    _ art: Art, version: SchemaVersion, id: UUID, prozess: UUID, zeit: String, behoerde: String, archiv: String,
    produkt: (name: String, version: String), akten: [Akte]
  ) {
    self.art = art
    self.version = version
    self.id = id
    self.prozess = prozess
    self.zeit = zeit
    self.behoerde = behoerde
    self.archiv = archiv
    self.produkt = produkt
    self.akten = akten
  }

  /// The name that the standard gives the file (xdomea 3.1.0, Teil II, "Dateinamenskonventionen").
  public var dateiname: String { "\(prozess.text)_\(art.element).xml" }
}

extension Dokument.Version {
  /// The name of the content's file beside the message: a UUID, then the name it had, cut where it is too long for a file.
  public func dateiname(in dokument: Dokument) -> String {
    let name = dateiname.map { "_" + Dokument.Version.short($0.replacing("/", with: "_")) } ?? ""
    return "\(UUID(of: "\(nummer) \(sha256)", in: dokument.id.text).text)\(name)"
  }

  /// At most 200 bytes of a name, with its ending.
  private static func short(_ name: String) -> String {
    guard name.utf8.count > 200 else { return name }
    var (start, end) = (name[...], "")
    if let dot = name.lastIndex(of: "."), name[dot...].utf8.count <= 20 {
      (start, end) = (name[..<dot], String(name[dot...]))
    }
    while start.utf8.count + end.utf8.count > 200 { start.removeLast() }
    return start + end
  }

  /// The files of its signatures beside the message.
  public func signaturdateien(in dokument: Dokument) -> [(sha256: String, name: String)] {
    guard case .dateien(let signaturen) = signatur else { return [] }
    return signaturen.map { ($0, UUID(of: "\(nummer) \(sha256) \($0)", in: dokument.id.text).text + "_Signatur.p7s") }
  }
}
