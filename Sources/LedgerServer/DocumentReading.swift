import DocumentStore
import HTTPTypes
import HummingbirdCore
import Ledger
import LogFormat
import Logging
import NIOCore
import TransparencyLog

/// `GET /v1/documents/sha256:…?subject=&grund=`: a content, or one range of its bytes. Who reads it, for what and why is
/// durable before the first byte goes out; there is no other way to a content.
///
/// A whole content is compared with its digest on its way: where it is not what was filed, the answer is cut off before its
/// last bytes. A part goes out only when the whole has been compared.
extension Reading {
  /// HEAD: what the content is and whether it is there, and how much of one that was interrupted.
  func documentHead(_ name: Substring, _ query: Query) async throws(Problem) -> Response {
    let digest = try Digest(documentName: name)
    let contents = ledger.contents
    return try await blocking(on: threads.documents) {
      guard let reader = try contents.reader(digest), try !contents.isDestroyed(reader) else {
        var problem = Problem(DocumentStoreError.missing(digest))
        let part = try contents.partSize(of: digest)
        if part > 0 { problem.headers[.uploadOffset] = String(part) }
        throw problem
      }
      var headers = try FoundContent.headers(reader, contents)
      headers[.contentLength] = String(reader.size)
      return Response(status: .ok, headers: headers)
    }
  }

  func document(
    _ name: Substring, _ query: Query, _ request: Request, for principal: Principal, channel: any Channel
  ) async throws(Problem) -> Response {
    let digest = try Digest(documentName: name)
    guard let subject = try query.text("subject") else {
      throw .malformed("/subject", "required, and missing: for which Dokument, Vorgang or Akte it is read")
    }
    guard let reason = try query.text("grund"), !reason.allSatisfy(\.isWhitespace) else {
      throw .malformed("/grund", "required, and missing: why it is read")
    }
    let authid = try query.text("authid")
    let contents = ledger.contents
    let wanted = request.headers
    let found = try await blocking(on: threads.documents) {
      guard let found = try FoundContent(digest, contents, wanted) else { throw DocumentStoreError.missing(digest) }
      return found
    }
    do {
      try await contents.recordReading(
        digest, for: subject, reason: reason, part: found.part, authid: authid, by: principal)
    } catch let refusal as Refusal {
      throw Problem(refusal)
    } catch {
      logger.error("a reading cannot be recorded", metadata: ["error": "\(error)"])
      throw .internalError()
    }
    return Response(
      status: found.part == nil ? .ok : .partialContent, headers: found.headers, body: body(found, channel: channel))
  }

  /// Written as the client takes it.
  private func body(_ found: FoundContent, channel: any Channel) -> ResponseBody {
    let reader = found.reader
    let from = found.part?.lowerBound ?? 0
    let end = found.part.map { $0.upperBound + 1 } ?? reader.size
    return ResponseBody(contentLength: Int(end - from)) { [threads, logger] writer in
      if let bytes = found.whole {
        try await writer.write(ByteBuffer(bytes: bytes))
        try await channel.waitUntilSentAtShutdown()
        return try await writer.finish(nil)
      }
      let hash = found.part == nil ? RunningDigest() : nil
      var offset = from
      while offset < end {
        let start = offset
        let bytes = try await threads.blocking(on: threads.documents, logger) {
          let bytes = try reader.read(Int(min(end - start, UInt64(Limits.readChunk))), at: start)
          hash?.update(bytes)
          // What is missing now was cut off behind our back.
          let isWhole = !bytes.isEmpty && (start + UInt64(bytes.count) < end || hash?.isDigest(reader.digest) ?? true)
          guard isWhole else { throw DocumentStoreError.missing(reader.digest) }
          return bytes
        }
        try await writer.write(ByteBuffer(bytes: bytes))
        offset += UInt64(bytes.count)
      }
      try await channel.waitUntilSentAtShutdown()
      try await writer.finish(nil)
    }
  }
}

/// A content that is about to be read, and what the request wants of it.
private struct FoundContent: Sendable {
  let reader: DocumentReader
  let headers: HTTPFields
  /// Nil for all of it.
  let part: ClosedRange<UInt64>?
  /// All its bytes, where they are few and wanted, compared with the digest.
  let whole: [UInt8]?

  /// Nil where there is no such content. Blocks.
  init?(_ digest: Digest, _ contents: Contents, _ wanted: HTTPFields) throws {
    guard let reader = try contents.reader(digest), try !contents.isDestroyed(reader) else { return nil }
    var headers = try FoundContent.headers(reader, contents)
    switch RequestedRange(wanted, size: reader.size, etag: DocumentName.etag(digest)) {
    case .whole:
      part = nil
      whole = reader.size <= UInt64(Limits.readChunk) ? try contents.whole(reader) : nil
    case .part(let range):
      try contents.check(reader)
      (part, whole) = (range, nil)
      headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound)/\(reader.size)"
    case .unsatisfiable:
      throw Problem(
        .rangeNotSatisfiable, "range", title: "No such part", "the content has \(reader.size) bytes", pointer: "/range",
        headers: [.contentRange: "bytes */\(reader.size)"])
    }
    self.reader = reader
    self.headers = headers
  }

  static func headers(_ reader: DocumentReader, _ contents: Contents) throws -> HTTPFields {
    [
      .contentType: try contents.filed(reader)?.mediaType ?? unknownMediaType,
      .eTag: DocumentName.etag(reader.digest), .acceptRanges: "bytes",
      .reprDigest: "sha-256=:\(DocumentName.base64(reader.digest)):", .cacheControl: "no-store",
      // A content is what somebody filed: no browser shall run it in the ledger's name.
      .contentDisposition: "attachment", .contentTypeOptions: "nosniff",
    ]
  }
}

/// The digest of what has been read so far. Used by one caller at a time.
private final class RunningDigest: @unchecked Sendable {
  // @unchecked: the parts of a content are read one after the other.
  private var hasher = SHA256Hasher()

  func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { hasher.update($0) } }

  /// At the end.
  func isDigest(_ digest: Digest) -> Bool { hasher.finalize() == digest }
}

private enum DocumentName {
  static func etag(_ digest: Digest) -> String { "\"\(digest.documentName)\"" }

  static func base64(_ digest: Digest) -> String { Base64.encode(digest.withUnsafeBytes { Array($0) }) }
}
