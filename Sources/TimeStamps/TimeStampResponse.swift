import COpenSSL

/// What a time stamp authority answers (RFC 3161 §2.4.2, `TimeStampResp`): a status and, where it grants, a token.
///
/// Reading one proves nothing: ``verify(for:trust:)`` does.
public struct TimeStampResponse: Sendable, Hashable {
  /// The most bytes an answer may have. One with a long chain of certificates has about 10,000.
  public static let maximumByteCount = 1 << 18

  /// The DER of the whole answer.
  public let der: [UInt8]
  public let status: Status
  /// nil where the authority granted none.
  public let token: TimeStampToken?

  /// - Throws: ``TimeStampError/malformed(_:)``, ``TimeStampError/tooLarge(_:byteCount:limit:)``,
  ///   ``TimeStampError/missingToken``, ``TimeStampError/unexpectedToken(_:)`` and what
  ///   ``TimeStampToken/init(_:)`` throws. An answer that refuses is read: see ``status``.
  public init(der: [UInt8]) throws(TimeStampError) {
    guard der.count <= Self.maximumByteCount else {
      throw .tooLarge(.response, byteCount: der.count, limit: Self.maximumByteCount)
    }
    let (status, tokenBytes) = try Self.parts(of: der)
    if status.isGranted {
      guard !tokenBytes.isEmpty else { throw .missingToken }
      token = try TimeStampToken(tokenBytes)
    } else {
      guard tokenBytes.isEmpty else { throw .unexpectedToken(status) }
      token = nil
    }
    self.der = der
    self.status = status
  }

  /// Checks that the authority granted what was asked for, now and by whom it may be granted.
  ///
  /// - Throws: ``TimeStampError/notGranted(_:)`` and what
  ///   ``TimeStampToken/verify(_:nonce:policy:trust:at:)`` throws.
  public func verify(for request: TimeStampRequest, trust: TrustAnchors) throws(TimeStampError) -> TimeStamp {
    guard let token else { throw .notGranted(status) }
    return try token.verify(request.imprint, nonce: request.nonce, policy: request.policy, trust: trust)
  }

  /// The status and the bytes of the token, which are kept as they came: OpenSSL would write some of them anew.
  private static func parts(of der: [UInt8]) throws(TimeStampError) -> (Status, [UInt8]) {
    defer { ERR_clear_error() }
    return try der.withUnsafeBufferPointer { buffer throws(TimeStampError) in
      guard var cursor = buffer.baseAddress else { throw .malformed(.response) }
      let end = cursor + buffer.count
      var (length, tag, tagClass) = (0, Int32(0), Int32(0))
      var next: UnsafePointer<UInt8>? = cursor
      // Constructed and of definite length: 0x80 is the error bit, 1 stands for an indefinite length.
      guard ASN1_get_object(&next, &length, &tag, &tagClass, buffer.count) == V_ASN1_CONSTRUCTED,
        tag == V_ASN1_SEQUENCE, tagClass == V_ASN1_UNIVERSAL, let content = next, content + length == end
      else { throw .malformed(.response) }
      guard let info = d2i_TS_STATUS_INFO(nil, &next, length) else { throw .malformed(.response) }
      defer { TS_STATUS_INFO_free(info) }
      guard let rest = next, rest <= end else { throw .malformed(.response) }
      cursor = rest
      return (try Status(info), Array(UnsafeBufferPointer(start: cursor, count: end - cursor)))
    }
  }
}

extension TimeStampResponse {
  /// `PKIStatusInfo` of an answer (RFC 3161 §2.4.2).
  public struct Status: Sendable, Hashable {
    /// 0 granted, 1 granted with changes, 2 rejection, 3 waiting, 4 revocation warning, 5 revocation notification.
    public let code: Int
    /// What the authority says about it.
    public let texts: [String]
    /// The bits of `PKIFailureInfo` that are set.
    public let failures: [Int]

    /// A token comes with 0 and 1 only.
    public var isGranted: Bool { code == 0 || code == 1 }

    init(_ info: OpaquePointer) throws(TimeStampError) {
      guard let code = TS_STATUS_INFO_get0_status(info) else { throw .malformed(.response) }
      self.code = ASN1_INTEGER_get(code)
      let texts = TS_STATUS_INFO_get0_text(info)
      self.texts = (0..<copenssl_texts_count(texts)).map { index in
        copenssl_texts_at(texts, index).map { String(decoding: bytes(of: $0), as: UTF8.self) } ?? ""
      }
      failures =
        TS_STATUS_INFO_get0_failure_info(info).map { bits in
          (0..<Int32(32)).filter { ASN1_BIT_STRING_get_bit(bits, $0) == 1 }.map(Int.init)
        } ?? []
    }
  }
}

extension TimeStampResponse.Status: CustomStringConvertible {
  public var description: String {
    let names = [
      "granted", "granted with changes", "rejected", "waiting", "revocation warning", "revocation notification",
    ]
    let name = names.indices.contains(code) ? names[code] : "status \(code)"
    return ([name] + texts + failures.map(Self.name(ofFailure:))).joined(separator: "; ")
  }

  private static func name(ofFailure bit: Int) -> String {
    switch Int32(bit) {
    case TS_INFO_BAD_ALG: "hash algorithm not supported"
    case TS_INFO_BAD_REQUEST: "request not permitted or not supported"
    case TS_INFO_BAD_DATA_FORMAT: "wrong data format"
    case TS_INFO_TIME_NOT_AVAILABLE: "no time source available"
    case TS_INFO_UNACCEPTED_POLICY: "policy not supported"
    case TS_INFO_UNACCEPTED_EXTENSION: "extension not supported"
    case TS_INFO_ADD_INFO_NOT_AVAILABLE: "additional information not available"
    case TS_INFO_SYSTEM_FAILURE: "system failure"
    default: "failure \(bit)"
    }
  }
}
