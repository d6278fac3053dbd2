import Foundation

/// A file that only grows and is durable after each append. Its bytes are gone with it.
final class AppendedFile {
  private let path: String
  private let descriptor: Int32

  init(_ path: String) throws {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o600)
    guard descriptor >= 0 else { throw BenchError.system("open \(path)") }
  }

  deinit {
    close(descriptor)
    unlink(path)
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws {
    guard write(descriptor, bytes.baseAddress, bytes.count) == bytes.count, fdatasync(descriptor) == 0 else {
      throw BenchError.system("append to \(path)")
    }
  }
}
