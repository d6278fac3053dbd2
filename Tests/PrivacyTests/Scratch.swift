import Foundation
import Privacy
import TransparencyLog

/// A folder of its own for one test, with an empty key store in it; gone afterwards.
final class Scratch: Sendable {
  let root: URL
  let store: KeyStore

  init() throws {
    root = FileManager.default.temporaryDirectory.appending(path: "keys-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    store = try KeyStore.create(at: root.appending(path: "personen").path)
  }

  deinit {
    try? FileManager.default.removeItem(at: root)
  }

  var directory: String { root.appending(path: "personen").path }

  /// A store over the same files that remembers nothing.
  func reopened(cachedKeys: Int = 4096) throws -> KeyStore {
    try KeyStore(directory: directory, cachedKeys: cachedKeys)
  }

  func files() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
  }

  func path(of id: KeyID) -> String { "\(directory)/\(id.hex).key" }

  func path(of person: String) -> String { "\(directory)/\(SHA256.hash(person).hex).person" }

  /// Puts a file into the store as another program would.
  func write(_ text: String, to path: String, mode: Int = 0o600) throws {
    try Data(text.utf8).write(to: URL(filePath: path))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }

  func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }
}

/// One place to seal at.
struct Place {
  var person = "person/4711"
  var type = "de.aktenspur.rad.angeschafft"
  var subject = "rad/7"
  var field = "/nutzer"
}

extension KeyStore {
  func seal(_ text: String, at place: Place = Place()) throws -> SealedValue {
    let json = try seal(
      Array(text.utf8), person: place.person, type: place.type, subject: place.subject, field: place.field)
    return try SealedValue(json: json)
  }

  func unseal(_ value: SealedValue, at place: Place = Place()) throws -> String {
    let bytes = try unseal(value.text, type: place.type, subject: place.subject, field: place.field)
    return String(decoding: bytes, as: UTF8.self)
  }
}
