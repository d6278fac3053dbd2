import Testing

@testable import LogFormat

@Suite("Eight bytes at a time")
struct EightBytesTests {
  private func words(with byte: UInt8, at place: Int) -> [[UInt8]] {
    // Beside bytes from which a borrow could come, and such as it could turn into a hit.
    ([0x20, 0x21, 0x23, 0x5B, 0x5D, 0x7E, 0x7F, 0x80, 0xA0, 0xFF] as [UInt8]).map { filler in
      var word = Array(repeating: filler, count: 8)
      word[place] = byte
      return word
    }
  }

  private func forEachWord(_ body: (_ bytes: [UInt8], _ word: EightBytes) -> Void) {
    for byte in UInt8.min...UInt8.max {
      for place in 0..<8 {
        for bytes in words(with: byte, at: place) {
          bytes.withUnsafeBytes { body(bytes, EightBytes($0, at: 0)) }
        }
      }
    }
  }

  @Test("The first byte that JSON must escape is found, and no other")
  func escapes() {
    forEachWord { bytes, word in
      let expected = bytes.firstIndex { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
      #expect(EightBytes.first(in: word.mustBeEscaped) == expected, "\(bytes)")
    }
  }

  @Test("The first byte that is not ASCII is found")
  func notASCII() {
    forEachWord { bytes, word in
      #expect(EightBytes.first(in: word.notASCII) == bytes.firstIndex { $0 >= 0x80 }, "\(bytes)")
    }
  }

  @Test("The first byte of a value is found")
  func equal() {
    forEachWord { bytes, word in
      #expect(EightBytes.first(in: word.equal(0x7F)) == bytes.firstIndex(of: 0x7F), "\(bytes)")
    }
  }
}
