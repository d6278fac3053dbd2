import Foundation

/// Small files that are there whole, whatever happens meanwhile.
enum DurableFile {
  /// A whole file.
  static func contents(of path: String) throws(WitnessError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system(call: "open", path: path, errno: errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count == 0 { return bytes }
      if count > 0 {
        bytes += chunk[..<count]
      } else if errno != EINTR {
        throw .system(call: "read", path: path, errno: errno)
      }
    }
  }

  /// Replaces a file. A crash leaves the old content or the new one; when this returns, it is the new one.
  static func replace(_ path: String, with bytes: [UInt8], mode: mode_t = 0o640) throws(WitnessError) {
    let temporary = path + ".new"
    try write(bytes, to: temporary, mode)
    // A crash leaves the file beside it, which the next writing takes over.
    guard rename(temporary, path) == 0 else { throw .system(call: "rename", path: path, errno: errno) }
    try synchronizeDirectory((path as NSString).deletingLastPathComponent)
  }

  static func makeDirectory(_ path: String) throws(WitnessError) {
    guard mkdir(path, 0o750) == 0 || errno == EEXIST else { throw .system(call: "mkdir", path: path, errno: errno) }
  }

  static func mode(of path: String) throws(WitnessError) -> mode_t {
    var status = stat()
    guard stat(path, &status) == 0 else { throw .system(call: "stat", path: path, errno: errno) }
    return status.st_mode & 0o7777
  }

  static func synchronizeDirectory(_ path: String) throws(WitnessError) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system(call: "open", path: path, errno: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .system(call: "fsync", path: path, errno: errno) }
  }

  private static func write(_ bytes: [UInt8], to path: String, _ mode: mode_t) throws(WitnessError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw .system(call: "open", path: path, errno: errno) }
    defer { close(descriptor) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        throw .system(call: "write", path: path, errno: errno)
      }
    }
    guard fsync(descriptor) == 0 else { throw .system(call: "fsync", path: path, errno: errno) }
  }
}

/// The `lock` file, held by flock(2) for as long as this lives.
final class DirectoryLock: @unchecked Sendable {
  // @unchecked: the descriptor never changes.
  let descriptor: Int32

  init(_ path: String) throws(WitnessError) {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else { throw .system(call: "open", path: path, errno: errno) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let error = errno
      close(descriptor)
      throw error == EWOULDBLOCK ? .busy(path) : .system(call: "flock", path: path, errno: error)
    }
  }

  deinit {
    // Not by closing alone: a process that is just being started shares the descriptor until its program begins.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}
