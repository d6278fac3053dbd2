import DomainPacks
import LogFormat
import TransparencyLog

/// The domain packs in use, as `GET /v1/packs` lists them.
enum PackList {
  /// `[{"name":"vertraege","title":"…","digest":"hex","events":[{"type":"…","title":"…"}],"figures":[…],"findings":[…],
  /// "reports":["…"]}]`, the packs by name.
  static func json(_ packs: PackSet) -> [UInt8] {
    var text: [UInt8] = []
    list(packs.packs, to: &text) { pack, text in
      object([("name", pack.name), ("title", pack.title), ("digest", pack.digest.hex)], to: &text) { text in
        text.append(contentsOf: #","events":"#.utf8)
        list(pack.eventTypes, to: &text) { object([("type", $0.name), ("title", $0.title)], to: &$1) }
        text.append(contentsOf: #","figures":"#.utf8)
        list(pack.figures, to: &text) {
          object([("name", $0.name), ("title", $0.title), ("unit", $0.unit)], to: &$1)
        }
        text.append(contentsOf: #","findings":"#.utf8)
        list(pack.findings, to: &text) { object([("name", $0.name), ("title", $0.title)], to: &$1) }
        text.append(contentsOf: #","reports":"#.utf8)
        list(pack.reports.keys.sorted(), to: &text) { JSONText.append($0, to: &$1) }
      }
    }
    return text
  }

  private static func list<Element>(
    _ elements: [Element], to text: inout [UInt8], _ write: (Element, inout [UInt8]) -> Void
  ) {
    text.append(UInt8(ascii: "["))
    for (index, element) in elements.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      write(element, &text)
    }
    text.append(UInt8(ascii: "]"))
  }

  private static func object(
    _ members: [(name: String, value: String?)], to text: inout [UInt8], more: (inout [UInt8]) -> Void = { _ in }
  ) {
    text.append(UInt8(ascii: "{"))
    for (index, member) in members.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      JSONText.append(member.name, to: &text)
      text.append(UInt8(ascii: ":"))
      if let value = member.value {
        JSONText.append(value, to: &text)
      } else {
        text.append(contentsOf: "null".utf8)
      }
    }
    more(&text)
    text.append(UInt8(ascii: "}"))
  }
}
