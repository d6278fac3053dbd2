import Testing

@testable import LedgerServer

@Suite struct MediaTypeTests {
  @Test func readsEssenceAndParameters() throws {
    let type = try #require(MediaType(#"Application/CloudEvents+JSON; Charset="UTF-8"; v=1"#))
    #expect(type.essence == "application/cloudevents+json")
    #expect(type.parameters == ["charset": "UTF-8", "v": "1"])
    #expect(type.isJSON && type.isUTF8)
  }

  @Test(arguments: ["", "json", "a/b/c", "application/", "/json", "text/plain; charset", "a/b, c/d"])
  func refusesWhatIsNoMediaType(text: String) {
    #expect(MediaType(text) == nil)
  }

  @Test func knowsOtherCharacterSets() throws {
    #expect(try #require(MediaType("application/json; charset=iso-8859-1")).isUTF8 == false)
  }

  @Test(arguments: [
    ("application/json", true), ("application/vnd.x+json", true), ("text/json", false), ("application/xml", false),
  ])
  func tellsJSON(text: String, isJSON: Bool) throws {
    #expect(try #require(MediaType(text)).isJSON == isJSON)
  }

  @Test(arguments: [
    ("application/x-ndjson", true), ("Application/X-NDJSON;charset=utf-8", true), ("application/x-ndjson ; a=b", true),
    ("application/x-ndjson2", false), ("application/x-ndjso", false), ("", false), ("application/json", false),
    ("application\u{F}x-ndjson", false),
  ])
  func tellsLinesWithoutTakingTheTypeApart(text: String, isLines: Bool) {
    #expect(MediaType.isLines(text) == isLines)
  }

  @Test(arguments: [
    ("", [""]), (";", ["", ""]), (" a ; b\t", ["a", "b"]), (#"a="\";";b"#, [#"a="\";""#, "b"]),
    ("ä;\u{301};ö", ["ä", "\u{301}", "ö"]),
  ])
  func splitsByBytes(text: String, parts: [String]) {
    #expect(splitUnquoted(text, at: ";").map { String($0) } == parts)
  }

  @Test(
    arguments: [
      (nil, false), ("*/*", false), ("text/event-stream", true), ("text/event-stream, */*", true),
      ("application/x-ndjson", false), ("application/x-ndjson, text/event-stream", false),
      ("application/x-ndjson;q=0.5, text/event-stream", true), ("text/event-stream;q=0", false),
    ] as [(String?, Bool)])
  func choosesServerSentEvents(accept: String?, expected: Bool) {
    #expect(MediaType.prefersEventStream(accept: accept) == expected)
  }

  @Test func unquotesAndSplits() {
    #expect(unquoted(#""a \"b\" \\""#) == #"a "b" \"#)
    #expect(unquoted("plain") == "plain")
    #expect(splitUnquoted(#"a; b="x;y" ;c"#, at: ";") == ["a", #"b="x;y""#, "c"])
  }
}
