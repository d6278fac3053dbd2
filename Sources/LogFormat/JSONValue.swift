/// One value of a ``JSONDocument``: a place in it, nothing is copied until asked for.
public struct JSONValue: Sendable {
  public enum Kind: Sendable, Hashable {
    case null, bool, number, string, array, object
  }

  public let document: JSONDocument
  let index: Int

  private var node: JSONNode { document.nodes[index] }

  public var kind: Kind { node.kind.ofValue }

  /// Where the value stands in the document's compact text, quotes and brackets included.
  public var range: Range<Int> { Int(node.start)..<Int(node.end) }

  /// The value's compact text.
  public var text: ArraySlice<UInt8> { document.bytes[range] }

  /// Whether the two have the same compact text.
  package func hasSameText(as other: JSONValue) -> Bool {
    withView { view in other.withView { view.hasSameText(as: $0) } }
  }

  public var bool: Bool? {
    switch node.kind {
    case .true: true
    case .false: false
    default: nil
    }
  }

  /// A string, decoded.
  public var string: String? { withView(\.string) }

  /// Whether this is the string `text`, code point by code point.
  package func isString(_ text: String) -> Bool {
    withView { view in text.withBytes { view.isString($0) } }
  }

  /// Whether a string is written as ``JSONText/append(_:to:)`` writes it.
  var isStringInShortestForm: Bool {
    // Without a backslash nothing is escaped, and nothing needed to be: the reader has refused it otherwise.
    guard node.escaped else { return node.kind == .string }
    return string.map { JSONText.string($0).utf8.elementsEqual(text) } ?? false
  }

  /// A number as it was written.
  public var numberText: String? {
    node.kind == .number ? String(decoding: text, as: UTF8.self) : nil
  }

  /// A number written without fraction and exponent that fits 64 bits.
  public var integer: Int64? {
    guard let number = numberText else { return nil }
    return Int64(number)
  }

  /// The number of elements of an array or members of an object; 0 for all else.
  public var count: Int {
    switch node.kind {
    case .array: elements.reduce(0) { count, _ in count + 1 }
    case .object: members.reduce(0) { count, _ in count + 1 }
    default: 0
    }
  }

  /// How many containers are nested in the value, itself included: 0 for a scalar, 1 for `[]`.
  package var depth: Int {
    // The ends of the containers that are open at a node, innermost last.
    var ends: [Int] = []
    var deepest = 0
    for place in index..<Int(node.next) {
      while let end = ends.last, end <= place { ends.removeLast() }
      let node = document.nodes[place]
      guard node.kind == .array || node.kind == .object else { continue }
      ends.append(Int(node.next))
      deepest = max(deepest, ends.count)
    }
    return deepest
  }

  /// The elements of an array; empty for all else.
  public var elements: Elements { Elements(document, node.kind == .array ? index : nil) }

  /// The members of an object in their order; empty for all else.
  public var members: Members { Members(document, node.kind == .object ? index : nil) }

  /// The member of that name, if this is an object that has it.
  public subscript(_ name: String) -> JSONValue? {
    for member in members where member.hasName(name) { return member.value }
    return nil
  }

  /// The value at a JSON Pointer (RFC 6901), "" being the value itself.
  public func value(at pointer: String) -> JSONValue? {
    let scalars = pointer.unicodeScalars
    guard let first = scalars.first else { return self }
    guard first == "/" else { return nil }
    var current = self
    for token in scalars.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      let name = JSONText.name(ofPointerToken: token)
      let next =
        current.kind == .array
        ? Int(name).flatMap { position in
          current.elements.enumerated().first { $0.offset == position && String(position) == name }?.element
        } : current[name]
      guard let next else { return nil }
      current = next
    }
    return current
  }

  /// Equal after decoding: the order of members and the escapes of strings do not count, numbers compare by their text.
  public func isEqual(to other: JSONValue) -> Bool {
    if hasSameText(as: other) { return true }
    guard node.kind == other.node.kind else { return false }
    switch node.kind {
    case .null, .true, .false: return true
    case .number: return false
    case .string:
      // Not `==`, which takes other Unicode forms of a text for the same.
      guard let string, let otherString = other.string else { return false }
      return string.utf8.elementsEqual(otherString.utf8)
    case .array:
      guard count == other.count else { return false }
      return zip(elements, other.elements).allSatisfy { $0.isEqual(to: $1) }
    case .object:
      // A look-up for each member would let a large object cost the square of its members.
      var others: [ArraySlice<UInt8>: JSONValue] = [:]
      for member in other.members { others[member.decodedName] = member.value }
      var matched = 0
      for member in members {
        guard let value = others[member.decodedName], member.value.isEqual(to: value) else { return false }
        matched += 1
      }
      return matched == others.count
    }
  }
}

extension JSONValue {
  public struct Member: Sendable {
    let document: JSONDocument
    let nameIndex: Int

    public var name: String { JSONValue(document: document, index: nameIndex).string ?? "" }
    public var value: JSONValue { JSONValue(document: document, index: nameIndex + 1) }

    var isNameInShortestForm: Bool { JSONValue(document: document, index: nameIndex).isStringInShortestForm }

    /// The name's UTF-8 bytes.
    fileprivate var decodedName: ArraySlice<UInt8> {
      let node = document.nodes[nameIndex]
      let text = document.bytes[Int(node.start) + 1..<Int(node.end) - 1]
      return node.escaped ? JSONText.decode(text, escaped: true)[...] : text
    }

    /// Whether the member is called so, code point by code point (`==` would take other Unicode forms for the same).
    package func hasName(_ wanted: String) -> Bool {
      JSONValue(document: document, index: nameIndex).isString(wanted)
    }
  }

  public struct Members: Sequence, IteratorProtocol, Sendable {
    private let document: JSONDocument
    private var cursor: Int
    private let end: Int

    init(_ document: JSONDocument, _ object: Int?) {
      self.document = document
      cursor = object.map { $0 + 1 } ?? 0
      end = object.map { Int(document.nodes[$0].next) } ?? 0
    }

    public mutating func next() -> Member? {
      guard cursor < end else { return nil }
      defer { cursor = Int(document.nodes[cursor + 1].next) }
      return Member(document: document, nameIndex: cursor)
    }
  }

  public struct Elements: Sequence, IteratorProtocol, Sendable {
    private let document: JSONDocument
    private var cursor: Int
    private let end: Int

    init(_ document: JSONDocument, _ array: Int?) {
      self.document = document
      cursor = array.map { $0 + 1 } ?? 0
      end = array.map { Int(document.nodes[$0].next) } ?? 0
    }

    public mutating func next() -> JSONValue? {
      guard cursor < end else { return nil }
      defer { cursor = Int(document.nodes[cursor].next) }
      return JSONValue(document: document, index: cursor)
    }
  }
}
