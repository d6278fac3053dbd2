import Glibc

/// The file by which clients find the server's socket.
///
/// The server listens under another name first; the file gets its name when its mode is right and connections are
/// being accepted. So a client finds either nothing, or a server that answers it.
struct SocketFile: Sendable {
  let path: String

  /// sun_path holds 108 bytes with the terminating zero (unix(7)); 103 are portable, and leave room for the `~`.
  static let maximumLength = 103

  /// Where the socket is bound before it has its name.
  var bindingPath: String { path + "~" }

  init(_ path: String) throws(SocketError) {
    guard !path.isEmpty else { throw .empty }
    let length = path.utf8.count
    guard length <= SocketFile.maximumLength else { throw .tooLong(path: path, length: length) }
    self.path = path
  }

  /// Makes sure that the name is free, or left over from a server that is gone. Called with the ledger's lock held.
  func claim() throws(SocketError) {
    guard let found = try status(of: path) else { return }
    guard found.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path: path) }
    if try isAnswered() { throw .inUse(path: path) }
  }

  /// Sets the mode of the bound socket to 0660 and gives it its name.
  ///
  /// - Returns: what ``remove(_:)`` needs to know it again.
  func publish() throws(SocketError) -> Identity {
    guard chmod(bindingPath, 0o660) == 0 else { throw .system("chmod", path: bindingPath, errno) }
    guard rename(bindingPath, path) == 0 else { throw .system("rename", path: path, errno) }
    guard let found = try status(of: path) else { throw .system("lstat", path: path, ENOENT) }
    return Identity(device: found.st_dev, inode: found.st_ino)
  }

  /// Removes the file, unless another one has taken its name.
  func remove(_ identity: Identity) throws(SocketError) {
    guard let found = try status(of: path), Identity(device: found.st_dev, inode: found.st_ino) == identity else {
      return
    }
    guard unlink(path) == 0 else { throw .system("unlink", path: path, errno) }
  }

  struct Identity: Sendable, Hashable {
    var device: dev_t
    var inode: ino_t
  }

  private func status(of path: String) throws(SocketError) -> stat? {
    var found = stat()
    if lstat(path, &found) == 0 { return found }
    guard errno == ENOENT else { throw .system("lstat", path: path, errno) }
    return nil
  }

  /// Whether somebody listens there.
  private func isAnswered() throws(SocketError) -> Bool {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw .system("socket", path: path, errno) }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    if result == 0 { return true }
    switch errno {
    case ECONNREFUSED, ENOENT: return false
    // Its queue is full, or it is somebody else's: not ours to remove.
    case EAGAIN, EACCES: return true
    default: throw .system("connect", path: path, errno)
    }
  }
}
