import Glibc
public import TransparencyLog

/// A content being read, part by part in constant memory.
///
/// Used by one caller at a time, on any thread; calls block.
public final class DocumentReader: @unchecked Sendable {
  // @unchecked: the caller takes care that there is one at a time, and the file is only read.

  /// Which file it is and when it was last changed: as long as this is the same, nobody has written to it.
  public struct Identity: Sendable, Hashable {
    let device: UInt64
    let number: UInt64
    let size: Int64
    let changed: Int64
    let changedNanoseconds: Int64
  }

  public let digest: Digest
  /// In bytes.
  public let size: UInt64
  public let identity: Identity
  private let file: OpenFile

  init(_ digest: Digest, _ file: consuming OpenFile) throws(DocumentStoreError) {
    let status = try file.status()
    self.digest = digest
    size = UInt64(status.st_size)
    identity = Identity(
      device: UInt64(status.st_dev), number: UInt64(status.st_ino), size: Int64(status.st_size),
      changed: Int64(status.st_ctim.tv_sec), changedNanoseconds: Int64(status.st_ctim.tv_nsec))
    self.file = file
  }

  /// At most `count` bytes; fewer only at the end.
  public func read(_ count: Int, at offset: UInt64) throws(DocumentStoreError) -> [UInt8] {
    try file.read(count, at: offset)
  }
}

extension DocumentStore {
  /// - Throws: ``DocumentStoreError/missing(_:)``
  public func reader(_ digest: Digest) throws(DocumentStoreError) -> DocumentReader {
    try DocumentReader(digest, try open(digest))
  }
}
