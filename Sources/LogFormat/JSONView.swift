/// A ``JSONValue`` whose document somebody else holds: looking at it and handing it on counts no holder, which on the way
/// to the log costs more than what is asked of the values.
///
/// It is of use only inside the call of ``JSONValue/withView(_:)`` that gives it.
@usableFromInline
package struct JSONView {
  private let bytes: UnsafeRawPointer
  private let nodes: UnsafePointer<JSONNode>
  private let document: Unmanaged<JSONDocument>
  private let index: Int

  @usableFromInline
  init(_ bytes: UnsafeRawPointer, _ nodes: UnsafePointer<JSONNode>, of value: JSONValue) {
    self.bytes = bytes
    self.nodes = nodes
    document = .passUnretained(value.document)
    index = value.index
  }

  private init(_ other: JSONView, _ index: Int) {
    bytes = other.bytes
    nodes = other.nodes
    document = other.document
    self.index = index
  }

  @inline(__always)
  private var node: JSONNode { nodes[index] }

  @inline(__always)
  private func text(_ start: Int, _ end: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: bytes + start, count: end - start)
  }

  /// The value, holding its document.
  package var held: JSONValue { JSONValue(document: document.takeUnretainedValue(), index: index) }

  package var kind: JSONValue.Kind { node.kind.ofValue }

  /// The value's compact text, quotes and brackets included.
  package var text: UnsafeRawBufferPointer { text(Int(node.start), Int(node.end)) }

  /// Where the value stands in the document's compact text, quotes and brackets included.
  var range: Range<Int> { Int(node.start)..<Int(node.end) }

  /// Whether this is a string written with escapes.
  package var isEscaped: Bool { node.escaped }

  /// Of a string what stands between the quotes, as it is written.
  private var stringText: UnsafeRawBufferPointer { text(Int(node.start) + 1, Int(node.end) - 1) }

  /// A string, decoded.
  package var string: String? {
    node.kind == .string ? withStringBytes { String(decoding: $0, as: UTF8.self) } : nil
  }

  /// Calls `body` with the UTF-8 bytes of a string, decoded.
  func withStringBytes<Output>(_ body: (UnsafeRawBufferPointer) -> Output) -> Output {
    node.escaped ? JSONText.decode(stringText, escaped: true).withUnsafeBytes(body) : body(stringText)
  }

  /// Whether this is a string and, decoded, these UTF-8 bytes, code point by code point.
  package func isString(_ wanted: UnsafeRawBufferPointer) -> Bool {
    node.kind == .string && withStringBytes { $0.count == wanted.count && $0.hasSameBytes(as: wanted) }
  }

  /// Whether the two have the same compact text.
  package func hasSameText(as other: JSONView) -> Bool {
    let (text, otherText) = (text, other.text)
    return text.count == otherText.count && text.hasSameBytes(as: otherText)
  }

  /// Whether this is a string of printable ASCII, written without escapes.
  var isPlainASCII: Bool {
    guard node.kind == .string, !node.escaped else { return false }
    let text = stringText
    var place = 0
    while place + 8 <= text.count {
      let word = EightBytes(text, at: place)
      if EightBytes.first(in: word.notASCII | word.equal(0x7F)) != nil { return false }
      place += 8
    }
    while place < text.count {
      guard text[place] < 0x7F else { return false }
      place += 1
    }
    return true
  }

  /// How many Unicode scalars a string has; nil for all else.
  package var scalarCount: Int? {
    guard node.kind == .string else { return nil }
    if node.escaped { return string?.unicodeScalars.count }
    // Each scalar has one byte that does not continue another.
    return stringText.reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
  }

  /// The number of nodes the value consists of, itself included.
  package var nodeCount: Int { Int(node.next) - index }

  /// The elements of an array; empty for all else.
  package var elements: Elements { Elements(self, isContainer: node.kind == .array) }

  /// The members of an object in their order; empty for all else.
  package var members: Members { Members(self, isContainer: node.kind == .object) }

  package struct Member {
    private let nameView: JSONView

    fileprivate init(_ name: JSONView) {
      nameView = name
    }

    package var name: JSONView { nameView }
    package var value: JSONView { JSONView(nameView, nameView.index + 1) }
  }

  package struct Members: Sequence, IteratorProtocol {
    private let object: JSONView
    private var cursor: Int
    private let end: Int

    fileprivate init(_ object: JSONView, isContainer: Bool) {
      self.object = object
      cursor = object.index + 1
      end = isContainer ? Int(object.node.next) : 0
    }

    package mutating func next() -> Member? {
      guard cursor < end else { return nil }
      let name = JSONView(object, cursor)
      cursor = Int(object.nodes[cursor + 1].next)
      return Member(name)
    }
  }

  package struct Elements: Sequence, IteratorProtocol {
    private let array: JSONView
    private var cursor: Int
    private let end: Int

    fileprivate init(_ array: JSONView, isContainer: Bool) {
      self.array = array
      cursor = array.index + 1
      end = isContainer ? Int(array.node.next) : 0
    }

    package mutating func next() -> JSONView? {
      guard cursor < end else { return nil }
      let element = JSONView(array, cursor)
      cursor = Int(element.node.next)
      return element
    }
  }
}

extension JSONValue {
  /// Calls `body` with a view of the value.
  @inlinable
  @inline(__always)
  package func withView<Output>(_ body: (JSONView) -> Output) -> Output {
    document.bytes.withUnsafeBytes { bytes in
      document.nodes.withUnsafeBufferPointer { nodes in
        // A document has the node of its root at least, and so a byte.
        guard let bytes = bytes.baseAddress, let nodes = nodes.baseAddress else {
          preconditionFailure("a document without a value")
        }
        return body(JSONView(bytes, nodes, of: self))
      }
    }
  }
}
