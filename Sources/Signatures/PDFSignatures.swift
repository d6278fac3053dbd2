public import TimeStamps

/// The signatures inside a PDF.
///
/// Each names the bytes it covers, `/ByteRange [0 840 960 240]`: all but the gap in which it stands itself, as the
/// hexadecimal digits of a CMS message in angle brackets (ISO 32000-2 §12.8.1). The file is looked through for these
/// entries as its bytes stand there; a signature dictionary is never compressed, because its contents must stand in the gap.
extension SignedFile {
  /// More than any office signs; further ones are not looked at.
  public static let mostSignatures = 64

  /// Whether the file begins as a PDF does (ISO 32000-2 §7.5.2).
  public borrowing func isPDF() -> Bool { bytes(5, at: 0).elementsEqual("%PDF-".utf8) }

  /// One result for each signature and signer, in the order of the file; empty where it is not signed.
  public borrowing func checkPDF(anchors: TrustAnchors?, at time: Int64) -> [Signature] {
    var results: [Signature] = []
    for entry in byteRanges() { results += check(entry, anchors, time) }
    return results
  }

  private borrowing func check(_ range: [Int64], _ anchors: TrustAnchors?, _ time: Int64) -> [Signature] {
    let coversAll = range[2] + range[3] == size
    func refused(_ problem: String) -> [Signature] { [.unreadable(.pdf, problem, coversAll: coversAll)] }
    guard range[0] == 0, range[1] > 0, range[2] > range[1], range[3] >= 0, range[3] <= size - range[2] else {
      return refused("its /ByteRange is none of this file")
    }
    let gap = range[2] - range[1]
    guard gap <= 2 * Int64(SignedFile.largestSignature) + 2 else { return refused("it is too large") }
    let contents = bytes(Int(gap), at: range[1])
    guard contents.count == gap, contents.first == UInt8(ascii: "<"), contents.last == UInt8(ascii: ">"),
      let message = SignedFile.message(contents.dropFirst().dropLast())
    else { return refused("the gap that it does not cover holds more or less than itself") }
    return CMSCheck(form: .pdf, anchors: anchors, time: time)
      .run(message, over: [(0, range[1]), (range[2], range[3])], of: descriptor, coversAll: coversAll)
  }

  /// The DER value that hexadecimal digits write, without the zeros that fill the room set aside for it.
  private static func message(_ digits: ArraySlice<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    var high: UInt8?
    for digit in digits {
      guard let value = Character(UnicodeScalar(digit)).hexDigitValue.map({ UInt8($0) }) else { return nil }
      if let first = high {
        bytes.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    // A SEQUENCE with a definite length (X.690 §8.1.3); what has an indefinite one ends where its filling begins.
    guard high == nil, bytes.count > 2, bytes[0] == 0x30 else { return nil }
    guard bytes[1] != 0x80 else { return bytes }
    var length = Int(bytes[1])
    var header = 2
    if length > 0x80 {
      let count = length - 0x80
      guard count <= 4, bytes.count > 2 + count else { return nil }
      length = bytes[2..<2 + count].reduce(0) { $0 << 8 | Int($1) }
      header += count
    }
    guard header + length <= bytes.count, bytes[(header + length)...].allSatisfy({ $0 == 0 }) else { return nil }
    return Array(bytes[..<(header + length)])
  }

  private static let entry = Array("/ByteRange".utf8)
  private static let block = 1 << 20
  /// What may follow the name until the closing bracket.
  private static let longestEntry = 256

  /// The four numbers of each `/ByteRange` in the file.
  private borrowing func byteRanges() -> [[Int64]] {
    var ranges: [[Int64]] = []
    var offset: Int64 = 0
    while offset < size, ranges.count < SignedFile.mostSignatures {
      let bytes = bytes(SignedFile.block + SignedFile.longestEntry, at: offset)
      var place = 0
      let end = min(bytes.count, SignedFile.block)
      bytes.withUnsafeBufferPointer { buffer in
        while place < end {
          if buffer[place] == SignedFile.entry[0], let numbers = SignedFile.numbers(buffer, behind: place) {
            ranges.append(numbers)
          }
          place += 1
        }
      }
      offset += Int64(SignedFile.block)
    }
    return Array(ranges.prefix(SignedFile.mostSignatures))
  }

  /// The numbers of an entry that begins at `place`; nil where none does.
  private static func numbers(_ bytes: UnsafeBufferPointer<UInt8>, behind place: Int) -> [Int64]? {
    guard bytes.count - place > entry.count, bytes[place..<place + entry.count].elementsEqual(entry) else { return nil }
    var cursor = place + entry.count
    let end = min(bytes.count, place + longestEntry)
    func isSpace(_ byte: UInt8) -> Bool { [0, 9, 10, 12, 13, 32].contains(byte) }
    while cursor < end, isSpace(bytes[cursor]) { cursor += 1 }
    guard cursor < end, bytes[cursor] == UInt8(ascii: "[") else { return nil }
    cursor += 1
    var numbers: [Int64] = []
    while cursor < end {
      if isSpace(bytes[cursor]) {
        cursor += 1
      } else if bytes[cursor] == UInt8(ascii: "]") {
        return numbers.count == 4 ? numbers : nil
      } else {
        let start = cursor
        while cursor < end, (0x30...0x39).contains(bytes[cursor]) { cursor += 1 }
        guard let number = Int64(String(decoding: bytes[start..<cursor], as: UTF8.self)) else { return nil }
        numbers.append(number)
      }
    }
    return nil
  }
}
