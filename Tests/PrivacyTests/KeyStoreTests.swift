import Foundation
import Privacy
import Synchronization
import Testing

@Suite struct KeyStoreTests {
  let scratch: Scratch
  var store: KeyStore { scratch.store }

  init() throws {
    scratch = try Scratch()
  }

  @Test("A key outlives the process: a new store over the same files opens old values and goes on with the same key")
  func reopening() throws {
    let value = try store.seal("\"Erika\"")
    let reopened = try scratch.reopened()
    #expect(try reopened.unseal(value) == "\"Erika\"")
    #expect(try reopened.seal("\"Erika\"").keyID == value.keyID)
  }

  @Test("A person has one key file and one person file, readable by the owner only, in a folder closed to others")
  func fileModes() throws {
    let value = try store.seal("1")
    _ = try store.seal("2")
    let paths = [scratch.path(of: value.keyID), scratch.path(of: "person/4711")]
    #expect(try Set(scratch.files()) == Set(paths.map { URL(filePath: $0).lastPathComponent }))
    for path in paths { #expect(try scratch.mode(path) == 0o600) }
    #expect(try scratch.mode(scratch.directory) == 0o700)
  }

  @Test("Each person has a key of their own, whose id says nothing about them")
  func persons() throws {
    let values = try (0..<50).map { number in
      var place = Place()
      place.person = "person/\(number)"
      return try store.seal("1", at: place)
    }
    #expect(Set(values.map(\.keyID)).count == 50)
    let other = try Scratch()
    #expect(try other.store.seal("1", at: Place(person: "person/0")).keyID != values[0].keyID)
  }

  @Test("No file of the store names the person in clear")
  func noNames() throws {
    _ = try store.seal("\"Erika\"", at: Place(person: "mitarbeiter/mustermann"))
    for file in try scratch.files() {
      #expect(!file.contains("mustermann"))
      let text = try String(contentsOfFile: scratch.directory + "/" + file, encoding: .utf8)
      #expect(!text.contains("mustermann") && !text.contains("Erika"))
    }
  }

  @Test("A key is there before the person is said to have it: one that cannot be written leaves nothing to miss")
  func keyBeforePerson() throws {
    let obstacle = scratch.directory + "/new.key"
    try FileManager.default.createDirectory(atPath: obstacle, withIntermediateDirectories: false)
    #expect(throws: PrivacyError.self) { try store.seal("1") }
    try FileManager.default.removeItem(atPath: obstacle)
    #expect(try store.unseal(store.seal("1")) == "1")
  }

  @Test("Threads that seal for a new person at the same moment agree on one key")
  func concurrentFirstSealing() throws {
    let values = Mutex<[SealedValue]>([])
    let failures = Mutex<[any Error]>([])
    let store = store
    DispatchQueue.concurrentPerform(iterations: 64) { index in
      do {
        let value = try store.seal("\(index)", at: Place(person: "person/\(index % 4)"))
        values.withLock { $0.append(value) }
      } catch {
        failures.withLock { $0.append(error) }
      }
    }
    #expect(failures.withLock { $0.isEmpty })
    let sealed = values.withLock { $0 }
    #expect(Set(sealed.map(\.keyID)).count == 4)
    #expect(try scratch.files().count == 8)
    let reopened = try scratch.reopened()
    #expect(try Set(sealed.map { try reopened.unseal($0) }) == Set((0..<64).map(String.init)))
  }

  @Test("A store that remembers few keys finds all of them in the files")
  func smallCache() throws {
    let store = try scratch.reopened(cachedKeys: 2)
    var values: [SealedValue] = []
    for round in 0..<3 {
      for person in 0..<7 { values.append(try store.seal("\(round)", at: Place(person: "person/\(person)"))) }
    }
    #expect(Set(values.map(\.keyID)).count == 7)
    for (index, value) in values.enumerated() { #expect(try store.unseal(value) == "\(index / 7)") }
    #expect(try scratch.files().count == 14)
  }

  @Test("A person whose key is gone gets an error and no new key; other persons are served")
  func missingKey() throws {
    let value = try store.seal("1")
    try FileManager.default.removeItem(atPath: scratch.path(of: value.keyID))
    let reopened = try scratch.reopened()
    #expect(throws: PrivacyError.missingKey(value.keyID)) { try reopened.unseal(value) }
    #expect(throws: PrivacyError.missingKey(value.keyID)) { try reopened.seal("1") }
    #expect(try scratch.files().count == 1)
    let other = Place(person: "person/4712")
    #expect(try reopened.unseal(try reopened.seal("2", at: other), at: other) == "2")
  }

  @Test("Any altered, added or cut byte of a key or person file is noticed, and the file is named")
  func damagedFiles() throws {
    let value = try store.seal("1")
    for path in [scratch.path(of: value.keyID), scratch.path(of: "person/4711")] {
      let sound = try Data(contentsOf: URL(filePath: path))
      var damaged = sound.indices.map { index in
        var bytes = sound
        bytes[index] ^= 1
        return bytes
      }
      damaged += [sound.dropLast(), sound + Data("\n".utf8), sound + sound, Data(), Data(count: 4096)]
      for bytes in damaged {
        try bytes.write(to: URL(filePath: path))
        #expect {
          try scratch.reopened().seal("1")
        } throws: { error in
          guard case .damagedFile(path, _) = error as? PrivacyError else { return false }
          return true
        }
      }
      try sound.write(to: URL(filePath: path))
    }
    #expect(try scratch.reopened().unseal(value) == "1")
  }

  @Test("Person files that changed places are noticed, and so are key files")
  func swappedFiles() throws {
    let first = try store.seal("1", at: Place(person: "person/1"))
    let second = try store.seal("1", at: Place(person: "person/2"))
    let persons = ["person/1", "person/2"].map { scratch.path(of: $0) }
    try swap(persons)
    #expect {
      try scratch.reopened().seal("1", at: Place(person: "person/1"))
    } throws: { error in
      guard case .damagedFile(persons[0], _) = error as? PrivacyError else { return false }
      return true
    }
    try swap(persons)
    let keys = [first, second].map { scratch.path(of: $0.keyID) }
    try swap(keys)
    #expect(
      throws: PrivacyError.damagedFile(path: keys[0], expected: "the key of its name, found \(second.keyID)")
    ) { try scratch.reopened().unseal(first) }
  }

  @Test("A key file that others may read is refused with its mode", arguments: [0o640, 0o604, 0o620, 0o610])
  func exposedKey(mode: Int) throws {
    let value = try store.seal("1")
    let path = scratch.path(of: value.keyID)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    #expect(throws: PrivacyError.exposedFile(path: path, mode: UInt32(mode))) {
      try scratch.reopened().unseal(value)
    }
  }

  @Test("What a crash left half-written is never taken for a key and does not stand in the way")
  func halfWrittenFiles() throws {
    try scratch.write("aktenspur-key 1\nid 0001", to: scratch.directory + "/new.key")
    try scratch.write("aktenspur-per", to: scratch.directory + "/new.person")
    let store = try scratch.reopened()
    #expect(try store.unseal(try store.seal("1")) == "1")
    #expect(try scratch.files().count == 2)
  }

  @Test("A failed write gives no key: the error names the call, and the next try succeeds")
  func failedWrite() throws {
    let blocking = scratch.directory + "/new.person"
    try FileManager.default.createDirectory(atPath: blocking, withIntermediateDirectories: false)
    #expect {
      try store.seal("1")
    } throws: { error in
      guard case .system("unlink", blocking, _) = error as? PrivacyError else { return false }
      return true
    }
    try FileManager.default.removeItem(atPath: blocking)
    let value = try store.seal("1")
    #expect(try scratch.reopened().unseal(value) == "1")
    #expect(try scratch.reopened().seal("1").keyID == value.keyID)
  }

  @Test("Opening makes no store, making one twice is refused")
  func explicitCreation() throws {
    let elsewhere = scratch.root.appending(path: "elsewhere").path
    #expect(throws: PrivacyError.notAKeyStore(path: elsewhere)) { try KeyStore(directory: elsewhere) }
    #expect(!FileManager.default.fileExists(atPath: elsewhere))
    #expect(throws: PrivacyError.system(call: "mkdir", path: scratch.directory, errno: EEXIST)) {
      try KeyStore.create(at: scratch.directory)
    }
  }

  private func swap(_ paths: [String]) throws {
    let contents = try paths.map { try Data(contentsOf: URL(filePath: $0)) }
    try contents[1].write(to: URL(filePath: paths[0]))
    try contents[0].write(to: URL(filePath: paths[1]))
  }
}
