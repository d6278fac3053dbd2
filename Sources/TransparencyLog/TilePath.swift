/// How an index and a width stand in a path: three digits a part, all parts but the last marked by `x`, so that no file
/// is also a folder (C2SP tlog-tiles, "Merkle Tree").
enum TilePath {
  /// `x001/x234/067`, and `.p/8` where the tile is not full.
  static func suffix(index: UInt64, width: Int) -> String {
    var path = part(index % 1000)
    var rest = index / 1000
    while rest > 0 {
      path = "x" + part(rest % 1000) + "/" + path
      rest /= 1000
    }
    return width == Tile.fullWidth ? path : "\(path).p/\(width)"
  }

  static func place(_ parts: some Collection<Substring.UTF8View>) -> (index: UInt64, width: Int)? {
    var width = Tile.fullWidth
    var parts = Array(parts)
    if parts.count >= 2, parts[parts.count - 2].suffix(2).elementsEqual(".p".utf8) {
      guard let last = number(parts[parts.count - 1], below: Tile.fullWidth), last > 0 else { return nil }
      width = last
      parts.removeLast()
      parts[parts.count - 1] = parts[parts.count - 1].dropLast(2)
    }
    guard let last = parts.popLast(), let units = digits(last) else { return nil }
    var index: UInt64 = 0
    for (place, part) in parts.enumerated() {
      guard part.first == UInt8(ascii: "x"), let value = digits(part.dropFirst()) else { return nil }
      // The number has no more parts than it needs.
      if place == 0, value == 0 { return nil }
      guard let next = appending(value, to: index) else { return nil }
      index = next
    }
    return appending(units, to: index).map { ($0, width) }
  }

  /// A decimal number without leading zeros.
  static func number(_ text: Substring.UTF8View, below limit: Int) -> Int? {
    guard let first = text.first, first != UInt8(ascii: "0") || text.count == 1, text.count <= 3,
      text.allSatisfy(isDigit), let value = Int(Substring(text)), value < limit
    else { return nil }
    return value
  }

  private static func part(_ value: UInt64) -> String {
    let text = String(value)
    return String(repeating: "0", count: 3 - text.utf8.count) + text
  }

  private static func digits(_ text: Substring.UTF8View) -> UInt64? {
    guard text.count == 3, text.allSatisfy(isDigit) else { return nil }
    return UInt64(Substring(text))
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func appending(_ part: UInt64, to index: UInt64) -> UInt64? {
    let (product, overflow) = index.multipliedReportingOverflow(by: 1000)
    let (sum, carry) = product.addingReportingOverflow(part)
    return overflow || carry ? nil : sum
  }
}
