import Glibc

/// A new file, written through a buffer.
final class BundleOutput {
  private static let bufferSize = 1 << 18

  let path: String
  private let file: Int32
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferSize, alignment: 16)
  private var count = 0
  /// Bytes written so far, those in the buffer included.
  private(set) var byteCount: UInt64 = 0

  init(creating path: String) throws(VerifierError) {
    self.path = path
    file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard file >= 0 else {
      let code = errno
      buffer.deallocate()
      throw .io(call: "open", path: path, code: code)
    }
  }

  deinit {
    close(file)
    buffer.deallocate()
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(VerifierError) {
    byteCount += UInt64(bytes.count)
    if bytes.count > buffer.count - count { try flush() }
    guard bytes.count <= buffer.count else {
      try writeOut(bytes)
      return
    }
    UnsafeMutableRawBufferPointer(rebasing: buffer[count...]).copyMemory(from: bytes)
    count += bytes.count
  }

  /// Everything written so far is in the file afterwards.
  func flush() throws(VerifierError) {
    try writeOut(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    count = 0
  }

  /// As ``flush()``, and on the disk.
  func synchronize() throws(VerifierError) {
    try flush()
    while fsync(file) != 0 {
      guard errno == EINTR else { throw .io(call: "fsync", path: path, code: errno) }
    }
  }

  private func writeOut(_ bytes: UnsafeRawBufferPointer) throws(VerifierError) {
    var written = 0
    while written < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
      let got = Glibc.write(file, rest.baseAddress, rest.count)
      if got < 0 {
        if errno == EINTR { continue }
        throw .io(call: "write", path: path, code: errno)
      }
      written += got
    }
  }
}
