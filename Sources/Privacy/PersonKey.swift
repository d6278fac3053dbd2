import TransparencyLog

/// One key of one person, and its file `<key id>.key`.
struct PersonKey: Sendable, Equatable {
  var id: KeyID
  /// SHA-256 of the person reference's UTF-8 bytes.
  var person: Digest
  /// 1, 2, 3 … within the person.
  var generation: Int
  /// 32 bytes.
  var key: [UInt8]

  static func random(person: Digest, generation: Int) throws(PrivacyError) -> PersonKey {
    PersonKey(
      id: try .random(), person: person, generation: generation,
      key: try Random.secretBytes(AES256GCM.keyLength))
  }
}

extension PersonKey {
  private static let heading = "aktenspur-key 1"

  var fileBytes: [UInt8] {
    SummedText.bytes(
      heading: Self.heading,
      [
        ("id", id.hex), ("person", person.hex), ("generation", String(generation)), ("key", Base64URL.encode(key)),
      ])
  }

  init(fileBytes: [UInt8], path: String) throws(PrivacyError) {
    let values = try SummedText.values(
      in: fileBytes, heading: Self.heading, names: ["id", "person", "generation", "key"], path: path)
    guard let id = KeyID(hex: values[0]) else { throw .damagedFile(path: path, expected: "an id of 32 hex digits") }
    guard let person = Digest(hex: values[1]) else {
      throw .damagedFile(path: path, expected: "a person of 64 hex digits")
    }
    guard let generation = Int(values[2]), generation > 0 else {
      throw .damagedFile(path: path, expected: "a generation from 1")
    }
    guard let key = Base64URL.decode(values[3]), key.count == AES256GCM.keyLength else {
      throw .damagedFile(path: path, expected: "a key of 32 bytes in base64url")
    }
    self.init(id: id, person: person, generation: generation, key: key)
  }
}
