import Testing

@testable import TransparencyLog

@Suite struct DigestTests {
  static let known = [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ]

  @Test("SHA-256 gives the values of FIPS 180-4", arguments: known)
  func hash(text: String, hex: String) {
    #expect(SHA256.hash(text).hex == hex)
    #expect(SHA256.hash(Array(text.utf8)).description == hex)
  }

  @Test("Hashing piece by piece is hashing the whole")
  func pieces() {
    let text = Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8)
    for cut in 0...text.count {
      var hasher = SHA256Hasher()
      text[..<cut].withUnsafeBytes { hasher.update($0) }
      text[cut...].withUnsafeBytes { hasher.update($0) }
      #expect(hasher.finalize() == SHA256.hash(text))
    }
  }

  @Test("A digest is read back from each of its forms")
  func forms() throws {
    let digest = SHA256.hash("abc")
    #expect(Digest(hex: digest.hex) == digest)
    #expect(Digest(base64: digest.base64) == digest)
    #expect(Digest(digest.bytes) == digest)
    #expect(digest.withUnsafeBytes { Digest($0) } == digest)
    #expect(digest.withUnsafeBytes { Array($0) } == digest.bytes)
    #expect(digest.base64 == "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=")
    #expect(digest.hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test(
    "Hexadecimal text that is not 64 lower-case digits is refused",
    arguments: [
      "", "ba7816bf", String(repeating: "A", count: 64), String(repeating: "0", count: 63) + "g",
      String(repeating: "0", count: 65), String(repeating: "0", count: 62) + "é",
    ])
  func badHex(text: String) {
    #expect(Digest(hex: text) == nil)
  }

  @Test("Only 32 bytes are a digest", arguments: [0, 31, 33])
  func badLength(count: Int) {
    #expect(Digest([UInt8](repeating: 1, count: count)) == nil)
    #expect(Digest(base64: Base64.encode([UInt8](repeating: 1, count: count))) == nil)
  }

  @Test("Digests order as their hexadecimal text does")
  func order() {
    let digests = (0..<200).map { SHA256.hash(String($0)) }
    #expect(digests.sorted().map(\.hex) == digests.map(\.hex).sorted())
    #expect(Digest.zero < digests[0])
    #expect(Digest.zero.hex == String(repeating: "0", count: 64))
  }
}
