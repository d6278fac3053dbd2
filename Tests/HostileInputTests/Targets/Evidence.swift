import Foundation
import Signatures
import TimeStamps

@testable import Audit

extension Target {
  /// Bundles: the headers of a tar archive and what stands behind them.
  static let archive = Target(name: "archive") { bytes in
    if bytes.count >= TarHeader.blockSize, let header = try? TarHeader(Array(bytes.prefix(TarHeader.blockSize))) {
      let again = try TarHeader(header.block)
      try hold(again == header, "a header is written as it was understood")
    }
    let path = NSTemporaryDirectory() + "archive-\(UUID().uuidString)"
    try Data(bytes).write(to: URL(filePath: path))
    defer { unlink(path) }
    let input = try BundleInput(path)
    var reader = TarReader(input)
    do throws(TarReader.Failure) {
      while let member = try reader.next() {
        guard member.contents.upperBound <= input.byteCount else {
          fatalError("the contents of \(member.name) reach beyond the archive")
        }
        if let known = BundleMember(name: member.name), known.name != member.name {
          fatalError("\(member.name) is another spelling of \(known.name)")
        }
        guard !member.name.contains(".."), !member.name.hasPrefix("/") || BundleMember(name: member.name) == nil else {
          if BundleMember(name: member.name) != nil { fatalError("\(member.name) leads out of the folder") }
          continue
        }
      }
    } catch {
      if case .file(let error) = error { throw error }
    }
  }

  /// Signatures of contents: a CMS message over something it does not know, and the signatures inside a PDF.
  static let signature = Target(name: "signature") { bytes in
    let path = NSTemporaryDirectory() + "signature-\(UUID().uuidString)"
    try Data(bytes).write(to: URL(filePath: path))
    defer { unlink(path) }
    let file = try SignedFile(path)
    for result in file.check(bytes, anchors: nil, at: 0) {
      try hold(!result.isSound, "no message signs itself")
    }
    for result in file.checkPDF(anchors: nil, at: 0) {
      try hold(result.isSound == (result.problem == nil), "what is not sound has a reason")
    }
  }

  /// Time-stamp tokens and responses (RFC 3161), evidence records (RFC 4998).
  static let stamp = Target(name: "stamp") { bytes in
    if let token = try? TimeStampToken(bytes) { try hold(token.bytes == bytes, "a token keeps its bytes") }
    _ = try? TimeStampResponse(der: bytes)
    if let record = try? EvidenceRecord(der: bytes) {
      let again = try EvidenceRecord(der: record.der)
      try hold(again.der == record.der, "an evidence record is written as it was understood")
    }
  }
}
