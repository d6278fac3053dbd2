/// What came out when a signature was checked.
///
/// A sound signature says that the bytes are those that the holder of a key signed; whose key it was says the certificate,
/// and that only where it leads to an anchor that is trusted here.
public struct Signature: Sendable, Hashable {
  public enum Form: String, Sendable, Hashable {
    /// A CMS or CAdES signature in a file of its own (RFC 5652, ETSI EN 319 122-1).
    case cms
    /// A signature inside a PDF (ISO 32000-2 §12.8, ETSI EN 319 142-1).
    case pdf
  }

  public enum Trust: Sendable, Hashable {
    /// A chain of certificates, all valid when it was checked, leads to an anchor.
    case trusted
    /// No chain does; OpenSSL's reason.
    case untrusted(String)
    /// No anchors are configured.
    case unknown
  }

  public var form: Form
  /// Whether the signed bytes are as they were when it was given.
  public var isSound: Bool
  /// Why it is not, in OpenSSL's words or ours.
  public var problem: String?
  /// Subject and issuer of the signer's certificate, as RFC 4514 writes them; nil where it cannot be read.
  public var signer: String?
  public var issuer: String?
  /// Hexadecimal.
  public var serialNumber: String?
  /// SHA-256 of the signer's certificate in DER, hexadecimal.
  public var certificate: String?
  /// When the signer says that it signed, POSIX seconds; nobody vouches for it.
  public var claimedTime: Int64?
  public var trust: Trust
  /// Whether it covers the whole content: of a PDF a later revision may follow what was signed.
  public var coversAll: Bool

  static func unreadable(_ form: Form, _ problem: String, coversAll: Bool = true) -> Signature {
    Signature(
      form: form, isSound: false, problem: problem, signer: nil, issuer: nil, serialNumber: nil, claimedTime: nil,
      trust: .unknown, coversAll: coversAll)
  }
}
