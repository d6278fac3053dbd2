import Glibc
import TransparencyLog

/// The files of a key store. Two lists of names in one folder: keys by their id, and persons by their digest.
struct KeyFiles: Sendable {
  let directory: String

  func path(of id: KeyID) -> String { "\(directory)/\(id.hex).key" }
  func path(of person: Digest) -> String { "\(directory)/\(person.hex).person" }

  /// Makes every name in the folder durable.
  func synchronize() throws(PrivacyError) {
    try OpenFile(directory, O_RDONLY | O_DIRECTORY).synchronize()
  }

  /// - Throws: ``PrivacyError/missingKey(_:)`` where there is none.
  func key(_ id: KeyID) throws(PrivacyError) -> PersonKey {
    let path = path(of: id)
    guard let bytes = try read(path) else { throw .missingKey(id) }
    let key = try PersonKey(fileBytes: bytes, path: path)
    guard key.id == id else { throw .damagedFile(path: path, expected: "the key of its name, found \(key.id)") }
    return key
  }

  /// `nil` for a person who has never had a key.
  func entry(of person: Digest) throws(PrivacyError) -> PersonEntry? {
    let path = path(of: person)
    guard let bytes = try read(path) else { return nil }
    let entry = try PersonEntry(fileBytes: bytes, path: path)
    // Two files that changed places would seal one person's values with another's key, beyond the reach of erasure.
    guard entry.person == person else {
      throw .damagedFile(path: path, expected: "the person of its name, found \(entry.person)")
    }
    return entry
  }

  /// The key that a person file names.
  ///
  /// A person whose key is gone is not given a new one here: a lost key is damage, and must not pass unnoticed.
  func key(of entry: PersonEntry) throws(PrivacyError) -> PersonKey {
    let key = try key(entry.id)
    guard key.person == entry.person, key.generation == entry.generation else {
      throw .damagedFile(path: path(of: entry.person), expected: "the person and generation of key \(key.id)")
    }
    return key
  }

  /// Overwrites and removes the file of a key, durably; nothing happens where there is none.
  func remove(_ id: KeyID) throws(PrivacyError) {
    let path = path(of: id)
    do throws(PrivacyError) {
      let file = try OpenFile(path, O_WRONLY)
      try file.write([UInt8](repeating: 0x30, count: try file.size()))
      try file.synchronize()
    } catch .system("open", _, ENOENT) {
      return
    }
    guard unlink(path) == 0 || errno == ENOENT else { throw .system(call: "unlink", path: path, errno: errno) }
    try synchronize()
  }

  /// Adds a key and makes it the person's current one. Durable when this returns.
  ///
  /// One caller at a time.
  func add(_ key: PersonKey) throws(PrivacyError) {
    // A crash before the end leaves at most a key that no person names: it has sealed nothing.
    try put(key.fileBytes, at: path(of: key.id), temporary: "new.key")
    let entry = PersonEntry(person: key.person, generation: key.generation, id: key.id)
    try put(entry.fileBytes, at: path(of: key.person), temporary: "new.person")
  }

  /// Writes a file beside its place, renames it, and makes content and name durable.
  private func put(_ bytes: [UInt8], at path: String, temporary name: String) throws(PrivacyError) {
    let temporary = directory + "/" + name
    // It is there only if a crash left it.
    guard unlink(temporary) == 0 || errno == ENOENT else {
      throw .system(call: "unlink", path: temporary, errno: errno)
    }
    try write(bytes, to: temporary)
    guard rename(temporary, path) == 0 else { throw .system(call: "rename", path: path, errno: errno) }
    do throws(PrivacyError) {
      try synchronize()
    } catch {
      // The name may stand in memory and never reach the disk. Who finds it would take it for durable: away with it.
      unlink(path)
      throw error
    }
  }

  private func write(_ bytes: [UInt8], to path: String) throws(PrivacyError) {
    let file = try OpenFile(path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
    try file.write(bytes)
    try file.synchronize()
  }

  /// `nil` if there is no such file.
  private func read(_ path: String) throws(PrivacyError) -> [UInt8]? {
    do throws(PrivacyError) {
      let file = try OpenFile(path, O_RDONLY)
      let mode = try file.mode()
      guard mode & 0o077 == 0 else { throw .exposedFile(path: path, mode: mode) }
      return try file.read(limit: KeyFiles.sizeLimit)
    } catch .system("open", _, ENOENT) {
      return nil
    }
  }

  /// More than any file of the store holds: what is longer is read short and fails its sum.
  private static let sizeLimit = 1024
}
