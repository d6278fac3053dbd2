import Testing

@testable import EventLog

@Suite struct ExactTextTests {
  @Test("Texts are the same byte for byte only")
  func equality() {
    #expect(ExactText("a") == ExactText("a"))
    #expect(ExactText("\u{e9}") != ExactText("e\u{301}"))
    #expect(Set([ExactText("\u{e9}"), ExactText("e\u{301}"), ExactText("\u{e9}")]).count == 2)
  }

  @Test("The key of an event is that of its bytes")
  func eventKey() {
    let key = EventKey(source: "urn:a", id: "1")
    #expect(key == EventKey(source: "urn:a", id: "1"))
    #expect(key != EventKey(source: "urn:a1", id: "") && key != EventKey(source: "urn:", id: "a1"))
    #expect(EventKey(source: "\u{e9}", id: "") != EventKey(source: "e\u{301}", id: ""))
    #expect(key.withBytes(Array.init).count == 16)
    let keys = (0..<200).map { EventKey(source: "urn:a", id: "\($0)") }
    #expect(
      keys.sorted().map { $0.withBytes(Array.init) }
        == keys.map { $0.withBytes(Array.init) }.sorted { $0.lexicographicallyPrecedes($1) })
  }
}
