/// The grammar of RFC 3986, appendix A, as far as a `URI` needs it.
enum URISyntax {
  static func isURI(_ text: String) -> Bool {
    var rest = Array(text.utf8)[...]
    guard let colon = rest.firstIndex(of: UInt8(ascii: ":")), isScheme(rest[..<colon]) else { return false }
    rest = rest[(colon + 1)...]
    if let hash = rest.firstIndex(of: UInt8(ascii: "#")) {
      guard consists(of: "/?", rest[(hash + 1)...]) else { return false }
      rest = rest[..<hash]
    }
    if let mark = rest.firstIndex(of: UInt8(ascii: "?")) {
      guard consists(of: "/?", rest[(mark + 1)...]) else { return false }
      rest = rest[..<mark]
    }
    guard rest.starts(with: "//".utf8) else { return consists(of: "/", rest) }
    rest = rest.dropFirst(2)
    let slash = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
    return isAuthority(rest[..<slash]) && consists(of: "/", rest[slash...])
  }

  private static func isScheme(_ text: ArraySlice<UInt8>) -> Bool {
    guard let first = text.first, isLetter(first) else { return false }
    return text.allSatisfy { isLetter($0) || isDigit($0) || "+-.".utf8.contains($0) }
  }

  /// `[ userinfo "@" ] host [ ":" port ]`
  private static func isAuthority(_ text: ArraySlice<UInt8>) -> Bool {
    var host = text
    if let at = host.firstIndex(of: UInt8(ascii: "@")) {
      guard consists(of: ":", excluding: "@", host[..<at]) else { return false }
      host = host[(at + 1)...]
    }
    var port: ArraySlice<UInt8> = []
    if host.first == UInt8(ascii: "[") {
      guard let close = host.firstIndex(of: UInt8(ascii: "]")) else { return false }
      guard isLiteral(host[(host.startIndex + 1)..<close]) else { return false }
      port = host[(close + 1)...]
      guard port.isEmpty || port.first == UInt8(ascii: ":") else { return false }
    } else {
      let colon = host.firstIndex(of: UInt8(ascii: ":")) ?? host.endIndex
      guard consists(of: "", excluding: "@:", host[..<colon]) else { return false }
      port = host[colon...]
    }
    return port.dropFirst().allSatisfy(isDigit)
  }

  /// What stands in brackets: an IPv6 address, or `v1.…` for those to come.
  private static func isLiteral(_ text: ArraySlice<UInt8>) -> Bool {
    if text.first == UInt8(ascii: "v") || text.first == UInt8(ascii: "V") {
      guard let dot = text.firstIndex(of: UInt8(ascii: ".")) else { return false }
      let version = text[(text.startIndex + 1)..<dot]
      let address = text[(dot + 1)...]
      return !version.isEmpty && version.allSatisfy(isHexDigit) && !address.isEmpty
        && address.allSatisfy { isUnreserved($0) || subDelimiters.contains($0) || $0 == UInt8(ascii: ":") }
    }
    return isIPv6(text)
  }

  /// Eight groups of up to four hexadecimal digits, the last two also as an IPv4 address, one run of zeros as `::`.
  private static func isIPv6(_ text: ArraySlice<UInt8>) -> Bool {
    var groups = 0
    var compressed = false
    var rest = text
    if rest.starts(with: "::".utf8) {
      compressed = true
      rest = rest.dropFirst(2)
      if rest.isEmpty { return true }
    }
    while true {
      let group = rest.prefix { $0 != UInt8(ascii: ":") }
      rest = rest[group.endIndex...]
      if rest.isEmpty, group.contains(UInt8(ascii: ".")) {
        guard isIPv4(group) else { return false }
        groups += 2
        break
      }
      guard (1...4).contains(group.count), group.allSatisfy(isHexDigit) else { return false }
      groups += 1
      if rest.isEmpty { break }
      rest = rest.dropFirst()
      if rest.first == UInt8(ascii: ":") {
        guard !compressed else { return false }
        compressed = true
        rest = rest.dropFirst()
        if rest.isEmpty { break }
      } else if rest.isEmpty {
        return false
      }
    }
    return compressed ? groups < 8 : groups == 8
  }

  private static func isIPv4(_ text: ArraySlice<UInt8>) -> Bool {
    let numbers = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return numbers.count == 4
      && numbers.allSatisfy { number in
        guard (1...3).contains(number.count), number.allSatisfy(isDigit) else { return false }
        return (number.count == 1 || number.first != UInt8(ascii: "0"))
          && number.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } <= 255
      }
  }

  /// Whether the text is of `pchar` without those `excluding`, of `extra`, and of whole percent escapes.
  private static func consists(of extra: String, excluding: String = "", _ text: ArraySlice<UInt8>) -> Bool {
    var index = text.startIndex
    while index < text.endIndex {
      let byte = text[index]
      if byte == UInt8(ascii: "%") {
        guard index + 2 < text.endIndex, isHexDigit(text[index + 1]), isHexDigit(text[index + 2]) else { return false }
        index += 3
        continue
      }
      let isPathByte = isUnreserved(byte) || subDelimiters.contains(byte) || ":@".utf8.contains(byte)
      guard isPathByte && !excluding.utf8.contains(byte) || extra.utf8.contains(byte) else { return false }
      index += 1
    }
    return true
  }

  private static let subDelimiters = "!$&'()*+,;=".utf8

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    isLetter(byte) || isDigit(byte) || "-._~".utf8.contains(byte)
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
  }
}
