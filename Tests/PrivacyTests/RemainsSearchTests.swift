import Foundation
import Privacy
import Testing

/// An erased value is found in a file however it is spelled there.
struct RemainsSearchTests {
  private func count(_ values: [String], in text: [UInt8]) throws -> Int {
    let scratch = try Scratch()
    try Data(text).write(to: scratch.root.appending(path: "datei"))
    return RemainsSearch(in: scratch.root.path, key: [], values: Set(values.map { Array($0.utf8) })).run().count
  }

  @Test(arguments: [
    #"Jörg Überwald"#, #"J\u00f6rg \u00dcberwald"#, #"J\u00F6rg \u00DCberwald"#, #"\u004Aörg Überwald"#,
    #"{"a":"{\"b\":\"x\"}","c":"J\u00f6rg Überwald"}"#,
  ])
  func aNameIsFoundInEverySpelling(text: String) throws {
    #expect(try count(["Jörg Überwald"], in: Array(text.utf8)) == 1)
  }

  @Test(arguments: [
    (#"Kurt "Kutte" Kaiser"#, #"Kurt \u0022Kutte\" Kaiser"#), ("Amt 3/4 Nord", #"Amt 3\/4 Nord"#),
    ("Zeile\nzwei", #"Zeile\nzwei"#), ("Smile 😀 Ende", #"Smile \ud83d\ude00 Ende"#),
    (#"C:\Akten\neu"#, #"C:\\Akten\\neu"#),
  ])
  func escapedMarksAreFound(value: String, text: String) throws {
    #expect(try count([value], in: Array(text.utf8)) == 1)
  }

  @Test func aSpellingAcrossTwoBlocksIsFoundOnce() throws {
    let spelling = Array(#"J\u00f6rg \u00dcberwald"#.utf8)
    for before in stride(from: (1 << 20) - spelling.count - 2, to: (1 << 20) + 2, by: 1) {
      #expect(try count(["Jörg Überwald"], in: [UInt8](repeating: 0x2E, count: before) + spelling) == 1, "\(before)")
    }
  }

  @Test func theSpellingThatWasSealedIsCountedOnce() throws {
    let text = #"J\u00f6rg Überwald"#
    #expect(try count(["Jörg Überwald", text], in: Array(text.utf8)) == 1)
  }

  @Test func whatOnlyLooksAlikeIsNotFound() throws {
    for text in [#"J\u00f7rg Überwald"#, #"J\u00frg Überwald"#, #"J\\u00f6rg Überwald"#, #"Jrg Überwald"#] {
      #expect(try count(["Jörg Überwald"], in: Array(text.utf8)) == 0, "\(text)")
    }
  }
}
