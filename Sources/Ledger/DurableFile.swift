import Foundation
import TransparencyLog

/// Writes files so that they are on the disk when a call returns, and never half there under their name.
enum DurableFile {
  /// Replaces a file's content.
  static func write(_ data: Data, to path: String, mode: mode_t) throws {
    let temporary = path + ".new"
    try withFile(temporary, O_WRONLY | O_CREAT | O_TRUNC, mode) { descriptor in
      try write(Array(data), to: descriptor, path: temporary)
      try synchronize(descriptor, path: temporary)
    }
    try move(temporary, to: path)
  }

  /// Copies a file to a name where there is none.
  ///
  /// - Returns: the SHA-256 of what was copied.
  static func copy(_ source: String, to path: String, mode: mode_t) throws -> Digest {
    let temporary = path + ".new"
    var hasher = SHA256Hasher()
    try withFile(temporary, O_WRONLY | O_CREAT | O_TRUNC, mode) { descriptor in
      let input = try FileHandle(forReadingFrom: URL(filePath: source))
      defer { try? input.close() }
      while let chunk = try input.read(upToCount: 1 << 20), !chunk.isEmpty {
        chunk.withUnsafeBytes { hasher.update($0) }
        try write(Array(chunk), to: descriptor, path: temporary)
      }
      try synchronize(descriptor, path: temporary)
    }
    try move(temporary, to: path)
    return hasher.finalize()
  }

  /// Appends to a file what another one has behind its length, up to `size` bytes.
  ///
  /// - Returns: how many bytes were appended.
  static func extend(_ path: String, with source: String, to size: UInt64) throws -> UInt64 {
    var status = stat()
    let length = stat(path, &status) == 0 ? UInt64(status.st_size) : 0
    guard length < size else { return 0 }
    try withFile(path, O_WRONLY | O_CREAT | O_APPEND, 0o640) { descriptor in
      let input = try FileHandle(forReadingFrom: URL(filePath: source))
      defer { try? input.close() }
      try input.seek(toOffset: length)
      var left = size - length
      while left > 0, let chunk = try input.read(upToCount: Int(min(left, 1 << 20))), !chunk.isEmpty {
        try write(Array(chunk), to: descriptor, path: path)
        left -= UInt64(chunk.count)
      }
      try synchronize(descriptor, path: path)
    }
    return size - length
  }

  /// Makes the names in a folder durable.
  static func synchronizeFolder(_ path: String) throws {
    try withFile(path, O_RDONLY | O_DIRECTORY, 0) { try synchronize($0, path: path) }
  }

  private static func move(_ old: String, to path: String) throws {
    guard rename(old, path) == 0 else { throw BackupError.system(call: "rename", path: path, errno: errno) }
    try synchronizeFolder((path as NSString).deletingLastPathComponent)
  }

  private static func withFile(
    _ path: String, _ flags: Int32, _ mode: mode_t, _ body: (Int32) throws -> Void
  ) throws {
    let descriptor = open(path, flags | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw BackupError.system(call: "open", path: path, errno: errno) }
    defer { close(descriptor) }
    try body(descriptor)
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32, path: String) throws {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        Foundation.write(descriptor, $0.baseAddress?.advanced(by: done), bytes.count - done)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw BackupError.system(call: "write", path: path, errno: errno) }
      done += count
    }
  }

  private static func synchronize(_ descriptor: Int32, path: String) throws {
    guard fsync(descriptor) == 0 else { throw BackupError.system(call: "fsync", path: path, errno: errno) }
  }
}

/// One writer of a folder: a lock on the folder itself, which leaves no file in it.
final class FolderLock {
  private let descriptor: Int32

  /// - Throws: ``BackupError/busy(_:)``
  init(_ path: String) throws {
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw BackupError.system(call: "open", path: path, errno: errno) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw BackupError.busy(path)
    }
  }

  deinit {
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}
