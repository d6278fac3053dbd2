import Glibc

/// A file without a name, which the system removes when it is closed, however the process ends.
final class TemporaryFile: Sendable {
  private let directory: String
  private let descriptor: Int32

  init(in directory: String) throws(VerifierError) {
    self.directory = directory
    var descriptor = open(directory, unnamedFile | O_RDWR | O_CLOEXEC, 0o600)
    if descriptor < 0 && (errno == EOPNOTSUPP || errno == EISDIR) {
      // This file system wants a name; it has one for an instant.
      var template = Array("\(directory)/aktenspur-XXXXXX".utf8CString)
      descriptor = mkstemp(&template)
      if descriptor >= 0 {
        unlink(template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      }
    }
    guard descriptor >= 0 else { throw .io(call: "open", path: directory, code: errno) }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(VerifierError) {
    var done = 0
    while done < bytes.count, let start = bytes.baseAddress {
      let count = pwrite(descriptor, start + done, bytes.count - done, off_t(offset) + off_t(done))
      if count > 0 {
        done += count
      } else if errno != EINTR {
        throw .io(call: "pwrite", path: directory, code: errno)
      }
    }
  }

  /// Fills `bytes` from a part that has been written.
  func read(_ bytes: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(VerifierError) {
    var done = 0
    while done < bytes.count, let start = bytes.baseAddress {
      let count = pread(descriptor, start + done, bytes.count - done, off_t(offset) + off_t(done))
      if count > 0 {
        done += count
      } else if count == 0 || errno != EINTR {
        throw .io(call: "pread", path: directory, code: count == 0 ? EIO : errno)
      }
    }
  }
}

/// `O_TMPFILE` of the Linux headers, a macro that Swift does not import.
private let unnamedFile: Int32 = 0o20000000 | O_DIRECTORY
