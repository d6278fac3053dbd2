import Glibc
public import TransparencyLog

/// A content on its way in: written part by part, its digest taken meanwhile, and stored only when that is the one it was
/// announced with. What was interrupted may be gone on with later.
///
/// ```
/// documents/uploads/                      0700
///   <64 hex digits>.<16 hex digits>       0600  a content being written, by its digest and a number drawn for it
///   <64 hex digits>.part                  0600  one that was interrupted
/// ```
///
/// Nobody shares a file: who goes on with an interrupted one renames it first, so of two only one finds it.
///
/// Used by one caller at a time, on any thread; calls block.
public final class DocumentUpload: @unchecked Sendable {
  // @unchecked: the caller takes care that there is one at a time.

  public let digest: Digest
  /// How many bytes are there, those of before included.
  public private(set) var size: UInt64
  private let store: DocumentStore
  /// Where it is written.
  private let path: String
  private var hasher: SHA256Hasher
  /// Nil once it is stored, interrupted or discarded.
  private var file: OpenFile?

  fileprivate init(
    _ digest: Digest, in store: DocumentStore, path: String, _ file: consuming OpenFile, size: UInt64,
    hasher: SHA256Hasher
  ) {
    self.digest = digest
    self.store = store
    self.path = path
    self.file = consume file
    self.size = size
    self.hasher = hasher
  }

  deinit {
    try? interrupt()
  }

  /// Writes the next bytes. After an error the upload can only be interrupted or discarded.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(DocumentStoreError) {
    guard file != nil else { preconditionFailure("the upload is over") }
    try file?.write(bytes)
    hasher.update(bytes)
    size += UInt64(bytes.count)
  }

  /// Stores the content; when this returns, it survives a loss of power.
  ///
  /// - Throws: ``DocumentStoreError/otherContent(_:actual:size:)`` where the bytes are not those of the digest; they are
  ///   gone then.
  public func finish() throws(DocumentStoreError) {
    let actual = hasher.finalize()
    guard actual == digest else {
      try discard()
      throw .otherContent(digest, actual: actual, size: size)
    }
    let target = store.path(of: digest)
    do throws(DocumentStoreError) {
      // The bytes must be durable before they bear their name, or a crash leaves a name without its content.
      try file?.setMode(0o400)
      try file?.synchronize()
      try Folder.createIfAbsent(store.folder(of: digest))
      try Folder.refuseLink(store.folder(of: digest))
      // A crash before leaves an upload; one behind it the content under its name, which nobody was told of.
      guard rename(path, target) == 0 else { throw .system(call: "rename", path: target, errno: errno) }
    } catch {
      // After a failed sync what can be read back proves nothing: it must not be gone on with.
      try? discard()
      throw error
    }
    file = nil
    try store.synchronizeNames(of: digest)
    try Folder.removeIfThere(store.partPath(of: digest))
  }

  /// Keeps what is there, to be gone on with; where more is there already, that is kept instead.
  public func interrupt() throws(DocumentStoreError) {
    guard file != nil else { return }
    file = nil
    try store.keepPart(path, size: size, of: digest)
  }

  public func discard() throws(DocumentStoreError) {
    guard file != nil else { return }
    file = nil
    try Folder.removeIfThere(path)
  }
}

extension DocumentStore {
  /// How long an interrupted content waits for being gone on with, in seconds.
  public static let patience = 7 * 24 * 3600

  /// Begins a content, or goes on with one that was interrupted.
  ///
  /// - Parameter offset: where the bytes to come begin. Those before are there, and are read again for the digest.
  /// - Throws: ``DocumentStoreError/offset(_:actual:)`` where another number of bytes is there.
  public func upload(_ digest: Digest, from offset: UInt64 = 0) throws(DocumentStoreError) -> DocumentUpload {
    try Folder.createIfAbsent(uploads)
    try Folder.refuseLink(uploads)
    let path = temporaryPath(of: digest)
    guard offset > 0 else {
      let file = try OpenFile(path, O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
      return DocumentUpload(digest, in: self, path: path, file, size: 0, hasher: SHA256Hasher())
    }
    let part = partPath(of: digest)
    guard rename(part, path) == 0 else {
      guard errno == ENOENT else { throw .system(call: "rename", path: part, errno: errno) }
      throw .offset(offset, actual: 0)
    }
    let file = try OpenFile(path, O_RDWR)
    let size = UInt64(try file.status().st_size)
    guard size == offset else {
      try keepPart(path, size: size, of: digest)
      throw .offset(offset, actual: size)
    }
    var hasher = SHA256Hasher()
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = try file.read(into: &buffer)
      guard count > 0 else { break }
      buffer.withUnsafeBytes { hasher.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }
    return DocumentUpload(digest, in: self, path: path, file, size: size, hasher: hasher)
  }

  /// How many bytes of an interrupted content are there; 0 where there is none.
  public func partSize(of digest: Digest) throws(DocumentStoreError) -> UInt64 {
    try Folder.size(of: partPath(of: digest)) ?? 0
  }

  /// What a crash has interrupted can be gone on with, and what nobody has gone on with for ``patience`` is removed. For
  /// the one process that writes, before it begins to.
  public func tidyUploads(now: Int? = nil) throws(DocumentStoreError) {
    let now = now ?? time(nil)
    guard Folder.exists(uploads) else { return }
    for name in try Folder.names(in: uploads) {
      let path = uploads + "/" + name
      guard let parts = DocumentStore.uploadName(name) else { continue }
      if parts.isPart {
        if let time = try Folder.modificationTime(of: path), time + DocumentStore.patience < now {
          try Folder.removeIfThere(path)
        }
      } else if let size = try Folder.size(of: path) {
        try keepPart(path, size: size, of: parts.digest)
      }
    }
  }

  var uploads: String { directory + "/uploads" }

  fileprivate func partPath(of digest: Digest) -> String { "\(uploads)/\(digest.hex).part" }

  private func temporaryPath(of digest: Digest) -> String {
    let number = String(UInt64.random(in: 0...UInt64.max), radix: 16)
    return "\(uploads)/\(digest.hex).\(String(repeating: "0", count: 16 - number.count))\(number)"
  }

  /// What the name of a file of uploads says; nil for one that is none.
  static func uploadName(_ name: String) -> (digest: Digest, isPart: Bool)? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let digest = Digest(hex: parts[0]) else { return nil }
    guard parts[1] == "part" || parts[1].utf8.count == 16 else { return nil }
    return (digest, parts[1] == "part")
  }

  fileprivate func keepPart(_ path: String, size: UInt64, of digest: Digest) throws(DocumentStoreError) {
    guard try size > partSize(of: digest) else { return try Folder.removeIfThere(path) }
    let part = partPath(of: digest)
    guard rename(path, part) == 0 else { throw .system(call: "rename", path: part, errno: errno) }
  }
}
