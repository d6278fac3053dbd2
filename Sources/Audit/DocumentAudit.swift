import Glibc
import TransparencyLog

/// Hashes every content in `documents/sha256/ab/cdef…`, whose path is its digest.
struct DocumentAudit {
  private static let bufferSize = 1 << 20

  let ledger: String

  func run(report: (Finding) -> Void) throws(VerifierError) {
    let root = ledger + "/documents/sha256"
    for folder in try directoryEntries(root) ?? [] {
      for name in try directoryEntries("\(root)/\(folder)") ?? [] {
        // Files on their way in have other names.
        guard let digest = Digest(hex: folder + name) else { continue }
        if try DocumentAudit.hash("\(root)/\(folder)/\(name)") != digest {
          report(
            Finding(
              .documentAltered,
              Phrase("der Inhalt von sha256:\(digest) ist ein anderer", "the content of sha256:\(digest) is another")))
        }
      }
    }
  }

  private static func hash(_ path: String) throws(VerifierError) -> Digest {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .io(call: "open", path: path, code: errno) }
    defer { close(file) }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferSize, alignment: 16)
    defer { buffer.deallocate() }
    var hasher = SHA256Hasher()
    while true {
      let count = read(file, buffer.baseAddress, buffer.count)
      if count == 0 { return hasher.finalize() }
      if count > 0 {
        hasher.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      } else if errno != EINTR {
        throw .io(call: "read", path: path, code: errno)
      }
    }
  }
}
