/// A piece of SQL, as far as one must know it to find the ends of statements.
struct SQLToken {
  enum Kind: Hashable {
    /// A keyword or a plain identifier.
    case word
    /// An identifier in `"…"`, `` `…` `` or `[…]`.
    case quotedName
    case string
    case semicolon
    case openParenthesis
    case closeParenthesis
    case lineComment
    case blockComment
    case other
  }

  var kind: Kind
  /// In the bytes of the file.
  var range: Range<Int>
  /// From 1.
  var line: Int
  /// Only white space stands before it in its line.
  var startsLine: Bool
}

/// What is wrong in a file of SQL or CSV, and where.
struct TextError: Error, Hashable {
  /// From 1.
  var line: Int
  var detail: String
  /// The same in German, where those read it who import registers.
  var german: String

  init(_ line: Int, _ detail: String, de german: String? = nil) {
    self.line = line
    self.detail = detail
    self.german = german ?? detail
  }
}

/// Reads SQL token by token, the way SQLite's tokenizer does (strings, quoted names and comments do not nest).
struct SQLScanner {
  private let bytes: [UInt8]
  private var position = 0
  private var line = 1
  private var startsLine = true

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func next() throws(TextError) -> SQLToken? {
    skipSpace()
    guard position < bytes.count else { return nil }
    let (start, startLine, startsLine) = (position, line, startsLine)
    let kind = try readToken()
    line += bytes[start..<position].count { $0 == UInt8(ascii: "\n") }
    self.startsLine = false
    return SQLToken(kind: kind, range: start..<position, line: startLine, startsLine: startsLine)
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\n"):
        line += 1
        startsLine = true
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), 0x0C: break
      default: return
      }
      position += 1
    }
  }

  private mutating func readToken() throws(TextError) -> SQLToken.Kind {
    let byte = bytes[position]
    let following = position + 1 < bytes.count ? bytes[position + 1] : nil
    switch byte {
    case 0: throw TextError(line, "a zero byte")
    case UInt8(ascii: "-") where following == UInt8(ascii: "-"):
      position = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      return .lineComment
    case UInt8(ascii: "/") where following == UInt8(ascii: "*"):
      try readBlockComment()
      return .blockComment
    case UInt8(ascii: "'"):
      try readQuoted(until: byte, "a string")
      return .string
    case UInt8(ascii: "\""), UInt8(ascii: "`"):
      try readQuoted(until: byte, "a quoted name")
      return .quotedName
    case UInt8(ascii: "["):
      try readQuoted(until: UInt8(ascii: "]"), "a name in brackets")
      return .quotedName
    case UInt8(ascii: ";"):
      position += 1
      return .semicolon
    case UInt8(ascii: "("):
      position += 1
      return .openParenthesis
    case UInt8(ascii: ")"):
      position += 1
      return .closeParenthesis
    default:
      guard SQLScanner.isWordByte(byte) else {
        position += 1
        return .other
      }
      position = bytes[position...].firstIndex { !SQLScanner.isWordByte($0) } ?? bytes.count
      return .word
    }
  }

  private mutating func readBlockComment() throws(TextError) {
    var index = position + 2
    while index + 1 < bytes.count, bytes[index] != UInt8(ascii: "*") || bytes[index + 1] != UInt8(ascii: "/") {
      index += 1
    }
    guard index + 1 < bytes.count else { throw TextError(line, "a comment that begins here has no end \"*/\"") }
    position = index + 2
  }

  /// A doubled quote inside is two quoted pieces side by side, which end where the whole does.
  private mutating func readQuoted(until end: UInt8, _ what: String) throws(TextError) {
    guard let close = bytes[(position + 1)...].firstIndex(of: end) else {
      throw TextError(line, "\(what) that begins here has no end")
    }
    position = close + 1
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...:
      true
    default: false
    }
  }
}
