import TransparencyLog

/// Base64 in the alphabet for names and URLs, without padding (RFC 4648 §5, §3.2). Read strictly: every byte string
/// has exactly one spelling.
enum Base64URL {
  static func encode(_ bytes: some Collection<UInt8>) -> String {
    let text = Base64.encode(bytes).utf8.compactMap { character -> UInt8? in
      switch character {
      case UInt8(ascii: "+"): UInt8(ascii: "-")
      case UInt8(ascii: "/"): UInt8(ascii: "_")
      case UInt8(ascii: "="): nil
      default: character
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// `nil` where `text` is not strict base64url without padding.
  static func decode(_ text: some StringProtocol) -> [UInt8]? {
    var padded: [UInt8] = []
    padded.reserveCapacity(text.utf8.count + 2)
    for character in text.utf8 {
      switch character {
      case UInt8(ascii: "-"): padded.append(UInt8(ascii: "+"))
      case UInt8(ascii: "_"): padded.append(UInt8(ascii: "/"))
      case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): return nil
      default: padded.append(character)
      }
    }
    while padded.count % 4 != 0 { padded.append(UInt8(ascii: "=")) }
    return Base64.decode(utf8: padded)
  }
}
