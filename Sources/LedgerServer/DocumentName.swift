import DocumentStore
import HTTPTypes
import Ledger
import TransparencyLog

extension Digest {
  /// Reads a content's name in a path, `sha256:` and 64 lower-case hexadecimal digits; the colon may be percent-encoded.
  init(documentName text: Substring) throws(Problem) {
    guard let name = percentDecoded(text), name.hasPrefix("sha256:"), let digest = Digest(hex: name.dropFirst(7)) else {
      throw .malformed("/digest", "expected sha256: and 64 lower-case hexadecimal digits")
    }
    self = digest
  }

  var documentName: String { "sha256:" + hex }
}

extension Problem {
  /// What the store of contents says, to a client.
  init(_ error: DocumentStoreError) {
    switch error {
    case .missing(let digest): self = .notFound("there is no content \(digest.documentName)")
    case .altered(let digest, _):
      self.init(
        .internalServerError, "damaged", title: "Damaged on the disk",
        "the content \(digest.documentName) is not what was filed; run 'documents check' and take it from a backup")
    case .otherContent(_, let actual, let size):
      self.init(
        .unprocessableContent, "other-content", title: "Not the content that was announced",
        "the \(size) bytes that came have the digest \(actual.documentName); nothing was kept", pointer: "/digest")
    case .offset(_, let actual): self = .otherOffset(actual)
    case .system(_, _, let errno) where errno == Errors.diskFull || errno == Errors.quota:
      self.init(Refusal(.diskFull, "the disk is full; nothing was kept, try again when there is room"))
    case .notAStore, .system:
      self = .unavailable("the contents cannot be got at; the daemon's log says why")
    }
  }

  /// An interrupted content cannot be gone on with there.
  static func otherOffset(_ actual: UInt64) -> Problem {
    Problem(
      .conflict, "upload-offset", title: "Conflict", "\(actual) bytes are there: go on from byte \(actual)",
      pointer: "/content-range", headers: [.uploadOffset: String(actual)])
  }
}

private enum Errors {
  static let diskFull: Int32 = 28
  static let quota: Int32 = 122
}

extension HTTPField.Name {
  /// How many bytes of an interrupted content are there (named as in draft-ietf-httpbis-resumable-upload).
  static let uploadOffset = HTTPField.Name("Upload-Offset") ?? .contentRange
  /// RFC 9530 §3.
  static let reprDigest = HTTPField.Name("Repr-Digest") ?? .eTag
  static let contentDisposition = HTTPField.Name("Content-Disposition") ?? .contentType
  static let contentTypeOptions = HTTPField.Name("X-Content-Type-Options") ?? .contentType
}
