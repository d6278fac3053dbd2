import Foundation
import Privacy
import Testing

@Suite struct KeyDestructionTests {
  let scratch: Scratch
  var store: KeyStore { scratch.store }

  init() throws {
    scratch = try Scratch()
  }

  @Test("A destroyed key has no file and opens nothing, not even what is in memory")
  func destroying() throws {
    let value = try store.seal("\"Erika\"")
    try store.destroy(value.keyID)
    #expect(!FileManager.default.fileExists(atPath: scratch.path(of: value.keyID)))
    #expect(throws: PrivacyError.destroyedKey(value.keyID)) { try store.unseal(value) }
  }

  @Test("The person's next value is sealed with a key of the next generation")
  func nextGeneration() throws {
    let value = try store.seal("\"Erika\"")
    try store.destroy(value.keyID)
    #expect(try store.state(of: "person/4711") == .destroyed(value.keyID, generation: 1))
    let next = try store.seal("\"Erika\"")
    #expect(next.keyID != value.keyID)
    #expect(try store.state(of: "person/4711") == .sealing(next.keyID, generation: 2))
    #expect(try store.unseal(next) == "\"Erika\"")
  }

  @Test("A copy of a destroyed key that is put back is not believed, and removed when it is named again")
  func putBack() throws {
    let value = try store.seal("\"Erika\"")
    let path = scratch.path(of: value.keyID)
    let copy = try String(contentsOfFile: path, encoding: .utf8)
    try store.destroy(value.keyID)
    try scratch.write(copy, to: path)
    #expect(throws: PrivacyError.destroyedKey(value.keyID)) { try store.unseal(value) }
    try store.destroy(value.keyID)
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test("Destroying one person's key leaves the others'")
  func others() throws {
    let value = try store.seal("1")
    let other = try store.seal("2", at: Place(person: "person/2"))
    try store.destroy(value.keyID)
    #expect(try store.unseal(other, at: Place(person: "person/2")) == "2")
  }

  @Test("While a person is withheld nothing is sealed for them, and for others it is")
  func withholding() throws {
    store.withhold("person/4711")
    store.withhold("person/4711")
    #expect(throws: PrivacyError.beingErased) { _ = try store.seal("1") }
    _ = try store.seal("1", at: Place(person: "person/2"))
    store.release("person/4711")
    #expect(throws: PrivacyError.beingErased) { _ = try store.seal("1") }
    store.release("person/4711")
    _ = try store.seal("1")
  }

  @Test("A person for whom nothing was sealed is unknown")
  func unknown() throws {
    #expect(try store.state(of: "person/1") == .unknown)
  }
}
