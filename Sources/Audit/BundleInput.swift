import Glibc

/// A file that is read in pieces, at any place.
final class BundleInput {
  private static let bufferSize = 1 << 18

  let path: String
  /// What the file held when it was opened.
  let byteCount: UInt64
  private let file: Int32

  init(_ path: String) throws(VerifierError) {
    self.path = path
    file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .io(call: "open", path: path, code: errno) }
    var status = stat()
    guard fstat(file, &status) == 0 else {
      let code = errno
      close(file)
      throw .io(call: "fstat", path: path, code: code)
    }
    byteCount = UInt64(status.st_size)
  }

  /// Nil where there is no such file.
  convenience init?(ifPresent path: String) throws(VerifierError) {
    do {
      try self.init(path)
    } catch {
      if case .io("open", _, ENOENT) = error { return nil }
      throw error
    }
  }

  deinit {
    close(file)
  }

  /// The bytes of a range, which must lie in the file.
  func bytes(_ range: Range<UInt64>) throws(VerifierError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: range.count)
    var failure: VerifierError?
    bytes.withUnsafeMutableBytes { buffer in
      do throws(VerifierError) { try fill(buffer, from: range.lowerBound) } catch { failure = error }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Hands out a range, which must lie in the file, in pieces.
  func forEachPiece(
    of range: Range<UInt64>, _ body: (UnsafeRawBufferPointer) throws(VerifierError) -> Void
  ) throws(VerifierError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: BundleInput.bufferSize, alignment: 16)
    defer { buffer.deallocate() }
    var offset = range.lowerBound
    while offset < range.upperBound {
      let count = Int(min(UInt64(buffer.count), range.upperBound - offset))
      let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
      try fill(piece, from: offset)
      try body(UnsafeRawBufferPointer(piece))
      offset += UInt64(count)
    }
  }

  private func fill(_ buffer: UnsafeMutableRawBufferPointer, from offset: UInt64) throws(VerifierError) {
    var count = 0
    while count < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
      let got = pread(file, rest.baseAddress, rest.count, off_t(offset) + off_t(count))
      if got < 0 {
        if errno == EINTR { continue }
        throw .io(call: "pread", path: path, code: errno)
      }
      // Shorter than when it was opened: what was promised cannot be read.
      if got == 0 { throw .io(call: "pread", path: path, code: EIO) }
      count += got
    }
  }
}
