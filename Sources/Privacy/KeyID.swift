/// The name of one key: 128 random bits, written as 32 lower-case hexadecimal digits.
///
/// It is drawn and not computed, so that it says nothing about the person, that two keys of one person have nothing in
/// common, and that a key which was destroyed is never named again.
public struct KeyID: Sendable, Hashable {
  /// The 32 digits.
  public let hex: String

  /// `nil` for anything but 32 lower-case hexadecimal digits.
  public init?(hex text: some StringProtocol) {
    guard text.utf8.count == 2 * KeyID.byteCount, text.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) })
    else { return nil }
    hex = String(text)
  }

  static let byteCount = 16

  static func random() throws(PrivacyError) -> KeyID {
    let digits = Array("0123456789abcdef".utf8)
    let bytes = try Random.bytes(byteCount)
    return KeyID(digits: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }

  private init(digits: [UInt8]) {
    hex = String(decoding: digits, as: UTF8.self)
  }
}

extension KeyID: CustomStringConvertible {
  public var description: String { hex }
}
