/// The header of a regular file in a POSIX ustar archive (IEEE Std 1003.1, pax, "ustar Interchange Format"): one block of
/// 512 bytes before the file's contents, which are filled up to whole blocks with zeros.
///
/// ```
///   0  100  name, ended by a zero byte             257    6  "ustar" and a zero byte
/// 100    8  mode, octal                            263    2  "00"
/// 124   12  size, octal                            265   64  names of user and group
/// 136   12  time of change, octal                  329   16  device numbers
/// 148    8  sum of all bytes of the block, octal   345  155  prefix of the name
/// 156    1  kind: "0" for a regular file
/// ```
///
/// Nothing here says who packed the archive, or when: the same contents always give the same bytes.
struct TarHeader: Hashable {
  static let blockSize = 512
  /// What eleven octal digits can say: 8 GiB less one byte.
  static let largestSize: UInt64 = 0o77_777_777_777
  static let longestName = 99

  /// Printable ASCII, at most ``longestName`` bytes.
  var name: String
  /// Bytes of contents, without the filling.
  var size: UInt64

  init(name: String, size: UInt64) {
    precondition(TarHeader.isName(name.utf8), "\(name) cannot be the name of a member")
    precondition(size <= TarHeader.largestSize, "a member cannot have \(size) bytes")
    self.name = name
    self.size = size
  }

  private static func isName(_ bytes: some Collection<UInt8>) -> Bool {
    (1...longestName).contains(bytes.count) && bytes.allSatisfy { (0x21...0x7E).contains($0) }
  }

  /// How many bytes the contents take with their filling.
  static func paddedSize(_ size: UInt64) -> UInt64 {
    (size + UInt64(blockSize) - 1) / UInt64(blockSize) * UInt64(blockSize)
  }

  // MARK: The block

  private enum Field {
    static let name = 0..<100
    static let mode = 100..<108
    static let user = 108..<116
    static let group = 116..<124
    static let size = 124..<136
    static let time = 136..<148
    static let sum = 148..<156
    static let kind = 156
    static let magic = 257..<265
    static let majorDevice = 329..<337
    static let minorDevice = 337..<345
    static let prefix = 345..<500
  }

  private static let magic = Array("ustar\u{0}00".utf8)
  private static let regularFile = UInt8(ascii: "0")

  var block: [UInt8] {
    var block = [UInt8](repeating: 0, count: TarHeader.blockSize)
    func set(_ field: Range<Int>, _ bytes: some Collection<UInt8>) {
      block.replaceSubrange(field.lowerBound..<field.lowerBound + bytes.count, with: bytes)
    }
    func setOctal(_ field: Range<Int>, _ number: UInt64) {
      let digits = String(number, radix: 8)
      set(field, (String(repeating: "0", count: field.count - 1 - digits.utf8.count) + digits).utf8)
    }
    set(Field.name, name.utf8)
    setOctal(Field.mode, 0o644)
    for field in [Field.user, Field.group, Field.time, Field.majorDevice, Field.minorDevice] { setOctal(field, 0) }
    setOctal(Field.size, size)
    block[Field.kind] = TarHeader.regularFile
    set(Field.magic, TarHeader.magic)
    // Six digits, a zero byte and a space: so every program writes it.
    setOctal(Field.sum.lowerBound..<Field.sum.upperBound - 1, TarHeader.sum(block))
    block[Field.sum.upperBound - 1] = UInt8(ascii: " ")
    return block
  }

  /// Reads a block. Other kinds of members than regular files, and names or sizes in extended forms, are refused.
  ///
  /// - Throws: what is wrong with it.
  init(_ block: [UInt8]) throws(TarProblem) {
    guard block.count == TarHeader.blockSize else { throw .cutShort }
    guard let sum = TarHeader.octal(block[Field.sum]), sum == TarHeader.sum(block) else { throw .checksum }
    guard block[Field.magic].elementsEqual(TarHeader.magic) else { throw .notUstar }
    guard block[Field.kind] == TarHeader.regularFile else { throw .notRegular(kind: block[Field.kind]) }
    let name = block[Field.name].prefix { $0 != 0 }
    guard TarHeader.isName(name), block[Field.prefix].allSatisfy({ $0 == 0 }) else { throw .name }
    guard let size = TarHeader.octal(block[Field.size]) else { throw .size }
    self.init(name: String(decoding: name, as: UTF8.self), size: size)
  }

  /// The sum of the block's bytes, those of the sum itself taken as spaces.
  private static func sum(_ block: [UInt8]) -> UInt64 {
    block.indices.reduce(0) { $0 + UInt64(Field.sum.contains($1) ? UInt8(ascii: " ") : block[$1]) }
  }

  /// Octal digits, then zero bytes or spaces to the end of the field.
  private static func octal(_ field: ArraySlice<UInt8>) -> UInt64? {
    let digits = field.prefix { (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }
    guard !digits.isEmpty, digits.count < field.count,
      field.dropFirst(digits.count).allSatisfy({ $0 == 0 || $0 == UInt8(ascii: " ") })
    else { return nil }
    return digits.reduce(0) { $0 << 3 | UInt64($1 - UInt8(ascii: "0")) }
  }
}

/// Why bytes are no archive of regular files.
enum TarProblem: Error, Hashable {
  /// The archive ends within a member, or without its two blocks of zeros.
  case cutShort
  case checksum
  case notUstar
  case notRegular(kind: UInt8)
  case name
  case size
  /// Something stands behind the two blocks of zeros.
  case trailing
}

extension TarProblem {
  var phrase: Phrase {
    switch self {
    case .cutShort: Phrase("das Archiv ist abgeschnitten", "the archive is cut short")
    case .checksum: Phrase("die Quersumme eines Kopfes stimmt nicht", "the sum of a header is wrong")
    case .notUstar: Phrase("ein Kopf hat nicht die Form „ustar“", "a header is not of the form \"ustar\"")
    case .notRegular(let kind):
      Phrase("ein Eintrag ist keine gewöhnliche Datei (Art \(kind))", "a member is no regular file (kind \(kind))")
    case .name:
      Phrase("ein Name ist länger oder anders als erlaubt", "a name is longer than or other than allowed")
    case .size: Phrase("eine Größe ist unlesbar", "a size is unreadable")
    case .trailing: Phrase("hinter dem Ende des Archivs steht noch etwas", "something follows the archive's end")
    }
  }
}
