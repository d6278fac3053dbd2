import Foundation

/// A file that only grows and is durable after each append. As of the log, only its newest gigabyte is kept in memory. Its
/// bytes are gone with it.
final class AppendedFile {
  private let path: String
  private let descriptor: Int32
  private var size = 0
  private var advised = 0

  private static let bytesInMemory = 1 << 30
  private static let segment = 64 << 20

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
    size += bytes.count
    guard size - advised >= AppendedFile.bytesInMemory + AppendedFile.segment else { return }
    let end = size - AppendedFile.bytesInMemory
    let error = posix_fadvise(descriptor, off_t(advised), off_t(end - advised), Int32(POSIX_FADV_DONTNEED))
    guard error == 0 else { throw BenchError("posix_fadvise \(path): errno \(error)") }
    advised = end
  }
}
