/// Why a text is not strict JSON, where, and in which member.
///
/// Strict is RFC 8259 narrowed as the log needs it: UTF-8 without surrogates (RFC 3629 §3), no member name twice at any
/// depth (I-JSON, RFC 7493 §2.3), nesting of at most 64, nothing after the value.
public struct JSONError: Error, Sendable, Hashable {
  public enum Reason: Sendable, Hashable {
    case unexpectedEnd(expected: String)
    case unexpected(found: UInt8, expected: String)
    case trailingBytes
    case invalidUTF8
    case unescapedControlCharacter(UInt8)
    case invalidEscape
    case loneSurrogate
    case invalidNumber
    case duplicateMember(String)
    case tooDeep(limit: Int)
    case tooLarge(limit: Int)
  }

  public var reason: Reason
  /// Offset in the text as it was given, in bytes from 0.
  public var offset: Int
  /// JSON Pointer (RFC 6901) to the value being read.
  public var pointer: String

  public init(_ reason: Reason, offset: Int, pointer: String) {
    self.reason = reason
    self.offset = offset
    self.pointer = pointer
  }
}

extension JSONError: CustomStringConvertible {
  public var description: String {
    let place = "at byte \(offset)"
    switch reason {
    case .unexpectedEnd(let expected): return "the text ends \(place), expected \(expected)"
    case .unexpected(let found, let expected):
      return "found \(JSONError.name(of: found)) \(place), expected \(expected)"
    case .trailingBytes: return "more text after the JSON value \(place)"
    case .invalidUTF8: return "invalid UTF-8 \(place)"
    case .unescapedControlCharacter(let byte): return "unescaped control character \(JSONError.name(of: byte)) \(place)"
    case .invalidEscape: return "invalid escape sequence \(place)"
    case .loneSurrogate: return "lone surrogate \(place)"
    case .invalidNumber: return "not a JSON number \(place)"
    case .duplicateMember(let name): return "member \"\(name)\" appears twice \(place)"
    case .tooDeep(let limit): return "nested deeper than \(limit) \(place)"
    case .tooLarge(let limit): return "longer than \(limit) bytes"
    }
  }

  private static func name(of byte: UInt8) -> String {
    if byte > 0x20, byte < 0x7F { return "'\(Character(Unicode.Scalar(byte)))'" }
    let digits = String(byte, radix: 16, uppercase: true)
    return "0x" + (digits.count == 1 ? "0" : "") + digits
  }
}
