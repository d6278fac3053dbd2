/// A strict JSON text, read once: its bytes without the white space outside strings, and the places of its values. Or
/// several texts that came together, such as lines, for which a document each would cost as much again as reading them.
///
/// The bytes are what a record stores of `data`: as sent, no member re-ordered, no number or string re-written.
public final class JSONDocument: Sendable {
  /// The compact text, or texts.
  public let bytes: [UInt8]
  @usableFromInline let nodes: [JSONNode]

  init(bytes: [UInt8], nodes: [JSONNode]) {
    self.bytes = bytes
    self.nodes = nodes
  }

  /// Reads a whole text.
  ///
  /// - Throws: the first error, with its offset in `text` and the JSON Pointer of the value being read.
  public convenience init(_ text: UnsafeRawBufferPointer) throws(JSONError) {
    let (bytes, nodes) = try JSONReader.read(text)
    self.init(bytes: bytes, nodes: nodes)
  }

  public convenience init(_ text: [UInt8]) throws(JSONError) {
    // `withUnsafeBytes` does not carry typed errors out, so the result is carried instead.
    let result = text.withUnsafeBytes { text in Result { () throws(JSONError) in try JSONReader.read(text) } }
    let (bytes, nodes) = try result.get()
    self.init(bytes: bytes, nodes: nodes)
  }

  public convenience init(_ text: String) throws(JSONError) {
    try self.init(Array(text.utf8))
  }

  /// Reads several texts, one behind the other.
  ///
  /// - Parameters:
  ///   - room: how long they are together at most, in bytes; less than 4 GiB.
  ///   - body: is to call ``JSONReader/read(_:)`` for each; what that gives, ``root(at:)`` takes.
  package convenience init(room: Int, reading body: (inout JSONReader) -> Void) {
    let (bytes, nodes) = JSONReader.read(room: room, body)
    self.init(bytes: bytes, nodes: nodes)
  }

  /// The value of the only text.
  public var root: JSONValue { root(at: 0) }

  /// The value of a text of several.
  package func root(at place: Int) -> JSONValue { JSONValue(document: self, index: place) }
}

/// The place of one value, or of one member name, in the compact text.
///
/// Values stand in document order; a container is followed by its content, an object's content being name, value,
/// name, value …
@usableFromInline
struct JSONNode: Sendable {
  enum Kind: UInt8, Sendable {
    case null, `true`, `false`, number, string, array, object

    var ofValue: JSONValue.Kind {
      switch self {
      case .null: .null
      case .true, .false: .bool
      case .number: .number
      case .string: .string
      case .array: .array
      case .object: .object
      }
    }
  }

  var kind: Kind
  /// Strings: whether the text holds a backslash and must be decoded before it is compared.
  var escaped: Bool
  /// First byte, the quote or bracket included.
  var start: UInt32
  /// One past the last byte.
  var end: UInt32
  /// Index of the node after this value and all its content.
  var next: UInt32
}
