import Glibc
public import TransparencyLog

/// The contents of documents, each stored once under its SHA-256.
///
/// ```
/// documents/                  0700
///   sha256/                   0700
///     ab/                     0700  the first two hex digits of the digest
///       cdef…                 0400  the other 62; the content, byte for byte
///   uploads/                  0700  contents on their way in: ``DocumentUpload``
/// ```
///
/// A content is the same for ever: its name says which bytes it must hold, and every reading checks them. Nothing is
/// ever replaced or repaired here, and removed only when it is destroyed: ``remove(_:)``.
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
    guard try !isStored(digest) else { return digest }
    let upload = try upload(digest)
    do throws(DocumentStoreError) {
      try bytes.withUnsafeBytes { bytes -> Result<Void, DocumentStoreError> in
        Result { () throws(DocumentStoreError) in try upload.write(bytes) }
      }.get()
      try upload.finish()
    } catch {
      try? upload.discard()
      throw error
    }
    return digest
  }

  /// Whether the content is stored. It is read, and its name made durable: a writer may have renamed it and not synced yet.
  ///
  /// - Throws: ``DocumentStoreError/altered(_:actual:)``
  func isStored(_ digest: Digest) throws(DocumentStoreError) -> Bool {
    let actual: Digest
    do throws(DocumentStoreError) {
      actual = try actualDigest(of: digest)
    } catch .missing {
      return false
    }
    guard actual == digest else { throw .altered(digest, actual: actual) }
    try synchronizeNames(of: digest)
    return true
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

  /// Where a content lies, for whoever reads the file itself.
  public func path(of digest: Digest) -> String {
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

  /// Makes the name of a content durable.
  public func synchronizeNames(of digest: Digest) throws(DocumentStoreError) {
    try Folder.synchronize(folder(of: digest))
    try Folder.synchronize(root)
  }
}
