/// The names of a record's members, in the order in which a line holds them.
package enum Attribute {
  /// Written by the ledger; refused when a client sends one.
  static let ofLedger: Set<String> = [
    "sequence", "subjectversion", "recordedtime", "recordedby", "batchend", "previoushash",
  ]

  /// Has a place of its own in the line; every other name is an extension attribute.
  static let named: Set<String> = ofLedger.union([
    "specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "data", "data_base64",
    "expectedversion",
  ])

  /// CloudEvents 1.0, "Naming conventions": lower-case letters and digits.
  static func isName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
  }

  /// Whether text can name who acted: two names that look alike must not pass for two persons (four eyes).
  package static func isActor(_ text: String) -> Bool {
    guard let first = text.first, let last = text.last else { return false }
    return !first.isWhitespace && !last.isWhitespace
  }

  /// CloudEvents 1.0, "Type system", String: no control characters and no noncharacters.
  static func isString(_ text: String) -> Bool {
    if text.withBytes({ bytes in bytes.allSatisfy { $0 >= 0x20 && $0 < 0x7F } }) { return true }
    return text.unicodeScalars.allSatisfy { scalar in
      let value = scalar.value
      if value < 0x20 || (0x7F...0x9F).contains(value) { return false }
      return value & 0xFFFE != 0xFFFE && !(0xFDD0...0xFDEF).contains(value)
    }
  }

  private static let isPunctuation: [Bool] = (0...255).map { byte in
    "-._~:/?#[]@!$&'()*+,;=".utf8.contains(byte)
  }

  /// Whether the text can be a URI-reference (RFC 3986 §4.1): its characters, and whole percent escapes.
  static func isURIReference(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var index = 0
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "%"):
        guard index + 2 < bytes.count, JSONText.hexValue(of: bytes[index + 1]) != nil,
          JSONText.hexValue(of: bytes[index + 2]) != nil
        else { return false }
        index += 3
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        index += 1
      case let byte:
        guard isPunctuation[Int(byte)] else { return false }
        index += 1
      }
    }
    return true
  }
}

/// An extension attribute as the client sent it. CloudEvents in JSON knows strings, integers and booleans.
public struct Extension: Sendable, Hashable {
  public enum Value: Sendable, Hashable {
    case string(String)
    case integer(Int32)
    case boolean(Bool)

    /// The value as text, as a header would carry it.
    public var text: String {
      switch self {
      case .string(let text): text
      case .integer(let number): String(number)
      case .boolean(let flag): flag ? "true" : "false"
      }
    }
  }

  public var name: String
  public var value: Value

  public init(_ name: String, _ value: Value) {
    self.name = name
    self.value = value
  }
}
