import Glibc
import TransparencyLog

/// Hashes every content in `documents/sha256/ab/cdef…`, whose path is its digest, and looks whether those that records
/// name are there.
struct DocumentAudit {
  private static let bufferSize = 1 << 20

  let ledger: String
  let named: [NamedDocument]

  func run(report: (Finding) -> Void) throws(VerifierError) {
    try findAltered(report: report)
    for manifest in named {
      guard let text = try contents(of: manifest.digest) else {
        report(missing(manifest.digest, manifest))
        continue
      }
      for digest in NamedDocument.files(inManifest: text) where try contents(of: digest) == nil {
        report(missing(digest, manifest))
      }
    }
  }

  func missing(_ digest: Digest, _ manifest: NamedDocument) -> Finding {
    Finding(
      .documentMissing, sequence: manifest.sequence, place: manifest.place,
      Phrase("der Inhalt von sha256:\(digest) fehlt", "the content of sha256:\(digest) is missing"))
  }

  static func altered(_ digest: Digest) -> Finding {
    Finding(
      .documentAltered,
      Phrase("der Inhalt von sha256:\(digest) ist ein anderer", "the content of sha256:\(digest) is another"))
  }

  /// A content; nil where there is none.
  func contents(of digest: Digest) throws(VerifierError) -> [UInt8]? {
    let path = "\(ledger)/documents/sha256/\(digest.hex.prefix(2))/\(digest.hex.dropFirst(2))"
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      if errno == ENOENT { return nil }
      throw .io(call: "open", path: path, code: errno)
    }
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(file, &buffer, buffer.count)
      if count == 0 { return bytes }
      if count > 0 {
        bytes += buffer[..<count]
      } else if errno != EINTR {
        throw .io(call: "read", path: path, code: errno)
      }
    }
  }

  private func findAltered(report: (Finding) -> Void) throws(VerifierError) {
    let root = ledger + "/documents/sha256"
    for folder in try directoryEntries(root) ?? [] {
      for name in try directoryEntries("\(root)/\(folder)") ?? [] {
        // Files on their way in have other names.
        guard let digest = Digest(hex: folder + name) else { continue }
        if try DocumentAudit.hash("\(root)/\(folder)/\(name)") != digest {
          report(DocumentAudit.altered(digest))
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
