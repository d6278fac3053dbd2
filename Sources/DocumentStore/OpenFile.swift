import Glibc

/// An open file or folder, closed when it goes out of scope.
struct OpenFile: ~Copyable {
  private let descriptor: Int32
  private let path: String

  /// Symbolic links are refused: nothing in a store is one.
  init(_ path: String, _ flags: Int32, mode: mode_t = 0) throws(DocumentStoreError) {
    var descriptor: Int32
    repeat { descriptor = open(path, flags | O_CLOEXEC | O_NOFOLLOW, mode) } while descriptor < 0 && errno == EINTR
    guard descriptor >= 0 else { throw .system(call: "open", path: path, errno: errno) }
    self.descriptor = descriptor
    self.path = path
  }

  deinit {
    close(descriptor)
  }

  borrowing func write(_ bytes: UnsafeRawBufferPointer) throws(DocumentStoreError) {
    var written = 0
    while written < bytes.count {
      let count = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .system(call: "write", path: path, errno: errno) }
      written += count
    }
  }

  /// Fills `buffer` from its start and returns how many bytes came; 0 at the end of the file.
  borrowing func read(into buffer: inout [UInt8]) throws(DocumentStoreError) -> Int {
    while true {
      let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .system(call: "read", path: path, errno: errno) }
      return count
    }
  }

  /// At most `count` bytes from a place in the file; fewer only at its end.
  borrowing func read(_ count: Int, at offset: UInt64) throws(DocumentStoreError) -> [UInt8] {
    var failure: Int32?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let got = pread(
          descriptor, buffer.baseAddress?.advanced(by: filled), count - filled, off_t(offset) + off_t(filled))
        if got < 0 && errno == EINTR { continue }
        if got < 0 { failure = errno }
        guard got > 0 else { return }
        filled += got
      }
    }
    if let failure { throw .system(call: "pread", path: path, errno: failure) }
    return bytes
  }

  /// Reads from the current place to the end.
  borrowing func readToEnd() throws(DocumentStoreError) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(try status().st_size))
    var buffer = [UInt8](repeating: 0, count: OpenFile.blockSize)
    while true {
      let count = try read(into: &buffer)
      guard count > 0 else { return bytes }
      bytes.append(contentsOf: buffer[..<count])
    }
  }

  borrowing func status() throws(DocumentStoreError) -> stat {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system(call: "fstat", path: path, errno: errno) }
    return status
  }

  borrowing func setMode(_ mode: mode_t) throws(DocumentStoreError) {
    guard fchmod(descriptor, mode) == 0 else { throw .system(call: "fchmod", path: path, errno: errno) }
  }

  borrowing func synchronize() throws(DocumentStoreError) {
    guard fsync(descriptor) == 0 else { throw .system(call: "fsync", path: path, errno: errno) }
  }

  static let blockSize = 1 << 16
}
