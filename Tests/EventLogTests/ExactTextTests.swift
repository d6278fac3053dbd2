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
    let key = IndexKey(source: "urn:a", id: "1")
    #expect(key == IndexKey(source: "urn:a", id: "1"))
    #expect(key != IndexKey(source: "urn:a1", id: "") && key != IndexKey(source: "urn:", id: "a1"))
    #expect(IndexKey(source: "\u{e9}", id: "") != IndexKey(source: "e\u{301}", id: ""))
    #expect(IndexKey(subject: "\u{e9}") != IndexKey(subject: "e\u{301}"))
  }
}
