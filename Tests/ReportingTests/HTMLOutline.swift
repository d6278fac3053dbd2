/// The elements of a page in their order, read strictly enough to see that tags are closed in the order they were opened.
struct HTMLOutline {
  struct Element {
    let name: String
    let attributes: [String: String]
    /// The text inside, white space folded.
    var text = ""
  }

  struct Misnested: Error {
    let found: String
    let open: [String]
  }

  private static let void: Set = ["meta", "br", "link", "img", "hr", "input"]

  private(set) var elements: [Element] = []

  init(_ html: String) throws {
    var open: [Int] = []
    var rest = html[...]
    while let start = rest.firstIndex(of: "<") {
      add(rest[..<start], to: open)
      rest = rest[rest.index(after: start)...]
      guard let end = rest.firstIndex(of: ">") else {
        throw Misnested(found: "<", open: open.map { elements[$0].name })
      }
      let tag = rest[..<end]
      rest = rest[rest.index(after: end)...]
      if tag.hasPrefix("!") { continue }
      if tag.hasPrefix("/") {
        guard let last = open.popLast(), elements[last].name == tag.dropFirst() else {
          throw Misnested(found: String(tag), open: open.map { elements[$0].name })
        }
        continue
      }
      let selfClosing = tag.hasSuffix("/")
      let element = HTMLOutline.element(selfClosing ? tag.dropLast() : tag)
      elements.append(element)
      if selfClosing || HTMLOutline.void.contains(element.name) { continue }
      open.append(elements.count - 1)
      if element.name == "style", let close = rest.firstRange(of: "</style>") { rest = rest[close.lowerBound...] }
    }
    guard open.isEmpty else { throw Misnested(found: "end", open: open.map { elements[$0].name }) }
  }

  func all(_ names: String...) -> [Element] { elements.filter { names.contains($0.name) } }

  private mutating func add(_ text: Substring, to open: [Int]) {
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    guard !words.isEmpty else { return }
    for index in open { elements[index].text += (elements[index].text.isEmpty ? "" : " ") + words }
  }

  private static func element(_ tag: Substring) -> Element {
    let name = String(tag.prefix { !$0.isWhitespace })
    var attributes: [String: String] = [:]
    var rest = tag.dropFirst(name.count)
    while let start = rest.firstIndex(where: { !$0.isWhitespace }) {
      rest = rest[start...]
      let key = rest.prefix { $0 != "=" && !$0.isWhitespace }
      rest = rest.dropFirst(key.count)
      guard rest.hasPrefix("=\"") else {
        attributes[String(key)] = ""
        continue
      }
      let value = rest.dropFirst(2).prefix { $0 != "\"" }
      attributes[String(key)] = String(value)
      rest = rest.dropFirst(value.count + 3)
    }
    return Element(name: name, attributes: attributes)
  }
}
