import Glibc
public import TransparencyLog

/// The contents of documents, each stored once under its SHA-256.
///
/// ```
/// documents/                  0700
///   sha256/                   0700
///     ab/                     0700  the first two hex digits of the digest
///       cdef…                 0400  the other 62; the content, byte for byte
///       new.<16 hex digits>   0400  a content being written; left behind only where a crash cut it off
/// ```
///
/// A content is the same for ever: its name says which bytes it must hold, and every reading checks them. Nothing is
/// ever replaced, repaired or removed here.
///
/// A store may be used from several threads and processes at once.
public struct DocumentStore: Sendable {
  /// The folder `documents` of a ledger.
  public let directory: String

  /// Opens a store.
  ///
  /// - Throws: ``DocumentStoreError/notAStore(path:)`` where there is none: opening never makes one.
  public init(directory: String) throws(DocumentStoreError) {
    self.directory = directory
    guard Folder.exists(root) else { throw .notAStore(path: directory) }
  }

  /// Makes an empty store. The folder must not be there yet, the one it goes into must.
  public static func create(at directory: String) throws(DocumentStoreError) -> DocumentStore {
    try Folder.create(directory)
    try Folder.create(directory + "/sha256")
    try Folder.synchronize(directory)
    try Folder.synchronize(directory + "/..")
    return try DocumentStore(directory: directory)
  }

  /// Stores a content and returns its digest. A content that is there already is not written again.
  ///
  /// When this returns, the content survives a loss of power.
  ///
  /// - Throws: ``DocumentStoreError/altered(_:actual:)`` where something else stands under the digest: bytes that were
  ///   damaged are evidence, and putting the right ones in their place is not for a writer to decide.
  @discardableResult
  public func put(_ bytes: [UInt8]) throws(DocumentStoreError) -> Digest {
    let digest = SHA256.hash(bytes)
    do throws(DocumentStoreError) {
      let actual = try actualDigest(of: digest)
      guard actual == digest else { throw .altered(digest, actual: actual) }
    } catch .missing {
      try write(bytes, to: digest)
    }
    // A content found here may stem from a writer that has renamed it and not synced yet, so this is done for both.
    try Folder.synchronize(folder(of: digest))
    try Folder.synchronize(root)
    return digest
  }

  /// Whether something is stored under the digest. What it holds is checked by ``get(_:)`` and ``check(_:)``.
  public func contains(_ digest: Digest) throws(DocumentStoreError) -> Bool {
    try Folder.refuseLink(folder(of: digest))
    let path = path(of: digest)
    var status = stat()
    if lstat(path, &status) == 0 { return true }
    guard errno == ENOENT else { throw .system(call: "lstat", path: path, errno: errno) }
    return false
  }

  /// A whole content, its digest checked.
  public func get(_ digest: Digest) throws(DocumentStoreError) -> [UInt8] {
    let bytes = try open(digest).readToEnd()
    let actual = SHA256.hash(bytes)
    guard actual == digest else { throw .altered(digest, actual: actual) }
    return bytes
  }
}

extension DocumentStore {
  var root: String { directory + "/sha256" }

  func folder(of digest: Digest) -> String {
    root + "/" + digest.hex.prefix(2)
  }

  func path(of digest: Digest) -> String {
    folder(of: digest) + "/" + digest.hex.dropFirst(2)
  }

  func open(_ digest: Digest) throws(DocumentStoreError) -> OpenFile {
    try Folder.refuseLink(folder(of: digest))
    do throws(DocumentStoreError) {
      return try OpenFile(path(of: digest), O_RDONLY)
    } catch .system(_, _, ENOENT) {
      throw .missing(digest)
    }
  }

  /// Writes a content under a name of its own and renames it. Two writers of one content both rename the same bytes.
  private func write(_ bytes: [UInt8], to digest: Digest) throws(DocumentStoreError) {
    let folder = folder(of: digest)
    try Folder.createIfAbsent(folder)
    let number = String(UInt64.random(in: 0...UInt64.max), radix: 16)
    let temporary = folder + "/" + Self.temporaryPrefix + String(repeating: "0", count: 16 - number.count) + number
    do throws(DocumentStoreError) {
      let file = try OpenFile(temporary, O_WRONLY | O_CREAT | O_EXCL, mode: 0o400)
      // A crash leaves an empty or torn file under a name that is no digest.
      try file.write(bytes)
      // The bytes must be durable before they bear their name, or a crash leaves a name without its content.
      try file.synchronize()
      let path = path(of: digest)
      guard rename(temporary, path) == 0 else { throw .system(call: "rename", path: path, errno: errno) }
      // A crash leaves the content under its name, or the temporary one.
    } catch {
      unlink(temporary)
      throw error
    }
  }

  static let temporaryPrefix = "new."
}
