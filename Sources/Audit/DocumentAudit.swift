import Glibc
import LogFormat
import TransparencyLog

/// Hashes every content in `documents/sha256/ab/cdef…`, whose path is its digest, and looks whether those that records
/// name are there, and whether others are.
struct DocumentAudit {
  private static let bufferSize = 1 << 20

  let ledger: String
  let named: [NamedDocument]

  /// - Parameters:
  ///   - filings: the contents that were filed; nil where those need not be here.
  ///   - extent: the log, to say which record names what is missing.
  func run(
    filings: FilingList? = nil, in extent: LogExtent? = nil, report: (Finding) -> Void
  ) throws(VerifierError) -> DocumentSummary {
    var filings = filings
    let summary = try findAltered(filed: filings?.finish(), in: extent, report: report)
    for manifest in named {
      guard let text = try contents(of: manifest.digest) else {
        report(missing(manifest.digest, manifest))
        continue
      }
      for digest in NamedDocument.files(inManifest: text) where try contents(of: digest) == nil {
        report(missing(digest, manifest))
      }
    }
    return summary
  }

  func missing(_ digest: Digest, _ manifest: NamedDocument) -> Finding {
    Finding(
      .documentMissing, sequence: manifest.sequence, place: manifest.place,
      Phrase("der Inhalt von sha256:\(digest) fehlt", "the content of sha256:\(digest) is missing"))
  }

  /// - Parameter record: the one that filed it, where one did.
  static func altered(_ digest: Digest, _ record: NamedDocument? = nil) -> Finding {
    Finding(
      .documentAltered, sequence: record?.sequence, place: record?.place,
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

  /// Goes through the contents and through those that were filed, both in the order of their digests.
  private func findAltered(
    filed: FilingList.Reader?, in extent: LogExtent?, report: (Finding) -> Void
  ) throws(VerifierError) -> DocumentSummary {
    let root = ledger + "/documents/sha256"
    var summary = DocumentSummary()
    let own = try ownContents()
    var filed = filed
    var next = try filed?.next()
    func skip(to prefix: SortKey?) throws(VerifierError) {
      while let content = next, prefix.map({ content.prefix < $0 }) ?? true {
        if !content.isDestroyed, let extent { try reportMissing(content, in: extent, report: report) }
        next = try filed?.next()
      }
    }
    for folder in try directoryEntries(root) ?? [] {
      for name in try directoryEntries("\(root)/\(folder)") ?? [] {
        guard let digest = Digest(hex: folder + name) else {
          summary.add(surplus: "\(folder)/\(name)")
          continue
        }
        summary.contents += 1
        let prefix = SortKey(digest).prefix
        try skip(to: prefix)
        if try DocumentAudit.hash("\(root)/\(folder)/\(name)") != digest {
          var record: NamedDocument?
          if let content = next, content.prefix == prefix, let extent { record = try named(content, in: extent) }
          report(DocumentAudit.altered(digest, record))
        }
        let isFiled = next.map { $0.prefix == prefix && !$0.isDestroyed } ?? false
        if next?.prefix == prefix { next = try filed?.next() }
        if filed != nil, !isFiled, !own.contains(digest) { summary.add(surplus: "sha256:\(digest)") }
      }
    }
    try skip(to: nil)
    return summary
  }

  /// What the ledger has filed itself: the packs' manifests and files, what others have confirmed.
  private func ownContents() throws(VerifierError) -> Set<Digest> {
    var digests = Set(named.map(\.digest))
    for manifest in named {
      if let text = try contents(of: manifest.digest) { digests.formUnion(NamedDocument.files(inManifest: text)) }
    }
    return digests
  }

  private func reportMissing(
    _ content: FilingList.Reader.Content, in extent: LogExtent, report: (Finding) -> Void
  ) throws(VerifierError) {
    guard let record = try named(content, in: extent) else { return }
    report(missing(record.digest, record))
  }

  /// The record that says of a content what is newest.
  private func named(
    _ content: FilingList.Reader.Content, in extent: LogExtent
  ) throws(VerifierError) -> NamedDocument? {
    guard let line = try LineReader.line(at: content.offset, of: extent), case .record(let record, _) = line.content,
      let digest = record.data?["inhalt"]?.string.flatMap(NamedDocument.digest)
    else { return nil }
    return NamedDocument(digest: digest, sequence: record.sequence, place: line.place)
  }

  /// Nil for a folder, which is no content.
  private static func hash(_ path: String) throws(VerifierError) -> Digest? {
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
      } else if errno == EISDIR {
        return nil
      } else if errno != EINTR {
        throw .io(call: "read", path: path, code: errno)
      }
    }
  }
}

/// What was seen of the contents beside the findings.
public struct DocumentSummary: Sendable, Hashable {
  /// Contents that were read.
  public internal(set) var contents = 0
  /// What is there and no record names: `sha256:…`, or a path below `documents/sha256` that no content has. No finding:
  /// filing may have been cut off before its record, and a backup may be ahead of its log.
  public internal(set) var surplus: [String] = []
  /// How many there are beyond those listed.
  public internal(set) var omittedSurplus = 0

  public var surplusCount: Int { surplus.count + omittedSurplus }

  mutating func add(surplus name: String) {
    if surplus.count < 1000 { surplus.append(name) } else { omittedSurplus += 1 }
  }
}
