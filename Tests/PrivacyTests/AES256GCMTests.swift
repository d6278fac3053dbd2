import Testing

@testable import Privacy

@Suite struct AES256GCMTests {
  @Test("The cipher gives the published result (McGrew and Viega, The Galois/Counter Mode of Operation, test case 16)")
  func publishedVector() throws {
    let key = bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")
    let nonce = bytes("cafebabefacedbaddecaf888")
    let additional = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    let plaintext = bytes(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39")
    let sealed = bytes(
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662" + "76fc6ece0f4e1768cddf8853bb2d551b")
    #expect(try AES256GCM.seal(plaintext, key: key, nonce: nonce, additionalData: additional) == sealed)
    #expect(try AES256GCM.open(sealed, key: key, nonce: nonce, additionalData: additional) == plaintext)
    #expect(try AES256GCM.open(sealed, key: key, nonce: nonce, additionalData: additional + [0]) == nil)
    #expect(try AES256GCM.open([1, 2, 3], key: key, nonce: nonce, additionalData: additional) == nil)
  }

  private func bytes(_ hex: String) -> [UInt8] {
    stride(from: 0, to: hex.utf8.count, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) }
  }
}
