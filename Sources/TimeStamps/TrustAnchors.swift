import COpenSSL

/// The certificates under which time stamps are believed.
///
/// Each anchor is trusted as it is, whether it signs itself or not: a trust list (ETSI TS 119 612) names the
/// certificate of a service, seldom that of a root. Further certificates only help to build a chain. Both come from
/// whoever checks, never from the token.
///
/// Whether a certificate was revoked is not asked: an offline check cannot, and a time stamp given before the
/// revocation stays good. An authority that must no longer be believed is taken off the anchors.
public struct TrustAnchors: Sendable, Hashable {
  /// The most bytes a bundle may have.
  public static let maximumByteCount = 1 << 20

  /// DER of each.
  package let anchors: [[UInt8]]
  let intermediates: [[UInt8]]

  /// - Parameters:
  ///   - bundle: one or more certificates in PEM, text between them allowed, or one in DER.
  ///   - intermediates: certificates that are not trusted by themselves, in the same forms.
  /// - Throws: ``TimeStampError/noTrustAnchor``, ``TimeStampError/tooLarge(_:byteCount:limit:)`` and
  ///   ``TimeStampError/malformed(_:)``.
  public init(_ bundle: [UInt8], intermediates: [UInt8] = []) throws(TimeStampError) {
    anchors = try Self.certificates(in: bundle)
    guard !anchors.isEmpty else { throw .noTrustAnchor }
    self.intermediates = try Self.certificates(in: intermediates)
  }

  /// - Parameter pem: one or more certificates in PEM.
  public init(pem: String) throws(TimeStampError) {
    try self.init(Array(pem.utf8))
  }

  private static func certificates(in bundle: [UInt8]) throws(TimeStampError) -> [[UInt8]] {
    guard bundle.count <= maximumByteCount else {
      throw .tooLarge(.certificates, byteCount: bundle.count, limit: maximumByteCount)
    }
    if let certificate = decode(bundle, by: { d2i_X509(nil, $0, $1) }, release: { X509_free($0) }) {
      X509_free(certificate)
      return [bundle]
    }
    guard !bundle.isEmpty else { return [] }
    defer { ERR_clear_error() }
    return try bundle.withUnsafeBufferPointer { bytes throws(TimeStampError) in
      guard let input = BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count))
      else { throw .cryptography("BIO_new_mem_buf") }
      defer { BIO_free(input) }
      var found: [[UInt8]] = []
      while let certificate = PEM_read_bio_X509(input, nil, nil, nil) {
        defer { X509_free(certificate) }
        guard let der = encode(by: { i2d_X509(certificate, $0) }) else { throw .cryptography("i2d_X509") }
        found.append(der)
      }
      // The end of the bundle shows as a missing start line; anything else is a block that cannot be read.
      let code = ERR_peek_last_error()
      guard ERR_GET_LIB(code) == ERR_LIB_PEM, ERR_GET_REASON(code) == PEM_R_NO_START_LINE
      else { throw .malformed(.certificates) }
      return found
    }
  }
}
