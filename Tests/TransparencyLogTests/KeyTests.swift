import Testing
import TransparencyLog

@Suite struct KeyTests {
  static let vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
  static let secret = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"

  @Test("A verifier key is read and written back unchanged")
  func roundTrip() throws {
    let key = try VerifierKey(Self.vkey)
    #expect(key.name == "PeterNeumann")
    #expect(key.keyID == 0xc74f_20a3)
    #expect(key.algorithm == .ed25519)
    #expect(key.description == Self.vkey)
  }

  @Test("The signing key of golang.org/x/mod gives its verifier key and its signature")
  func secretKey() throws {
    let key = try SigningKey(Self.secret)
    #expect(key.verifierKey.description == Self.vkey)
    #expect(key.encoded == Self.secret)
    let text =
      "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    #expect(
      try key.signatureLine(for: text)
        == "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
  }

  @Test("A generated key signs what its verifier key verifies, and is new each time")
  func generated() throws {
    let key = try SigningKey.generate(name: "aktenspur.example/log")
    let reread = try SigningKey(key.encoded)
    #expect(reread.verifierKey == key.verifierKey)
    let text = Array("Hallo\n".utf8)
    let signature = try key.signature(of: "Hallo\n").bytes
    let verifier = try VerifierKey(key.verifierKey.description)
    #expect(verifier.verifies(signature: signature, of: text))
    #expect(!verifier.verifies(signature: signature, of: Array("Hello\n".utf8)))
    #expect(!verifier.verifies(signature: Array(signature.dropLast()), of: text))
    #expect(try SigningKey.generate(name: "aktenspur.example/log").verifierKey != key.verifierKey)
  }

  @Test(
    "A name with spaces, a plus, control characters or nothing at all is refused",
    arguments: ["", "a b", "a\u{00A0}b", "a\u{2028}b", "a+b", "a\tb", "a\u{1}b", "a\n"])
  func badName(name: String) {
    #expect(throws: NoteError.invalidKeyName(name)) { try SigningKey.generate(name: name) }
  }

  @Test(
    "What is no verifier key is refused, and the error says what was expected",
    arguments: [
      ("", NoteError.malformedKey(expected: "name+keyid+base64")),
      ("PeterNeumann+c74f20a3", .malformedKey(expected: "name+keyid+base64")),
      ("+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", .invalidKeyName("")),
      (
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        .malformedKey(expected: "a key ID of 8 lower-case hexadecimal digits")
      ),
      ("PeterNeumann+c74f20a3+", .malformedKey(expected: "signature type and public key in base64")),
      (
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T",
        .malformedKey(expected: "signature type and public key in base64")
      ),
      ("PeterNeumann+c74f20a3+ARpc", .malformedKey(expected: "a public key of 32 bytes, found 2")),
      (
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        .keyIDMismatch(name: "PeterNeumann", expected: 0xc74f_20a3, found: 0xc74f_20a4)
      ),
      (
        "EnochRoot+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        .keyIDMismatch(name: "EnochRoot", expected: 0x1329_1719, found: 0xc74f_20a3)
      ),
    ])
  func badKey(vkey: String, error: NoteError) {
    #expect(throws: error) { try VerifierKey(vkey) }
  }

  @Test(
    "What is no signing key is refused",
    arguments: [
      vkey, "PRIVATE+KEY+PeterNeumann+c74f20a3", "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEK",
      "PRIVATE+KEY+PeterNeumann+c74f20a4+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz",
      "PRIVATE+KEY+PeterNeumann+c74f20a3+AoEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz",
    ])
  func badSecret(text: String) {
    #expect(throws: NoteError.self) { try SigningKey(text) }
  }

  @Test("A key of another signature type is read, but verifies nothing")
  func otherType() throws {
    let key = try VerifierKey(name: "log", algorithm: .mldsa44, publicKey: [UInt8](repeating: 7, count: 1312))
    #expect(try VerifierKey("\(key)") == key)
    #expect(!key.canVerify)
    #expect(!key.verifies(signature: [UInt8](repeating: 0, count: 64), of: Array("Hallo\n".utf8)))
  }
}
