public import Foundation
import FoundationXML

/// What an archive has decided on records that were offered: message 0502, of xdomea 3.1.0 or 4.0.0.
public struct Bewertungsverzeichnis: Sendable, Hashable {
  public struct Objekt: Sendable, Hashable {
    /// As in the message that offered it.
    public var id: UUID
    public var art: Aussonderungsart
  }

  /// The process of the offer.
  public var prozess: UUID
  public var objekte: [Objekt]

  private static let element = "Aussonderung.Bewertungsverzeichnis.0502"

  /// Reads a message. It is not held against the schema; what is read of it must be there and be as it should.
  ///
  /// - Throws: ``NachrichtError`` in words.
  public init(xml: Data) throws(NachrichtError) {
    // A document type could bring entities from elsewhere or of any size; xdomea has none.
    guard let text = String(validating: xml, as: UTF8.self) else { throw NachrichtError("expected UTF-8") }
    guard !text.contains("<!DOCTYPE") else { throw NachrichtError("a document type is not allowed") }
    guard WellFormedness.holds(for: xml) else { throw NachrichtError("not well-formed XML") }
    let document: XMLDocument
    do {
      document = try XMLDocument(data: xml, options: [.nodeLoadExternalEntitiesNever])
    } catch {
      throw NachrichtError("not well-formed XML")
    }
    guard let root = document.rootElement(), root.localName == Bewertungsverzeichnis.element else {
      throw NachrichtError(
        "expected the message \(Bewertungsverzeichnis.element), found \(document.rootElement()?.localName ?? "nothing")"
      )
    }
    guard let version = SchemaVersion.allCases.first(where: { $0.namespace == root.uri }) else {
      let known = SchemaVersion.allCases.map(\.namespace).joined(separator: " or ")
      throw NachrichtError("expected the namespace \(known), found \(root.uri ?? "none")")
    }
    guard let process = root.first("ProzessID")?.text, let prozess = UUID(uuidString: process) else {
      throw NachrichtError("ProzessID: expected a UUID")
    }
    self.prozess = prozess
    objekte = []
    for valued in root.childElements(version == .v3 ? "BewertetesObjekt" : "BewertetesSGO") {
      let place = "object \(objekte.count + 1)"
      guard let text = valued.first(version == .v3 ? "ID" : "xdomeaUUID")?.text, let id = UUID(uuidString: text)
      else { throw NachrichtError("\(place): expected a UUID") }
      let code = valued.first("Aussonderungsart")?.first("code")?.text
      guard let art = code.flatMap({ Aussonderungsart(rawValue: $0) }) else {
        if valued.first("AussonderungsartKonfigurierbar") != nil {
          throw NachrichtError("\(place): AussonderungsartKonfigurierbar is not known here, expected A, B or V")
        }
        throw NachrichtError("\(place): expected Aussonderungsart A, B or V, found \(code ?? "none")")
      }
      objekte.append(Objekt(id: id, art: art))
    }
    guard !objekte.isEmpty else { throw NachrichtError("it values nothing") }
  }
}

/// Whether XML is well-formed and whole. `XMLDocument` mends what is broken or cut off, and `parse()` may call it a success.
private final class WellFormedness: NSObject, XMLParserDelegate {
  private var depth = 0
  private var hasEnded = false
  private var hasFailed = false

  static func holds(for xml: Data) -> Bool {
    let parser = XMLParser(data: xml)
    let watch = WellFormedness()
    parser.delegate = watch
    return parser.parse() && parser.parserError == nil && !watch.hasFailed && watch.hasEnded && watch.depth == 0
  }

  func parser(
    _: XMLParser, didStartElement _: String, namespaceURI _: String?, qualifiedName _: String?,
    attributes _: [String: String]
  ) {
    depth += 1
  }

  func parser(_: XMLParser, didEndElement _: String, namespaceURI _: String?, qualifiedName _: String?) {
    depth -= 1
    if depth == 0 { hasEnded = true }
  }

  func parser(_: XMLParser, parseErrorOccurred _: any Error) { hasFailed = true }
}

/// Why a message cannot be taken in.
public struct NachrichtError: Error, Sendable, Hashable, CustomStringConvertible {
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}

extension XMLElement {
  /// The text itself, without comments, and with white space collapsed (`xs:token`).
  fileprivate var text: String {
    (children ?? []).filter { $0.kind == .text }.compactMap(\.stringValue).joined()
      .split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  fileprivate func childElements(_ name: String) -> [XMLElement] {
    (children ?? []).compactMap { $0 as? XMLElement }.filter { $0.localName == name }
  }

  /// The first element of that name below, in document order.
  fileprivate func first(_ name: String) -> XMLElement? {
    for child in (children ?? []).compactMap({ $0 as? XMLElement }) {
      if child.localName == name { return child }
      if let found = child.first(name) { return found }
    }
    return nil
  }
}
