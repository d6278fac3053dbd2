import Glibc

/// An open file or folder, closed when it goes out of scope.
struct OpenFile: ~Copyable {
  private let descriptor: Int32
  private let path: String

  /// Symbolic links are refused: nothing in a store is one.
  init(_ path: String, _ flags: Int32, mode: mode_t = 0) throws(PrivacyError) {
    var descriptor: Int32
    repeat { descriptor = open(path, flags | O_CLOEXEC | O_NOFOLLOW, mode) } while descriptor < 0 && errno == EINTR
    guard descriptor >= 0 else { throw .system(call: "open", path: path, errno: errno) }
    self.descriptor = descriptor
    self.path = path
  }

  deinit {
    close(descriptor)
  }

  /// The permission bits.
  borrowing func mode() throws(PrivacyError) -> mode_t {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system(call: "fstat", path: path, errno: errno) }
    return status.st_mode & 0o7777
  }

  /// In bytes.
  borrowing func size() throws(PrivacyError) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system(call: "fstat", path: path, errno: errno) }
    return Int(status.st_size)
  }

  borrowing func write(_ bytes: [UInt8]) throws(PrivacyError) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), $0.count - written)
      }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .system(call: "write", path: path, errno: errno) }
      written += count
    }
  }

  /// At most `limit` bytes from the start of the file.
  borrowing func read(limit: Int) throws(PrivacyError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: limit)
    var filled = 0
    while filled < limit {
      let count = bytes.withUnsafeMutableBytes {
        Glibc.read(descriptor, $0.baseAddress?.advanced(by: filled), limit - filled)
      }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .system(call: "read", path: path, errno: errno) }
      if count == 0 { break }
      filled += count
    }
    return Array(bytes[..<filled])
  }

  borrowing func synchronize() throws(PrivacyError) {
    guard fsync(descriptor) == 0 else { throw .system(call: "fsync", path: path, errno: errno) }
  }
}
