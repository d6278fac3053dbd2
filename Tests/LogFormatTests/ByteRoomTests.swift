import Testing

@testable import LogFormat

@Suite("Text put together in one go")
struct ByteRoomTests {
  private func text(upTo length: Int = 64, _ body: (inout ByteRoom) -> Void) -> String {
    var output = Array("x".utf8)
    output.append(upTo: length, body)
    return String(decoding: output, as: UTF8.self)
  }

  @Test(
    "Numbers are written as they are",
    arguments: [0, 9, 10, 99, 100, 4_294_967_296, 9_999_999_999_999_999_999, 10_000_000_000_000_000_000, .max]
      as [UInt64])
  func numbers(number: UInt64) {
    #expect(text { $0.put(number) } == "x\(number)")
    #expect(
      text { $0.put(number, digits: 20) } == "x" + String(repeating: "0", count: 20 - "\(number)".count) + "\(number)")
  }

  @Test("Pieces follow each other behind what was there")
  func pieces() {
    #expect(
      text { room in
        room.put("a")
        room.put(7 as UInt64)
        room.put("b")
      } == "xa7b")
  }

  @Test("Nothing put is nothing appended")
  func nothing() {
    #expect(text { _ in } == "x")
  }

  @Test(
    "A string needs no more room than is reckoned for it",
    arguments: ["", "plain", "\"", "\u{0}\u{1F}\u{7F}", "zehn \\ und ä", String(repeating: "\u{1}", count: 100)])
  func strings(string: String) throws {
    // What is plain may be written as if it were not.
    for isPlain in Set([JSONText.isPlain(string), false]) {
      var output: [UInt8] = []
      output.append(upTo: JSONText.longest(bytes: string.utf8.count, isPlain: isPlain) + 2) {
        $0.put(json: string, isPlain: isPlain)
      }
      #expect(String(decoding: output, as: UTF8.self) == JSONText.string(string))
      #expect(try JSONDocument(output).root.string == string)
    }
  }

  @Test("What must be escaped is, wherever in a string it stands")
  func escapes() {
    for length in 1...20 {
      for place in 0..<length {
        let (before, after) = (String(repeating: "a", count: place), String(repeating: "b", count: length - place - 1))
        #expect(JSONText.string(before + "\"" + after) == "\"" + before + "\\\"" + after + "\"")
      }
    }
  }
}
