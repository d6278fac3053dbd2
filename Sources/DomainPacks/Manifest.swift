import TransparencyLog

/// The list of a pack's files with their digests, as `sha256sum -c` takes it.
enum Manifest {
  /// One line `<64 hexadecimal digits>  <path>` a file, in the order of the paths' bytes.
  static func text(of files: [String: [UInt8]]) -> String {
    files.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.reduce(into: "") { text, path in
      text += "\(SHA256.hash(files[path] ?? []).hex)  \(path)\n"
    }
  }
}
