import Glibc

/// A folder for the files of one piece of work, gone with whoever holds it.
final class BundleScratch {
  let path: String

  /// - Parameter folder: where the new folder is made; its name begins with `prefix`.
  init(in folder: String, prefix: String) throws(VerifierError) {
    var template = Array("\(folder)/\(prefix)XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw .io(call: "mkdtemp", path: folder, code: errno) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    BundleScratch.remove(path)
  }

  /// The folder for temporary files that the user's environment names.
  static var temporaryDirectory: String {
    getenv("TMPDIR").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Makes the folders on the way to a file below this one.
  func makeFolders(for name: String) throws(VerifierError) {
    var folder = path
    for part in name.split(separator: "/").dropLast() {
      folder += "/\(part)"
      if mkdir(folder, 0o700) != 0 && errno != EEXIST { throw .io(call: "mkdir", path: folder, code: errno) }
    }
  }

  /// What cannot be removed is left to whoever clears up temporary files.
  private static func remove(_ folder: String) {
    for name in (try? directoryEntries(folder)) ?? [] {
      let path = "\(folder)/\(name)"
      if unlink(path) != 0 { remove(path) }
    }
    rmdir(folder)
  }
}
