import NIOCore
import Testing

@testable import LedgerServer

@Suite struct LineSplitterTests {
  /// The lines of a text that comes in pieces of that many bytes, as `number:text`.
  private func lines(_ text: String, pieces: Int, limit: Int = 8) -> [String] {
    var splitter = LineSplitter(limit: limit)
    var lines: [String] = []
    func note(_ number: Int, _ line: LineSplitter.Line) {
      switch line {
      case .text(let bytes): lines.append("\(number):\(String(decoding: bytes, as: UTF8.self))")
      case .tooLong: lines.append("\(number):too long")
      }
    }
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: pieces) {
      let chunk = ByteBuffer(bytes: bytes[start..<min(start + pieces, bytes.count)])
      if !splitter.keepIfWithoutEnd(chunk) { splitter.take(chunk, note) }
    }
    splitter.finish(note)
    return lines
  }

  @Test(arguments: 1...20)
  func cutsTheSameHoweverTheBytesCome(pieces: Int) {
    #expect(lines("a\nbc\r\n\n  \nd", pieces: pieces) == ["1:a", "2:bc", "5:d"])
    #expect(lines("a\nbc\n", pieces: pieces) == ["1:a", "2:bc"])
    #expect(lines("", pieces: pieces) == [])
    #expect(lines("\r\n", pieces: pieces) == [])
    #expect(
      lines("12345678\n123456789\n12345678\r\n123456789\r\nx", pieces: pieces)
        == ["1:12345678", "2:too long", "3:12345678", "4:too long", "5:x"])
    #expect(lines("x\n1234567890123456789012345", pieces: pieces) == ["1:x", "2:too long"])
  }
}
