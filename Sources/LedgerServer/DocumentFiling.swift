import DocumentStore
import HTTPTypes
import HummingbirdCore
import Ledger
import LogFormat
import Logging
import NIOCore
import TransparencyLog

/// `PUT /v1/documents/sha256:…`: takes a content in while it comes, in constant memory.
///
/// 201 where it is filed with this, 200 where it was before; the answer is its record: `digest`, `size`, `mediatype`,
/// `sequence`, `recordedtime`, `duplicate`, and of a signed content `unterschriften` as recorded. 422 `other-content` where
/// the bytes have another digest. `?signs=sha256:…` says that the content is a signature (CMS, CAdES) of another that was
/// filed before.
///
/// What was interrupted is kept for a week. HEAD says with `Upload-Offset` how many bytes are there, and a PUT with
/// `Content-Range` goes on from there (409 `upload-offset` where another number is there). One that does not bring the last
/// byte is answered with 202 and `Upload-Offset`.
struct DocumentFiling: Sendable {
  /// What the head of the request says.
  struct Head: Sendable {
    var digest: Digest
    var mediaType: String
    var range: ContentRange?
    /// Of the body; nil where it is chunked.
    var length: UInt64?
    var authid: String?
    /// The content that this one signs.
    var signed: Digest?

    init(_ name: Substring, _ request: Request) throws(Problem) {
      digest = try Digest(documentName: name)
      let query = try Query(request.uri.query, names: ["authid", "signs"])
      authid = try query.text("authid")
      signed = try query.text("signs").map { text throws(Problem) in
        guard text.hasPrefix("sha256:"), let digest = Digest(hex: text.dropFirst(7)) else {
          throw .malformed("/signs", "expected sha256: and 64 lower-case hexadecimal digits")
        }
        return digest
      }
      range = try request.headers[.contentRange].map { text throws(Problem) in try ContentRange(text) }
      length = request.headers[.contentLength].flatMap { UInt64($0) }
      if let encoding = request.headers[.contentEncoding], encoding.lowercased() != "identity" {
        throw .malformed("/content-encoding", "expected the content as it is, found \(encoding)")
      }
      let type = request.headers[.contentType] ?? unknownMediaType
      guard type.utf8.count <= 255, MediaType(type) != nil else {
        throw .malformed("/content-type", "expected a media type of 255 bytes at most (RFC 9110 §8.3.1)")
      }
      mediaType = type
      if let range, let length, range.length != length {
        throw .malformed("/content-range", "says \(range.length) bytes, Content-Length says \(length)")
      }
    }
  }

  let head: Head
  let ledger: Ledger
  let principal: Principal
  let threads: Threads
  let logger: Logger

  /// So much is written at a time.
  private static let block = 256 << 10

  /// The answer that can be given without the body: the content is there, and was filed.
  func known() async throws -> Response? {
    guard try await isStored() else { return nil }
    let content = try await blocking { try ledger.contents.filed(head.digest, signing: head.signed) }
    return content.map { answer($0, isNew: false) }
  }

  /// Refuses what there is no room for, before the client sends it.
  func checkRoom() async throws {
    guard let length = head.length, try await !isStored() else { return }
    guard try await blocking({ ledger.contents.room() }) > length else {
      throw Problem(Refusal(.diskFull, "there is no room for \(length) bytes; try again when there is"))
    }
  }

  func answer(_ body: RequestBody, bodyIsUnread: inout Bool) async throws -> Response {
    if try await isStored() {
      try await compare(body, &bodyIsUnread)
    } else {
      let digest = head.digest
      let offset = head.range?.first ?? 0
      let upload = try await blocking { try ledger.contents.upload(digest, from: offset) }
      if try await !receive(body, upload, &bodyIsUnread) { return interrupted(at: upload.size) }
    }
    let size = try await blocking { try ledger.contents.reader(head.digest)?.size ?? 0 }
    do {
      let (content, isNew) = try await ledger.contents.record(
        head.digest, size: size, mediaType: head.mediaType, signed: head.signed, authid: head.authid, by: principal)
      return answer(content, isNew: isNew)
    } catch let refusal as Refusal {
      throw Problem(refusal)
    }
  }

  // MARK: The body

  /// A content that is there already: the client must have it, too.
  private func compare(_ body: RequestBody, _ bodyIsUnread: inout Bool) async throws {
    var hasher = SHA256Hasher()
    var size: UInt64 = 0
    for try await buffer in body {
      buffer.withUnsafeReadableBytes { hasher.update($0) }
      size += UInt64(buffer.readableBytes)
    }
    bodyIsUnread = false
    // The rest of one that somebody else has brought to its end meanwhile says nothing by itself.
    guard head.range == nil else { return }
    let actual = hasher.finalize()
    guard actual == head.digest else {
      throw Problem(DocumentStoreError.otherContent(head.digest, actual: actual, size: size))
    }
  }

  /// - Returns: whether the content is stored; false where more of it is to come.
  private func receive(_ body: RequestBody, _ upload: DocumentUpload, _ bodyIsUnread: inout Bool) async throws -> Bool {
    do {
      var waiting = ByteBuffer()
      for try await buffer in body {
        waiting.writeImmutableBuffer(buffer)
        guard waiting.readableBytes >= DocumentFiling.block else { continue }
        try await write(waiting, to: upload)
        waiting.clear(minimumCapacity: 0)
      }
      bodyIsUnread = false
      try await write(waiting, to: upload)
      // A body cut short ends like a whole one here.
      if let length = head.length, upload.size != (head.range?.first ?? 0) + length { throw ConnectionIsClosing() }
    } catch let problem as Problem {
      // The disk is full, or no disk any more: what is there would only take room.
      try? await blocking { try upload.discard() }
      throw problem
    } catch {
      // The client is gone; it may come back.
      try? await blocking { try upload.interrupt() }
      throw error
    }
    if let range = head.range, upload.size != range.last + 1 {
      try await blocking { try upload.interrupt() }
      throw Problem.malformed(
        "/content-range", "says that it ends behind byte \(range.last), it ends at \(upload.size)")
    }
    if let range = head.range, !range.isLast {
      try await blocking { try upload.interrupt() }
      return false
    }
    try await blocking { try upload.finish() }
    return true
  }

  private func write(_ buffer: ByteBuffer, to upload: DocumentUpload) async throws(Problem) {
    guard buffer.readableBytes > 0 else { return }
    try await blocking { try buffer.withUnsafeReadableBytes { try upload.write($0) } }
  }

  // MARK: Answers

  private func answer(_ content: FiledContent, isNew: Bool) -> Response {
    var members = [
      #""digest":"\#(content.digest.documentName)""#, #""size":\#(content.size)"#,
      #""mediatype":\#(JSONText.string(content.mediaType))"#, #""sequence":\#(content.sequence)"#,
      #""recordedtime":"\#(content.recordedTime)""#, #""duplicate":\#(!isNew)"#,
    ]
    if let signatures = content.signatures {
      members.append(#""unterschriften":\#(String(decoding: signatures, as: UTF8.self))"#)
    }
    return .json(isNew ? .created : .ok, Array("{\(members.joined(separator: ","))}".utf8))
  }

  private func interrupted(at size: UInt64) -> Response {
    var response = Response.json(
      .accepted, Array(#"{"digest":"\#(head.digest.documentName)","received":\#(size)}"#.utf8))
    response.headers[.uploadOffset] = String(size)
    return response
  }

  private func isStored() async throws(Problem) -> Bool {
    try await blocking { try ledger.contents.isStored(head.digest) }
  }

  private func blocking<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
  ) async throws(Problem) -> Value {
    try await threads.blocking(on: threads.documents, logger, body)
  }
}
