import TransparencyLog

/// Which key of a person is the current one: the file `<SHA-256 of the person reference>.person`.
struct PersonEntry: Sendable, Equatable {
  var person: Digest
  var generation: Int
  var id: KeyID
}

extension PersonEntry {
  private static let heading = "aktenspur-person 1"

  var fileBytes: [UInt8] {
    SummedText.bytes(
      heading: Self.heading, [("person", person.hex), ("generation", String(generation)), ("id", id.hex)])
  }

  init(fileBytes: [UInt8], path: String) throws(PrivacyError) {
    let values = try SummedText.values(
      in: fileBytes, heading: Self.heading, names: ["person", "generation", "id"], path: path)
    guard let person = Digest(hex: values[0]) else {
      throw .damagedFile(path: path, expected: "a person of 64 hex digits")
    }
    guard let generation = Int(values[1]), generation > 0 else {
      throw .damagedFile(path: path, expected: "a generation from 1")
    }
    guard let id = KeyID(hex: values[2]) else { throw .damagedFile(path: path, expected: "an id of 32 hex digits") }
    self.init(person: person, generation: generation, id: id)
  }
}
