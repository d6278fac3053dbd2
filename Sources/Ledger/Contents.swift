public import DocumentStore
import EventLog
import Foundation
import LogFormat
import Signatures
import Synchronization
import TimeStamps
public import TransparencyLog

/// Contents of documents, filed and read on the record.
///
/// A content is durable before the record of its filing is, and that before anybody is told. Reading one is recorded, durably,
/// before its first byte is handed out.
public struct Contents: Sendable {
  let log: Log
  let store: DocumentStore
  /// The certificates under which signatures are trusted; nil where none are configured.
  let anchors: TrustAnchors?
  private let known = KnownContents()

  init(log: Log, store: DocumentStore, anchors: TrustAnchors?) {
    self.log = log
    self.store = store
    self.anchors = anchors
  }

  // MARK: Filing

  /// What is recorded of a content; nil where nobody has filed it. The packs' files and what others have confirmed are
  /// contents that the ledger has filed itself, without such a record.
  public func filed(_ digest: Digest) throws -> FiledContent? {
    let history = try history(digest)
    return history.destruction == nil ? history.filing.flatMap { FiledContent($0, digest) } : nil
  }

  /// The same, for somebody who files it as the signature of another content, or as none. Signatures are checked when a
  /// content is filed first, and what came out is on the record.
  ///
  /// - Throws: ``Refusal`` where it was filed as no signature, or as that of something else.
  public func filed(_ digest: Digest, signing signed: Digest?) throws -> FiledContent? {
    guard let known = try filed(digest) else { return nil }
    guard let signed, known.signed != "sha256:\(signed.hex)" else { return known }
    throw Refusal(
      .conflict, pointer: "/signs",
      "the content was filed in record \(known.sequence) "
        + (known.signed.map { "as the signature of \($0)" } ?? "as no signature")
        + "; a signature is checked when it is filed first")
  }

  /// The same, of a content that is stored.
  public func filed(_ reader: DocumentReader) throws -> FiledContent? {
    if let filed = known.filed(reader) { return filed }
    guard let filed = try filed(reader.digest) else { return nil }
    known.keep(filed, reader)
    return filed
  }

  /// Whether the content was destroyed on the record and not filed again. Its file may be there all the same, put back from
  /// a copy; nobody is to get it.
  public func isDestroyed(_ reader: DocumentReader) throws -> Bool {
    try known.filed(reader) == nil && history(reader.digest).destruction != nil
  }

  /// The newest records of a content: with which it was filed, and destroyed after that. What was destroyed may be filed
  /// again; each record has in its id the one before it.
  func history(_ digest: Digest) throws -> (filing: Record?, destruction: Record?) {
    func find(_ id: String) throws -> Record? { try log.record(source: Log.ledgerSource, id: id) }
    var filing = try find("\(DocumentRecord.filed)-\(digest.hex)")
    while let filed = filing {
      guard let destruction = try find("\(DocumentRecord.destroyed)-\(digest.hex)-\(filed.sequence)") else {
        return (filed, nil)
      }
      filing = try find("\(DocumentRecord.filed)-\(digest.hex)-\(destruction.sequence)")
      if filing == nil { return (filed, destruction) }
    }
    return (nil, nil)
  }

  /// Whether the content is stored, durably. It is read to see whether it still is what it was, unless that has been done
  /// since it was last written to. Blocks.
  ///
  /// - Throws: ``DocumentStoreError/altered(_:actual:)``
  public func isStored(_ digest: Digest) throws -> Bool {
    guard let reader = try reader(digest) else { return false }
    try check(reader)
    try store.synchronizeNames(of: digest)
    return true
  }

  /// Begins a content, or goes on with one that was interrupted; ``DocumentStore/upload(_:from:)``. Blocks.
  public func upload(_ digest: Digest, from offset: UInt64) throws(DocumentStoreError) -> DocumentUpload {
    try store.upload(digest, from: offset)
  }

  /// How many bytes of an interrupted content are there.
  public func partSize(of digest: Digest) throws(DocumentStoreError) -> UInt64 { try store.partSize(of: digest) }

  /// Records that a content which is stored was filed, with what its signatures are worth now. One that was filed before
  /// keeps its first record.
  ///
  /// - Parameters:
  ///   - signed: where the content is a signature of its own (CMS, CAdES), the content that it signs.
  ///   - authid: on whose behalf, where the principal may say so.
  /// - Returns: the first record, and whether it was there before.
  public func record(
    _ digest: Digest, size: UInt64, mediaType: String, signed: Digest?, authid: String?, by principal: Principal
  ) async throws -> (content: FiledContent, isNew: Bool) {
    let history = try history(digest)
    if let known = try filed(digest, signing: signed) { return (known, false) }
    let signatures: Result<[Signature], any Error> = await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        continuation.resume(returning: Result { try self.signatures(digest, size: size, of: signed) })
      }
    }
    let data = DocumentRecord.filing(
      digest, size: size, mediaType: mediaType, signed: signed, signatures: try signatures.get())
    let record = Ledger.OwnRecord(
      name: DocumentRecord.filed, id: digest.hex + (history.destruction.map { "-\($0.sequence)" } ?? ""), data: data,
      subject: DocumentRecord.filingSubject)
    do {
      try await Ledger.record([record], as: actor(authid, principal), by: principal.name, log)
    } catch let refusal as Refusal where refusal.kind == .conflict {
      // Somebody else has filed it meanwhile, and said something else about it.
      guard let known = try filed(digest, signing: signed) else { throw refusal }
      return (known, false)
    }
    guard let content = try filed(digest) else { throw Refusal(.unavailable, "the record of its filing is not found") }
    return (content, true)
  }

  /// Checks the signatures of a content that is stored; none where it is not signed. Blocks.
  private func signatures(_ digest: Digest, size: UInt64, of signed: Digest?) throws -> [Signature] {
    let now = Int64(Date().timeIntervalSince1970)
    guard let signed else {
      let file = try SignedFile(store.path(of: digest))
      return file.isPDF() ? file.checkPDF(anchors: anchors, at: now) : []
    }
    guard size <= SignedFile.largestSignature else {
      throw Refusal(
        .tooLarge, pointer: "/signs", "a signature may have \(SignedFile.largestSignature) bytes, this has \(size)")
    }
    guard try store.contains(signed) else {
      throw Refusal(.unprocessable, pointer: "/signs", "there is no content sha256:\(signed.hex): file it first")
    }
    guard signed != digest else {
      throw Refusal(.unprocessable, pointer: "/signs", "a content does not sign itself")
    }
    // A signature is kept, handed over and destroyed with what it signs, and that is what a Dokument names.
    if let what = try filed(signed, signing: nil)?.signed {
      throw Refusal(
        .unprocessable, pointer: "/signs",
        "sha256:\(signed.hex) is itself the signature of \(what): file this one as a content of a Dokument")
    }
    return try SignedFile(store.path(of: signed)).check(try store.get(digest), anchors: anchors, at: now)
  }

  /// Bytes that contents may still take; some are left for the log.
  public func room() -> UInt64 {
    var status = statvfs()
    guard statvfs(store.directory, &status) == 0 else { return 0 }
    let free = UInt64(status.f_bavail) * UInt64(status.f_frsize)
    return free - min(free, Contents.reserve)
  }

  /// What is left free for the log, in bytes.
  static let reserve: UInt64 = 64 << 20

  // MARK: Reading

  /// Nil where there is no such content. Nothing of it may be handed out before ``recordReading(_:for:reason:part:authid:by:)``.
  public func reader(_ digest: Digest) throws(DocumentStoreError) -> DocumentReader? {
    do {
      return try store.reader(digest)
    } catch .missing {
      return nil
    }
  }

  /// Reads a content to see whether it is what it was, unless that has been done since it was last written to. Blocks.
  ///
  /// - Throws: ``DocumentStoreError/altered(_:actual:)``
  public func check(_ reader: DocumentReader) throws(DocumentStoreError) {
    guard !known.isChecked(reader) else { return }
    var hasher = SHA256Hasher()
    var offset: UInt64 = 0
    while offset < reader.size {
      let bytes = try reader.read(1 << 20, at: offset)
      guard !bytes.isEmpty else { break }
      bytes.withUnsafeBytes { hasher.update($0) }
      offset += UInt64(bytes.count)
    }
    let actual = hasher.finalize()
    guard actual == reader.digest else { throw .altered(reader.digest, actual: actual) }
    known.keepChecked(reader)
  }

  /// All bytes of a content that is small enough to be in memory. Blocks.
  ///
  /// - Throws: ``DocumentStoreError/altered(_:actual:)``
  public func whole(_ reader: DocumentReader) throws(DocumentStoreError) -> [UInt8] {
    let bytes = try reader.read(Int(reader.size), at: 0)
    let actual = SHA256.hash(bytes)
    guard actual == reader.digest else { throw .altered(reader.digest, actual: actual) }
    return bytes
  }

  /// Records that a content is about to be read; durable when this returns.
  ///
  /// - Parameters:
  ///   - subject: for which Dokument, Vorgang or Akte.
  ///   - part: the first and last byte, where it is not the whole content.
  /// - Throws: ``Refusal``: `.forbidden` without the right to read.
  public func recordReading(
    _ digest: Digest, for subject: String, reason: String, part: ClosedRange<UInt64>?, authid: String?,
    by principal: Principal
  ) async throws {
    guard !principal.rights.isDisjoint(with: [.read, .audit]) else {
      throw Refusal(.forbidden, "\(principal.name) may not read")
    }
    let record = Ledger.OwnRecord(
      name: DocumentRecord.read, id: UUID().uuidString,
      data: DocumentRecord.reading(digest, subject: subject, reason: reason, part: part),
      subject: DocumentRecord.readingSubject)
    try await Ledger.record([record], as: actor(authid, principal), by: principal.name, log)
  }

  private func actor(_ authid: String?, _ principal: Principal) -> String {
    principal.delegates ? authid ?? principal.name : principal.name
  }
}

/// What is known of contents as long as nobody writes to their files: whoever reads a large one in parts does not read all of
/// it for each, and a small one that many read is not looked up in the log for each.
private final class KnownContents: Sendable {
  private struct Entry {
    var identity: DocumentReader.Identity
    var isChecked = false
    var filed: FiledContent?
  }

  private static let capacity = 4096
  private let entries = Mutex<[Digest: Entry]>([:])

  /// Whether it was read, and found to be what it was.
  func isChecked(_ reader: DocumentReader) -> Bool { entry(reader)?.isChecked ?? false }

  func filed(_ reader: DocumentReader) -> FiledContent? { entry(reader)?.filed }

  func keepChecked(_ reader: DocumentReader) { keep(reader) { $0.isChecked = true } }

  func keep(_ filed: FiledContent, _ reader: DocumentReader) { keep(reader) { $0.filed = filed } }

  private func entry(_ reader: DocumentReader) -> Entry? {
    entries.withLock { $0[reader.digest] }.flatMap { $0.identity == reader.identity ? $0 : nil }
  }

  private func keep(_ reader: DocumentReader, _ change: (inout Entry) -> Void) {
    entries.withLock { entries in
      var entry = entries[reader.digest] ?? Entry(identity: reader.identity)
      if entry.identity != reader.identity { entry = Entry(identity: reader.identity) }
      change(&entry)
      if entries.count >= KnownContents.capacity { entries.removeAll() }
      entries[reader.digest] = entry
    }
  }
}
