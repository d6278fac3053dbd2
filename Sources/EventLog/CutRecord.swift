import Foundation
import LogFormat
public import TransparencyLog

/// Bytes that recovery removed from the end of the log because they were no whole record or batch: a crash left them,
/// and nobody was given a receipt for them. The cut is itself recorded, as `de.aktenspur.ledger.wiederhergestellt`.
public struct Cut: Sendable, Hashable {
  public var segment: String
  /// Where the removed bytes began.
  public var offset: UInt64
  /// How many bytes were removed.
  public var bytes: UInt64
  /// SHA-256 of the removed bytes.
  public var digest: Digest

  /// The payload of the record.
  public var json: String {
    """
    {"segment":\(JSONText.string(segment)),"offset":\(offset),"bytes":\(bytes),"sha256":"\(digest.hex)"}
    """
  }

  init(segment: String, offset: UInt64, bytes: UInt64, digest: Digest) {
    self.segment = segment
    self.offset = offset
    self.bytes = bytes
    self.digest = digest
  }

  private init?(_ json: JSONValue) {
    guard let segment = json["segment"]?.string, let offset = json["offset"]?.integer.flatMap(UInt64.init(exactly:)),
      let bytes = json["bytes"]?.integer.flatMap(UInt64.init(exactly:)),
      let digest = json["sha256"]?.string.flatMap({ Digest(hex: $0) })
    else { return nil }
    self.init(segment: segment, offset: offset, bytes: bytes, digest: digest)
  }

  /// Cuts that were made and are not in the log yet: `run/cut.json` is written before the cut and removed after the
  /// record is durable, so that a second crash in between does not lose it.
  static func pending(in directory: LedgerDirectory) -> [Cut] {
    guard let text = try? SystemCall.contents(of: directory.pendingCut) else { return [] }
    return text.split(separator: 0x0A).compactMap { line in
      (try? JSONDocument(Array(line))).flatMap { Cut($0.root) }
    }
  }

  static func remember(_ cuts: [Cut], in directory: LedgerDirectory) throws(SystemError) {
    try SystemCall.replace(directory.pendingCut, with: Array(cuts.map { $0.json + "\n" }.joined().utf8))
  }

  static func forget(in directory: LedgerDirectory) throws(SystemError) {
    guard unlink(directory.pendingCut) == 0 || errno == ENOENT else {
      throw SystemError(call: "unlink", path: directory.pendingCut, errno: errno)
    }
    try SystemCall.synchronizeDirectory(directory.path + "/run")
  }
}
