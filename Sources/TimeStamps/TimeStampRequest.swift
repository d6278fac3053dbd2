import COpenSSL

/// What is sent to a time stamp authority (RFC 3161 §2.4.1, `TimeStampReq`): a hash, a nonce that only this request
/// has, and the wish to get the authority's certificate with the answer, so that it can be checked in years.
///
/// By HTTP it goes as `application/timestamp-query` (§3.4), and ``TimeStampResponse`` comes back as
/// `application/timestamp-reply`.
public struct TimeStampRequest: Sendable, Hashable {
  /// The most bytes a request may have.
  public static let maximumByteCount = 4096

  public let imprint: Imprint
  /// Hexadecimal; nil where a request made elsewhere has none.
  public let nonce: String?
  /// Object identifier of the policy asked for; nil leaves it to the authority.
  public let policy: String?
  /// Whether the authority shall put its certificate into the answer.
  public let asksForCertificate: Bool
  /// The DER of the request.
  public let der: [UInt8]

  /// A new request with a random nonce of 63 bits.
  ///
  /// - Parameter policy: object identifier in dotted form.
  public init(_ imprint: Imprint, policy: String? = nil) throws(TimeStampError) {
    defer { ERR_clear_error() }
    guard let request = TS_REQ_new() else { throw .cryptography("TS_REQ_new") }
    defer { TS_REQ_free(request) }
    guard TS_REQ_set_version(request, 1) == 1 else { throw .cryptography("TS_REQ_set_version") }
    try Self.set(imprint, of: request)
    try Self.setRandomNonce(of: request)
    if let policy {
      guard let object = OBJ_txt2obj(policy, 1) else { throw .malformedPolicy(policy) }
      defer { ASN1_OBJECT_free(object) }
      guard TS_REQ_set_policy_id(request, object) == 1 else { throw .cryptography("TS_REQ_set_policy_id") }
    }
    guard TS_REQ_set_cert_req(request, 1) == 1 else { throw .cryptography("TS_REQ_set_cert_req") }
    guard let der = encode(by: { i2d_TS_REQ(request, $0) }) else { throw .cryptography("i2d_TS_REQ") }
    try self.init(der: der)
  }

  /// Reads a request that was made before or elsewhere.
  public init(der: [UInt8]) throws(TimeStampError) {
    guard der.count <= Self.maximumByteCount else {
      throw .tooLarge(.request, byteCount: der.count, limit: Self.maximumByteCount)
    }
    guard let request = decode(der, by: { d2i_TS_REQ(nil, $0, $1) }, release: { TS_REQ_free($0) })
    else { throw .malformed(.request) }
    defer { TS_REQ_free(request) }
    let version = TS_REQ_get_version(request)
    guard version == 1 else { throw .unsupportedVersion(.request, version) }
    guard let imprint = TS_REQ_get_msg_imprint(request) else { throw .malformed(.request) }
    self.imprint = try Imprint(imprint, of: .request)
    nonce = TS_REQ_get_nonce(request).map { hexadecimal($0) }
    policy = TS_REQ_get_policy_id(request).map { objectIdentifier($0) }
    asksForCertificate = TS_REQ_get_cert_req(request) != 0
    self.der = der
  }

  private static func set(_ imprint: Imprint, of request: OpaquePointer) throws(TimeStampError) {
    guard let message = TS_MSG_IMPRINT_new() else { throw .cryptography("TS_MSG_IMPRINT_new") }
    defer { TS_MSG_IMPRINT_free(message) }
    guard let algorithm = X509_ALGOR_new() else { throw .cryptography("X509_ALGOR_new") }
    defer { X509_ALGOR_free(algorithm) }
    // The parameters are NULL, not absent: some authorities refuse a request without them.
    guard X509_ALGOR_set0(algorithm, OBJ_nid2obj(imprint.algorithm.nid), V_ASN1_NULL, nil) == 1,
      TS_MSG_IMPRINT_set_algo(message, algorithm) == 1
    else { throw .cryptography("TS_MSG_IMPRINT_set_algo") }
    var bytes = imprint.bytes
    guard TS_MSG_IMPRINT_set_msg(message, &bytes, Int32(bytes.count)) == 1
    else { throw .cryptography("TS_MSG_IMPRINT_set_msg") }
    guard TS_REQ_set_msg_imprint(request, message) == 1 else { throw .cryptography("TS_REQ_set_msg_imprint") }
  }

  private static func setRandomNonce(of request: OpaquePointer) throws(TimeStampError) {
    var bytes = [UInt8](repeating: 0, count: 8)
    guard RAND_bytes(&bytes, Int32(bytes.count)) == 1 else { throw .cryptography("RAND_bytes") }
    // An INTEGER is written without zeros in front: with this bit set, it always has 8 bytes.
    bytes[0] |= 0x40
    guard let nonce = ASN1_INTEGER_new() else { throw .cryptography("ASN1_INTEGER_new") }
    defer { ASN1_INTEGER_free(nonce) }
    guard ASN1_STRING_set(nonce, bytes, Int32(bytes.count)) == 1, TS_REQ_set_nonce(request, nonce) == 1
    else { throw .cryptography("TS_REQ_set_nonce") }
  }
}
