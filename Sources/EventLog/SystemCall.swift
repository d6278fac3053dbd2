import Foundation

/// A system call that failed, with its errno.
public struct SystemError: Error, Sendable, Hashable, CustomStringConvertible {
  public var call: String
  public var path: String
  public var errno: Int32

  public var description: String { "\(call) \(path): \(String(cString: strerror(errno)))" }
}

/// The system calls of the write path, by name: each either does what it says or throws with its errno.
///
/// They are called on the sequencer's thread or in a command, never on an event loop.
enum SystemCall {
  static func open(_ path: String, _ flags: Int32, mode: mode_t = 0o640) throws(SystemError) -> Int32 {
    let descriptor = Foundation.open(path, flags | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw SystemError(call: "open", path: path, errno: errno) }
    return descriptor
  }

  static func close(_ descriptor: Int32) {
    _ = Foundation.close(descriptor)
  }

  /// Writes all bytes at `offset`; on an error some of them may have been written.
  static func write(
    _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: UInt64, path: String
  ) throws(SystemError) {
    var done = 0
    while done < bytes.count {
      guard let base = bytes.baseAddress else { return }
      let written = Foundation.pwrite(descriptor, base + done, bytes.count - done, off_t(offset) + off_t(done))
      if written < 0 {
        if errno == EINTR { continue }
        throw SystemError(call: "write", path: path, errno: errno)
      }
      done += written
    }
  }

  /// Reads up to `buffer.count` bytes at `offset`; 0 at the end of the file.
  static func read(
    _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64, path: String
  ) throws(SystemError) -> Int {
    guard let base = buffer.baseAddress else { return 0 }
    // A place may come from a file that anybody has written.
    guard let place = off_t(exactly: offset) else { throw SystemError(call: "read", path: path, errno: EINVAL) }
    while true {
      let count = Foundation.pread(descriptor, base, buffer.count, place)
      if count >= 0 { return count }
      if errno != EINTR { throw SystemError(call: "read", path: path, errno: errno) }
    }
  }

  static func synchronizeData(_ descriptor: Int32, path: String) throws(SystemError) {
    guard fdatasync(descriptor) == 0 else { throw SystemError(call: "fdatasync", path: path, errno: errno) }
  }

  /// Advises the system to keep nothing of a file in the page cache; what is not on the disk yet stays.
  static func forgetContents(of path: String) throws(SystemError) {
    let descriptor = try open(path, O_RDONLY)
    defer { close(descriptor) }
    let error = posix_fadvise(descriptor, 0, 0, Int32(POSIX_FADV_DONTNEED))
    guard error == 0 else { throw SystemError(call: "posix_fadvise", path: path, errno: error) }
  }

  static func synchronize(_ descriptor: Int32, path: String) throws(SystemError) {
    guard fsync(descriptor) == 0 else { throw SystemError(call: "fsync", path: path, errno: errno) }
  }

  static func truncate(_ descriptor: Int32, to size: UInt64, path: String) throws(SystemError) {
    guard ftruncate(descriptor, off_t(size)) == 0 else {
      throw SystemError(call: "ftruncate", path: path, errno: errno)
    }
  }

  static func size(of descriptor: Int32, path: String) throws(SystemError) -> UInt64 {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw SystemError(call: "fstat", path: path, errno: errno) }
    return UInt64(status.st_size)
  }

  static func size(of path: String) throws(SystemError) -> UInt64 {
    var status = stat()
    guard stat(path, &status) == 0 else { throw SystemError(call: "stat", path: path, errno: errno) }
    return UInt64(status.st_size)
  }

  /// The permission bits of a file.
  static func mode(of path: String) throws(SystemError) -> mode_t {
    var status = stat()
    guard stat(path, &status) == 0 else { throw SystemError(call: "stat", path: path, errno: errno) }
    return status.st_mode & 0o7777
  }

  /// In seconds since 1970.
  static func modificationTime(of path: String) throws(SystemError) -> Double {
    var status = stat()
    guard stat(path, &status) == 0 else { throw SystemError(call: "stat", path: path, errno: errno) }
    return Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1e9
  }

  /// What an unprivileged user may still write to the file system that holds a path, in bytes.
  static func freeBytes(at path: String) throws(SystemError) -> UInt64 {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { throw SystemError(call: "statvfs", path: path, errno: errno) }
    return UInt64(status.f_bavail) * UInt64(status.f_frsize)
  }

  static func changeMode(_ path: String, _ mode: mode_t) throws(SystemError) {
    guard chmod(path, mode) == 0 else { throw SystemError(call: "chmod", path: path, errno: errno) }
  }

  static func makeDirectory(_ path: String, mode: mode_t = 0o750) throws(SystemError) {
    guard mkdir(path, mode) == 0 || errno == EEXIST else {
      throw SystemError(call: "mkdir", path: path, errno: errno)
    }
  }

  static func rename(_ old: String, _ new: String) throws(SystemError) {
    guard Foundation.rename(old, new) == 0 else { throw SystemError(call: "rename", path: new, errno: errno) }
  }

  /// Makes names in a directory durable (created, renamed or removed files).
  static func synchronizeDirectory(_ path: String) throws(SystemError) {
    let descriptor = try open(path, O_RDONLY | O_DIRECTORY)
    defer { close(descriptor) }
    try synchronize(descriptor, path: path)
  }

  /// The bytes at a place, as many of `count` as stand there. They are not filled with zeros first.
  static func bytes(
    _ count: Int, of descriptor: Int32, at offset: UInt64 = 0, path: String
  ) throws(SystemError) -> [UInt8] {
    var failure: SystemError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      do throws(SystemError) {
        while filled < count {
          let rest = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[filled..<count]))
          let more = try read(descriptor, into: rest, at: offset + UInt64(filled), path: path)
          guard more > 0 else { break }
          filled += more
        }
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// A whole small file.
  static func contents(of path: String) throws(SystemError) -> [UInt8] {
    let descriptor = try open(path, O_RDONLY)
    defer { close(descriptor) }
    return try bytes(Int(try size(of: descriptor, path: path)), of: descriptor, path: path)
  }

  /// Replaces a file so that after a crash either the old or the new content is there whole: written beside it, synced,
  /// renamed over it, directory synced.
  static func replace(_ path: String, with bytes: [UInt8], mode: mode_t = 0o640) throws(SystemError) {
    let temporary = path + ".new"
    let descriptor = try open(temporary, O_WRONLY | O_CREAT | O_TRUNC, mode: mode)
    let written: Result<Void, SystemError> = bytes.withUnsafeBytes { buffer in
      do throws(SystemError) {
        return .success(try write(descriptor, buffer, at: 0, path: temporary))
      } catch { return .failure(error) }
    }
    do throws(SystemError) {
      try written.get()
      try synchronize(descriptor, path: temporary)
    } catch {
      close(descriptor)
      throw error
    }
    close(descriptor)
    try rename(temporary, path)
    try synchronizeDirectory((path as NSString).deletingLastPathComponent)
  }
}
