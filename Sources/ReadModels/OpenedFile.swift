import Foundation

/// A file opened to be read or written at places.
final class OpenedFile: Sendable {
  private let descriptor: CInt
  private let path: String

  init(_ path: String, _ flags: CInt) throws {
    self.path = path
    descriptor = open(path, flags | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else { throw OpenedFile.error(path) }
  }

  deinit { close(descriptor) }

  /// Keeps SQLite from taking the log of changes over into a database when its last connection closes, as long as this is
  /// open: for that it must have the file alone (https://www.sqlite.org/fileformat.html, "The Lock-Byte Page").
  ///
  /// Waits for whoever has it alone just now.
  func keepFromClosing() throws {
    var lock = flock()
    lock.l_type = Int16(F_RDLCK)
    lock.l_whence = Int16(SEEK_SET)
    lock.l_start = 0x4000_0002
    lock.l_len = 510
    // F_OFD_SETLKW (fcntl(2)): of this opening alone, and against this process, too.
    while fcntl(descriptor, 38, &lock) != 0 {
      guard errno == EINTR else { throw OpenedFile.error(path) }
    }
  }

  /// - Throws: where it is another file than the one meant, or somebody has written into it since.
  func check(_ identity: FileIdentity) throws {
    guard FileIdentity(descriptor: descriptor) == identity else {
      throw ReadModelError.unusable(path: path, detail: "it has been changed while a past state was read; ask again")
    }
  }

  func write(_ bytes: [UInt8], at offset: Int) throws {
    try bytes.withUnsafeBytes { try write($0, at: offset) }
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      guard count > 0 else { throw OpenedFile.error(path) }
      done += count
    }
  }

  /// - Throws: where fewer bytes stand there.
  func read(_ count: Int, at offset: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    try read(into: &bytes, at: offset)
    return bytes
  }

  /// Fills `bytes`.
  ///
  /// - Throws: where fewer stand there.
  func read(into bytes: inout [UInt8], at offset: Int) throws {
    try bytes.withUnsafeMutableBytes { try read(into: $0, at: offset) }
  }

  func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[done...])
      let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      guard count > 0 else { throw OpenedFile.error(path) }
      done += count
    }
  }

  private static func error(_ path: String) -> ReadModelError {
    ReadModelError.unusable(path: path, detail: String(cString: strerror(errno)))
  }
}
