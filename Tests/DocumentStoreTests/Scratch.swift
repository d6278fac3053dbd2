import DocumentStore
import Foundation
import TransparencyLog

/// A folder of its own for one test, with an empty store in it; gone afterwards.
final class Scratch: Sendable {
  let root: URL
  let store: DocumentStore

  init() throws {
    root = FileManager.default.temporaryDirectory.appending(path: "documents-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    store = try DocumentStore.create(at: root.appending(path: "documents").path)
  }

  deinit {
    try? FileManager.default.removeItem(at: root)
  }

  /// Where the format says a content lies.
  func file(of digest: Digest) -> URL {
    root.appending(path: "documents/sha256/\(digest.hex.prefix(2))/\(digest.hex.dropFirst(2))")
  }

  /// Puts other bytes in a content's place, as a failing disk or an intruder would.
  func overwrite(_ digest: Digest, with bytes: [UInt8]) throws {
    try FileManager.default.removeItem(at: file(of: digest))
    try Data(bytes).write(to: file(of: digest))
  }

  func mode(_ url: URL) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: url.path)[.posixPermissions] as? Int
  }

  /// All files below the store, in the order of their paths.
  func files() throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: store.directory)
      .filter { path in
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: store.directory + "/" + path, isDirectory: &isFolder)
          && !isFolder.boolValue
      }
      .sorted()
  }
}
