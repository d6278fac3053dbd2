import Glibc

/// System calls on folders of the store.
enum Folder {
  /// Makes the names in a folder durable.
  static func synchronize(_ path: String) throws(DocumentStoreError) {
    try OpenFile(path, O_RDONLY | O_DIRECTORY).synchronize()
  }

  static func create(_ path: String) throws(DocumentStoreError) {
    guard mkdir(path, 0o700) == 0 else { throw .system(call: "mkdir", path: path, errno: errno) }
  }

  static func createIfAbsent(_ path: String) throws(DocumentStoreError) {
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .system(call: "mkdir", path: path, errno: errno) }
  }

  /// Refuses a symbolic link where a folder of the store should be: what is behind it is not the store's.
  static func refuseLink(_ path: String) throws(DocumentStoreError) {
    var status = stat()
    guard lstat(path, &status) != 0 || status.st_mode & S_IFMT != S_IFLNK else {
      throw .system(call: "open", path: path, errno: ELOOP)
    }
  }

  /// Removes a file; nothing there is no error.
  static func removeIfThere(_ path: String) throws(DocumentStoreError) {
    guard unlink(path) == 0 || errno == ENOENT else { throw .system(call: "unlink", path: path, errno: errno) }
  }

  /// The size of a file in bytes; nil where there is none.
  static func size(of path: String) throws(DocumentStoreError) -> UInt64? {
    try status(of: path).map { UInt64($0.st_size) }
  }

  /// When a file was last written to, in seconds since 1970; nil where there is none.
  static func modificationTime(of path: String) throws(DocumentStoreError) -> Int? {
    try status(of: path).map { $0.st_mtim.tv_sec }
  }

  private static func status(of path: String) throws(DocumentStoreError) -> stat? {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      guard errno == ENOENT else { throw .system(call: "lstat", path: path, errno: errno) }
      return nil
    }
    return status
  }

  static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The names in a folder, sorted, without `.` and `..`.
  static func names(in path: String) throws(DocumentStoreError) -> [String] {
    guard let stream = opendir(path) else { throw .system(call: "opendir", path: path, errno: errno) }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      // readdir tells the end from an error by errno alone.
      errno = 0
      guard let entry = readdir(stream) else {
        guard errno == 0 else { throw .system(call: "readdir", path: path, errno: errno) }
        return names.sorted()
      }
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
  }
}
