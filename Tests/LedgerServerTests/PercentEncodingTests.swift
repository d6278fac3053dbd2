import Testing

@testable import LedgerServer

@Suite struct PercentEncodingTests {
  @Test(arguments: [
    ("", ""), ("akte/12", "akte/12"), ("akte%2F12", "akte/12"), ("akte%2f12", "akte/12"), ("Stra%C3%9Fe", "Straße"),
    ("a+b", "a+b"), ("%2B", "+"), ("100%25", "100%"), ("%25%32%46", "%2F"), ("%E2%82%AC", "€"),
  ])
  func decodesOnce(encoded: String, plain: String) {
    #expect(percentDecoded(encoded) == plain)
  }

  @Test(arguments: ["%", "%4", "%zz", "a%2", "100% sicher", "%C3", "%ff", "%ED%A0%80"])
  func refusesBrokenEscapesAndBrokenUTF8(encoded: String) {
    #expect(percentDecoded(encoded) == nil)
  }
}
