import COpenSSL

/// A time-stamp token (RFC 3161 §2.4.2): a CMS `ContentInfo` with the authority's signature over a `TSTInfo`.
///
/// Reading one proves nothing: what it says holds once ``verify(_:nonce:policy:trust:at:)`` has passed.
public struct TimeStampToken: Sendable, Hashable {
  /// The bytes as the authority sent them: DER, or BER where it did not keep to DER.
  public let bytes: [UInt8]
  /// What the time stamp is given for.
  public let imprint: Imprint
  /// When the authority says it saw the imprint.
  public let generationTime: GenerationTime
  public let accuracy: Accuracy?
  /// Object identifier of the policy it was given under.
  public let policy: String
  /// The authority's number of it, hexadecimal.
  public let serialNumber: String
  /// The request's nonce, hexadecimal.
  public let nonce: String?

  /// Reads a token: its `TSTInfo` must be complete and of version 1, with an imprint of a known hash function.
  ///
  /// A token is read the way `openssl ts` reads it; what that refuses is refused here, so that both always agree.
  public init(_ bytes: [UInt8]) throws(TimeStampError) {
    guard bytes.count <= TimeStampResponse.maximumByteCount else {
      throw .tooLarge(.token, byteCount: bytes.count, limit: TimeStampResponse.maximumByteCount)
    }
    guard let token = decode(bytes, by: { d2i_PKCS7(nil, $0, $1) }, release: { PKCS7_free($0) })
    else { throw .malformed(.token) }
    defer { PKCS7_free(token) }
    guard let info = PKCS7_to_TS_TST_INFO(token) else {
      ERR_clear_error()
      throw .malformed(.info)
    }
    defer { TS_TST_INFO_free(info) }
    let version = TS_TST_INFO_get_version(info)
    guard version == 1 else { throw .unsupportedVersion(.info, version) }
    guard let imprint = TS_TST_INFO_get_msg_imprint(info), let policy = TS_TST_INFO_get_policy_id(info),
      let serialNumber = TS_TST_INFO_get_serial(info), let time = TS_TST_INFO_get_time(info)
    else { throw .malformed(.info) }
    guard let generationTime = GenerationTime(generalizedTime: TimeStamps.bytes(of: time))
    else { throw .malformed(.generationTime) }
    self.bytes = bytes
    self.imprint = try Imprint(imprint, of: .info)
    self.generationTime = generationTime
    accuracy = TS_TST_INFO_get_accuracy(info).map { Accuracy($0) }
    self.policy = objectIdentifier(policy)
    self.serialNumber = hexadecimal(serialNumber)
    nonce = TS_TST_INFO_get_nonce(info).map { hexadecimal($0) }
  }
}

extension Accuracy {
  init(_ accuracy: OpaquePointer) {
    func value(_ integer: UnsafePointer<ASN1_INTEGER>?) -> Int { integer.map { ASN1_INTEGER_get($0) } ?? 0 }
    self.init(
      seconds: value(TS_ACCURACY_get_seconds(accuracy)), milliseconds: value(TS_ACCURACY_get_millis(accuracy)),
      microseconds: value(TS_ACCURACY_get_micros(accuracy)))
  }
}
