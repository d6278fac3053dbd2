import Foundation

/// Reads folders of packs from disk.
enum PackFolder {
  /// Deeper folders are refused: a symbolic link that leads back up would never end.
  private static let maximumDepth = 8

  /// Every pack of a folder: its name, and its files by relative path. Hidden folders, and files beside the packs, are
  /// no packs.
  static func read(_ directory: String) throws(PackError) -> [String: [String: [UInt8]]] {
    var packs: [String: [String: [UInt8]]] = [:]
    for name in try names(in: directory, pack: "", file: directory) {
      let path = directory + "/" + name
      guard !isLeftover(name), try isFolder(path, pack: name, file: "") else { continue }
      var files: [String: [UInt8]] = [:]
      try read(path, pack: name, inside: "", depth: 1, into: &files)
      packs[name] = files
    }
    return packs
  }

  private static func read(
    _ folder: String, pack: String, inside prefix: String, depth: Int, into files: inout [String: [UInt8]]
  ) throws(PackError) {
    guard depth <= maximumDepth else {
      throw PackError(pack: pack, file: prefix, "folders nested deeper than \(maximumDepth)")
    }
    for name in try names(in: folder, pack: pack, file: prefix) where !isLeftover(name) {
      let (path, relative) = (folder + "/" + name, prefix + name)
      if try isFolder(path, pack: pack, file: relative) {
        try read(path, pack: pack, inside: relative + "/", depth: depth + 1, into: &files)
        continue
      }
      let content: Data
      do {
        content = try Data(contentsOf: URL(fileURLWithPath: path))
      } catch {
        throw PackError(pack: pack, file: relative, "cannot be read: \(error.localizedDescription)")
      }
      guard files.updateValue(Array(content), forKey: relative) == nil else {
        throw PackError(pack: pack, file: relative, "two files whose names differ only in their Unicode form")
      }
    }
  }

  private static func names(in folder: String, pack: String, file: String) throws(PackError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    } catch {
      throw PackError(pack: pack, file: file, "the folder cannot be read: \(error.localizedDescription)")
    }
  }

  /// Follows symbolic links. Devices, sockets and pipes are refused: reading them may never end.
  private static func isFolder(_ path: String, pack: String, file: String) throws(PackError) -> Bool {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw PackError(pack: pack, file: file, "cannot be read: \(String(cString: strerror(errno)))")
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return true
    case S_IFREG: return false
    default: throw PackError(pack: pack, file: file, "expected a file or a folder")
    }
  }

  /// Hidden files, and what editors and patches leave behind.
  static func isLeftover(_ name: String) -> Bool {
    name.hasPrefix(".") || name.hasPrefix("#") || name.hasSuffix("~")
      || [".swp", ".swo", ".orig", ".rej", ".bak", ".tmp"].contains { name.hasSuffix($0) }
  }
}
