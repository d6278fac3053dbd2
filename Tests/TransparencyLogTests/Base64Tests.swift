import Foundation
import Testing
import TransparencyLog

@Suite struct Base64Tests {
  @Test(
    "Base64 gives the values of RFC 4648 §10",
    arguments: [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
      ("foobar", "Zm9vYmFy"),
    ])
  func known(plain: String, encoded: String) {
    #expect(Base64.encode(plain.utf8) == encoded)
    #expect(Base64.decode(encoded) == Array(plain.utf8))
  }

  @Test(
    "Anything but the one right spelling is refused",
    arguments: [
      "Zg", "Zg=", "Zg===", "=", "====", "Z===", "Zm9v====", "Zh==", "Zm9=", "Zm8=Zm8=", "Zm 9", "Zm9v\n", "Zm-_",
      "Zé==", "A===", "Zm9vA===",
    ])
  func strict(text: String) {
    #expect(Base64.decode(text) == nil)
  }

  @Test("Base64 agrees with Foundation on every length up to 100")
  func foundation() {
    for count in 0...100 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ count) }
      let encoded = Data(bytes).base64EncodedString()
      #expect(Base64.encode(bytes) == encoded)
      #expect(Base64.decode(encoded) == bytes)
    }
  }
}
