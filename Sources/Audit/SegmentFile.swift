import Glibc
import LogFormat

/// One file of `log/`.
struct SegmentFile: Sendable {
  static let suffix = ".ndjson"

  /// The sequence that the file's name writes: that of its first record.
  let firstSequence: UInt64
  let path: String
  /// How many bytes of the file may be read: all that it had when it was listed, or up to the durable head.
  let byteCount: UInt64

  static func name(of firstSequence: UInt64) -> String {
    SequenceText.string(firstSequence) + suffix
  }

  /// The sequence that a file name writes; nil for files that are no segments.
  static func sequence(ofName name: String) -> UInt64? {
    name.hasSuffix(suffix) ? SequenceText.parse(name.dropLast(suffix.count)) : nil
  }
}

/// The names in a directory, in ASCII order; nil where there is no such directory.
func directoryEntries(_ path: String) throws(VerifierError) -> [String]? {
  guard let directory = opendir(path) else {
    if errno == ENOENT || errno == ENOTDIR { return nil }
    throw .io(call: "opendir", path: path, code: errno)
  }
  defer { closedir(directory) }
  var names: [String] = []
  while let entry = readdir(directory) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
    }
    if name != "." && name != ".." { names.append(name) }
  }
  return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}

/// The bytes of a small file (at most `limit`, the rest is cut off); nil where there is none.
func smallFile(_ path: String, limit: Int) throws(VerifierError) -> [UInt8]? {
  let file = open(path, O_RDONLY | O_CLOEXEC)
  guard file >= 0 else {
    if errno == ENOENT { return nil }
    throw .io(call: "open", path: path, code: errno)
  }
  defer { close(file) }
  var code: Int32 = 0
  let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
    while count < limit, let start = buffer.baseAddress {
      let got = read(file, start + count, limit - count)
      if got == 0 { break }
      if got > 0 {
        count += got
      } else if errno != EINTR {
        code = errno
        break
      }
    }
  }
  guard code == 0 else { throw .io(call: "read", path: path, code: code) }
  return bytes
}
