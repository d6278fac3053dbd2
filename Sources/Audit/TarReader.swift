/// Reads the members of a POSIX ustar archive one after the other. Contents are not touched: a member says where they are.
struct TarReader {
  /// A regular file in the archive.
  struct Member: Hashable {
    var name: String
    /// Where its contents stand in the archive.
    var contents: Range<UInt64>
  }

  enum Failure: Error {
    case problem(TarProblem, offset: UInt64)
    case file(VerifierError)
  }

  private let archive: BundleInput
  private var offset: UInt64 = 0
  private var isAtEnd = false

  init(_ archive: BundleInput) {
    self.archive = archive
  }

  /// The next member; nil behind the last, when the archive's end is as it must be.
  mutating func next() throws(Failure) -> Member? {
    if isAtEnd { return nil }
    let block = try block(at: offset)
    if block.allSatisfy({ $0 == 0 }) {
      try checkEnd()
      isAtEnd = true
      return nil
    }
    let header: TarHeader
    do {
      header = try TarHeader(block)
    } catch {
      throw .problem(error, offset: offset)
    }
    let start = offset + UInt64(TarHeader.blockSize)
    let end = start + TarHeader.paddedSize(header.size)
    guard end <= archive.byteCount else { throw .problem(.cutShort, offset: offset) }
    offset = end
    return Member(name: header.name, contents: start..<start + header.size)
  }

  /// What programs fill an archive up to: a block of a tape, 10 KiB as a rule.
  private static let longestEnd: UInt64 = 1 << 20

  /// Two blocks of zeros or more, and nothing else. More than the filling of a tape are not read: a file with holes has as
  /// many as its maker likes.
  private func checkEnd() throws(Failure) {
    guard archive.byteCount - offset <= TarReader.longestEnd else {
      throw .problem(.trailing, offset: offset + TarReader.longestEnd)
    }
    var place = offset
    while place < archive.byteCount {
      guard try block(at: place).allSatisfy({ $0 == 0 }) else { throw .problem(.trailing, offset: place) }
      place += UInt64(TarHeader.blockSize)
    }
    guard place - offset >= 2 * UInt64(TarHeader.blockSize) else { throw .problem(.cutShort, offset: offset) }
  }

  private func block(at offset: UInt64) throws(Failure) -> [UInt8] {
    let end = offset + UInt64(TarHeader.blockSize)
    guard end <= archive.byteCount else { throw .problem(.cutShort, offset: offset) }
    do {
      return try archive.bytes(offset..<end)
    } catch {
      throw .file(error)
    }
  }
}
