import Foundation

/// A folder of the run's own, on the disk that is measured.
struct Folder {
  let path: String

  init(in parent: String) throws {
    path = parent + "/aktenspur-bench-\(getpid())"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  func remove() { Folder.remove(path) }

  /// Removes a folder with all that is in it, also where another thread does the same: each gives up where a file is
  /// gone that it was about to remove.
  static func remove(_ path: String) {
    for _ in 0..<100 where FileManager.default.fileExists(atPath: path) {
      try? FileManager.default.removeItem(atPath: path)
    }
  }

  /// The bytes of all files below a path; of names with one of the prefixes only, where there are any.
  static func bytes(below path: String, prefixes: [String] = []) -> Int {
    guard let files = FileManager.default.enumerator(atPath: path) else { return 0 }
    var sum = 0
    for case let name as String in files where prefixes.isEmpty || prefixes.contains(where: name.hasPrefix) {
      var status = stat()
      if lstat(path + "/" + name, &status) == 0, status.st_mode & S_IFMT == S_IFREG { sum += Int(status.st_size) }
    }
    return sum
  }
}
