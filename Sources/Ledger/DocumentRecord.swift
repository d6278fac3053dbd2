import DocumentStore
import EventLog
import LogFormat
import Signatures
public import TransparencyLog

/// The records about contents:
///
/// ```
/// de.aktenspur.ledger.dokument-abgelegt   {"inhalt":"sha256:…","groesse":20117,"medientyp":"application/pdf",
///                                          "unterschriften":[…]}
/// de.aktenspur.ledger.dokument-gelesen    {"subject":"dokument/4711","inhalt":"sha256:…","grund":"…","von":0,"bis":99}
/// de.aktenspur.ledger.dokument-vernichtet {"inhalt":"sha256:…","grund":"…","rechtsgrundlage":"…","abgelegt":812}
/// ```
///
/// The first has the digest in its id, so that each content is filed once, and once more after it was destroyed. `unterschriften` is there where the content is
/// signed, or is itself the signature of the content `unterzeichnet`; ``Signatures/Signature/json``. `von` and `bis` are the first and last byte of a
/// part, absent where the whole content was read.
enum DocumentRecord {
  static let filed = "dokument-abgelegt"
  static let read = "dokument-gelesen"
  static let destroyed = "dokument-vernichtet"

  /// The subjects of these records: there may be millions of them, and what looks for the ledger's other records must not
  /// go through them.
  static let filingSubject = "ledger/inhalte"
  static let readingSubject = "ledger/zugriffe"

  static func name(of digest: Digest) -> String { "sha256:" + digest.hex }

  static func filing(
    _ digest: Digest, size: UInt64, mediaType: String, signed: Digest?, signatures: [Signature]
  ) -> String {
    var members = [
      #""inhalt":"\#(name(of: digest))""#, #""groesse":\#(size)"#, #""medientyp":\#(JSONText.string(mediaType))"#,
    ]
    if let signed { members.append(#""unterzeichnet":"\#(name(of: signed))""#) }
    if !signatures.isEmpty {
      members.append(#""unterschriften":[\#(signatures.prefix(24).map(\.json).joined(separator: ","))]"#)
    }
    return "{" + members.joined(separator: ",") + "}"
  }

  /// - Parameter filing: the record with which it was filed.
  static func destruction(_ digest: Digest, reason: String, legalBasis: String, filing: UInt64) -> String {
    #"{"inhalt":"\#(name(of: digest))","grund":\#(JSONText.string(reason)),"#
      + #""rechtsgrundlage":\#(JSONText.string(legalBasis)),"abgelegt":\#(filing)}"#
  }

  static func reading(_ digest: Digest, subject: String, reason: String, part: ClosedRange<UInt64>?) -> String {
    let bytes = part.map { #","von":\#($0.lowerBound),"bis":\#($0.upperBound)"# } ?? ""
    return #"{"subject":\#(JSONText.string(subject)),"inhalt":"\#(name(of: digest))","#
      + #""grund":\#(JSONText.string(reason))\#(bytes)}"#
  }
}

/// A content as it was filed.
public struct FiledContent: Sendable, Hashable {
  public var digest: Digest
  /// In bytes.
  public var size: UInt64
  /// As the client stated it when it was filed first.
  public var mediaType: String
  /// What was found out about its signatures when it was filed, a JSON array; nil where it has none.
  public var signatures: [UInt8]?
  /// The content that it was filed as the signature of, `sha256:…`; nil where it was filed as none.
  public var signed: String?
  /// The record that says so.
  public var sequence: UInt64
  public var recordedTime: String

  init?(_ record: Record, _ digest: Digest) {
    guard let data = record.data, let size = data["groesse"]?.integer.flatMap({ UInt64(exactly: $0) }),
      let mediaType = data["medientyp"]?.string
    else { return nil }
    self.digest = digest
    self.size = size
    self.mediaType = mediaType
    signatures = data["unterschriften"].map { Array($0.text) }
    signed = data["unterzeichnet"]?.string
    sequence = record.sequence
    recordedTime = record.recordedTime
  }
}

/// What a content is called where nobody has said what it is (RFC 2046 §4.5.1).
public let unknownMediaType = "application/octet-stream"
