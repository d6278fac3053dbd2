import Foundation
import LogFormat
import Privacy
import Testing

@Suite struct SealingTests {
  let scratch: Scratch
  var store: KeyStore { scratch.store }

  init() throws {
    scratch = try Scratch()
  }

  @Test(
    "Any JSON value comes back byte for byte",
    arguments: [
      "\"Müller, Erika\"", "\"\"", "1.50e3", "null", "true", "[1,{\"b\":\"\\u00e4\"}]", "{\"z\":1,\"a\":2}",
    ])
  func roundTrip(text: String) throws {
    #expect(try store.unseal(try store.seal(text)) == text)
  }

  @Test(
    "A text of any length comes back, from nothing to what a record can hold", arguments: [0, 1, 15, 16, 17, 49_000])
  func lengths(count: Int) throws {
    let text = String(repeating: "x", count: count)
    #expect(try store.unseal(try store.seal(text)) == text)
  }

  @Test("The sealed value is one object, its parts are what the format says, and the plain text is not in it")
  func form() throws {
    let plaintext = Array("\"Erika Mustermann\"".utf8)
    let json = try store.seal(
      plaintext, person: "person/4711", type: "de.aktenspur.rad.angeschafft", subject: "rad/7", field: "/nutzer")
    let text = String(decoding: json, as: UTF8.self)
    #expect(text.wholeMatch(of: /\{"sealed":"[0-9a-f]{32}\.[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]+"\}/) != nil)
    #expect(!text.contains("Mustermann"))
    let value = try SealedValue(json: json)
    #expect(value.json == json)
    #expect(value.nonce.count == 12)
    #expect(value.ciphertext.count == plaintext.count + 16)
  }

  @Test("A value opens in no other type, subject or field")
  func boundToItsPlace() throws {
    let value = try store.seal("\"Erika\"")
    var places = [Place(), Place(), Place(), Place()]
    places[0].type = "de.aktenspur.rad.verkauft"
    places[1].subject = "rad/8"
    places[2].field = "/halter"
    // The same characters, divided differently.
    (places[3].type, places[3].subject) = ("de.aktenspur.rad.angeschafftr", "ad/7")
    for place in places {
      #expect(
        throws: PrivacyError.notAuthentic(
          value.keyID, type: place.type, subject: place.subject, field: place.field)
      ) { try store.unseal(value, at: place) }
    }
  }

  @Test("Any altered bit of nonce, ciphertext or tag is noticed")
  func altered() throws {
    let value = try store.seal("\"Erika\"")
    let parts = value.text.split(separator: ".").map(String.init)
    for part in [1, 2] {
      let bytes = try #require(decode(parts[part]))
      for bit in 0..<bytes.count * 8 {
        var changed = bytes
        changed[bit / 8] ^= 1 << (bit % 8)
        var altered = parts
        altered[part] = encode(changed)
        #expect(throws: expected(value.keyID)) {
          try store.unseal(SealedValue(altered.joined(separator: ".")))
        }
      }
    }
  }

  @Test("A value opens with no other person's key")
  func otherKey() throws {
    let value = try store.seal("\"Erika\"")
    var place = Place()
    place.person = "person/4712"
    let other = try store.seal("\"Max\"", at: place)
    #expect(other.keyID != value.keyID)
    let swapped = value.text.replacing(value.keyID.hex, with: other.keyID.hex)
    #expect(throws: expected(other.keyID)) { try store.unseal(SealedValue(swapped)) }
  }

  @Test("The same value sealed twice gives two texts with one key, and both open")
  func twice() throws {
    let first = try store.seal("\"Erika\"")
    let second = try store.seal("\"Erika\"")
    #expect(first.keyID == second.keyID)
    #expect(first.nonce != second.nonce)
    #expect(first.ciphertext != second.ciphertext)
    #expect(try store.unseal(first) == store.unseal(second))
  }

  @Test("A value sealed by another implementation from the documented format opens")
  func foreignVector() throws {
    // Made with the AESGCM of Python's package 'cryptography'; key 00 01 … 1f, nonce 64 65 … 6f.
    let id = try #require(KeyID(hex: "000102030405060708090a0b0c0d0e0f"))
    try scratch.write(
      """
      aktenspur-key 1
      id 000102030405060708090a0b0c0d0e0f
      person 49a16bc16e36d1ee91314a8848a2c891fe9c1274b6114a3de73a19d48bff598f
      generation 1
      key AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8
      sum 4321e0a20f3238dbced5991338440da0ef36e7889b2656ac7f5be6f6f33dda7e

      """, to: scratch.path(of: id))
    try scratch.write(
      """
      aktenspur-person 1
      person 49a16bc16e36d1ee91314a8848a2c891fe9c1274b6114a3de73a19d48bff598f
      generation 1
      id 000102030405060708090a0b0c0d0e0f
      sum 42528d06224101b5eb5f291608790ddeca7542594871fd8283efef3bfdb2597b

      """, to: scratch.path(of: "person/4711"))
    let value = try SealedValue(
      "000102030405060708090a0b0c0d0e0f.ZGVmZ2hpamtsbW5v.alYd2hWFM-wSQhqasw4L37PPlstsDEOjQSjX8dSU0Uw")
    #expect(try store.unseal(value) == "\"Müller, Erika\"")
    #expect(try store.seal("1").keyID == id)
  }

  @Test(
    "A text that is no sealed value is refused with the part that is wrong",
    arguments: [
      ("", "three parts"), ("a.b", "three parts"), ("a.b.c.d", "three parts"),
      ("000102030405060708090A0B0C0D0E0F.ZGVmZ2hpamtsbW5v.alYd2hWFM-wSQhqasw4L3w", "key id"),
      ("000102030405060708090a0b0c0d0e.ZGVmZ2hpamtsbW5v.alYd2hWFM-wSQhqasw4L3w", "key id"),
      ("000102030405060708090a0b0c0d0e0f.ZGVmZ2hpamtsbW4.alYd2hWFM-wSQhqasw4L3w", "nonce"),
      ("000102030405060708090a0b0c0d0e0f.ZGVmZ2hpamtsbW5v.alYd2hWFM+wSQhqasw4L3w", "ciphertext"),
      ("000102030405060708090a0b0c0d0e0f.ZGVmZ2hpamtsbW5v.alYd2hWFM-wSQhqasw4L3w=", "ciphertext"),
      ("000102030405060708090a0b0c0d0e0f.ZGVmZ2hpamtsbW5v.alYd2hWFM-wSQhqasw4L3x", "ciphertext"),
      ("000102030405060708090a0b0c0d0e0f.ZGVmZ2hpamtsbW5v.alYd2hWFM", "ciphertext"),
    ])
  func malformed(text: String, part: String) throws {
    #expect {
      try SealedValue(text)
    } throws: { error in
      guard case .malformedSealedValue(let expected) = error as? PrivacyError else { return false }
      return expected.contains(part)
    }
  }

  @Test(
    "An object with a member 'sealed' could pass for ours, whatever its spelling and company; nothing else could",
    arguments: [
      (#"{"sealed":"a.b.c"}"#, true), (#"{"seal\u0065d":"a.b.c"}"#, true), (#"{"sealed":null}"#, true),
      (#"{"a":1,"sealed":"x"}"#, true), (#"{"Sealed":"x"}"#, false), (#"{"a":{"sealed":"x"}}"#, false),
      (#"[{"sealed":"x"}]"#, false), (#""sealed""#, false), ("{}", false), ("null", false),
    ])
  func sealedShape(text: String, expected: Bool) throws {
    #expect(SealedValue.isSealedShape(try JSONDocument(text).root) == expected)
  }

  @Test("Only an object with the one text 'sealed' is read as a sealed value")
  func readingJSON() throws {
    let value = try store.seal("1")
    #expect(try SealedValue(JSONDocument("{\"sealed\":\"\(value.text)\"}").root) == value)
    for text in ["{\"sealed\":\"\(value.text)\",\"a\":1}", "{\"sealed\":1}", "\"\(value.text)\"", "{}"] {
      #expect(
        throws: PrivacyError.malformedSealedValue(expected: "an object whose only member is the text 'sealed'")
      ) { try SealedValue(JSONDocument(text).root) }
    }
  }

  private func expected(_ id: KeyID) -> PrivacyError {
    .notAuthentic(id, type: Place().type, subject: Place().subject, field: Place().field)
  }

  private func decode(_ text: String) -> [UInt8]? {
    let base64 = text.replacing("-", with: "+").replacing("_", with: "/")
    let padding = String(repeating: "=", count: (4 - base64.count % 4) % 4)
    return Data(base64Encoded: base64 + padding).map { Array($0) }
  }

  private func encode(_ bytes: [UInt8]) -> String {
    Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }
}
