import COpenSSL

extension TimeStampToken {
  /// Checks the token as RFC 3161 §2.2 asks the requester to.
  ///
  /// In this order: imprint, nonce, policy and extensions; one signer, whose certificate is found by what the
  /// signature names (issuer and serial number), never by its place among those in the token, and whose hash the
  /// authority signed (RFC 5035); the authority's name; the signature; the certificate's purpose; and a chain of
  /// certificates to an anchor, valid at the time the token states. A certificate that has expired since does not
  /// matter.
  ///
  /// - Parameters:
  ///   - imprint: what the stamp must be for.
  ///   - nonce: the request's, hexadecimal; nil where it is not known any more.
  ///   - policy: the object identifier it must have been given under; nil for any.
  ///   - time: POSIX seconds; the certificates must be valid then too (RFC 4998 §5.3).
  public func verify(
    _ imprint: Imprint, nonce: String? = nil, policy: String? = nil, trust: TrustAnchors, at time: Int64? = nil
  ) throws(TimeStampError) -> TimeStamp {
    guard self.imprint == imprint else { throw .imprintMismatch(expected: imprint, found: self.imprint) }
    if let nonce, nonce != self.nonce { throw .nonceMismatch(expected: nonce, found: self.nonce) }
    if let policy, policy != self.policy { throw .policyMismatch(expected: policy, found: self.policy) }

    defer { ERR_clear_error() }
    guard let message = decode(bytes, by: { d2i_CMS_ContentInfo(nil, $0, $1) }, release: { CMS_ContentInfo_free($0) })
    else { throw .malformed(.token) }
    defer { CMS_ContentInfo_free(message) }
    let info = try tokenInfo(of: message)
    defer { TS_TST_INFO_free(info) }
    try Self.refuseCriticalExtensions(of: info)

    let signers = CMS_get0_SignerInfos(message)
    guard copenssl_signers_count(signers) == 1, let signature = copenssl_signers_at(signers, 0)
    else { throw .signerCount(Int(copenssl_signers_count(signers))) }
    let attributes = try SignedAttributes(of: signature)

    let anchors = try certificates(trust.anchors)
    defer { copenssl_certificates_free(anchors) }
    let others = try certificates(trust.intermediates)
    defer { copenssl_certificates_free(others) }
    let embedded = CMS_get1_certs(message)
    defer { copenssl_certificates_free(embedded) }
    for index in 0..<copenssl_certificates_count(embedded) {
      guard copenssl_certificates_append(others, copenssl_certificates_at(embedded, index)) == 1
      else { throw .cryptography("sk_X509_push") }
    }

    let certificate = try attributes.signingCertificate.find(for: signature, in: [others, anchors])
    let signer = distinguishedName(X509_get_subject_name(certificate))
    guard try Self.fits(authorityOf: info, certificate) else { throw .authorityNameMismatch(signer: signer) }
    try Self.checkSignature(of: message, by: certificate, named: signer)
    guard X509_check_purpose(certificate, X509_PURPOSE_TIMESTAMP_SIGN, 0) == 1
    else { throw .notForTimeStamping(signer: signer) }

    let path = CertificatePath(anchors: anchors, others: others)
    var expire = try path.check(certificate, at: generationTime.secondsSinceEpoch)
    if let time { expire = min(expire, try path.check(certificate, at: time)) }
    return TimeStamp(
      token: self, signer: signer, signerIssuer: distinguishedName(X509_get_issuer_name(certificate)),
      certificatesExpire: expire)
  }

  /// The signed content, which must be a `TSTInfo`. The caller frees it.
  private func tokenInfo(of message: OpaquePointer) throws(TimeStampError) -> OpaquePointer {
    guard let type = CMS_get0_eContentType(message), OBJ_obj2nid(type) == NID_id_smime_ct_TSTInfo,
      let content = CMS_get0_content(message)?.pointee,
      let info = decode(
        TimeStamps.bytes(of: content), by: { d2i_TS_TST_INFO(nil, $0, $1) }, release: { TS_TST_INFO_free($0) })
    else { throw .malformed(.info) }
    return info
  }

  private static func refuseCriticalExtensions(of info: OpaquePointer) throws(TimeStampError) {
    let index = TS_TST_INFO_get_ext_by_critical(info, 1, -1)
    guard index >= 0 else { return }
    let object = TS_TST_INFO_get_ext(info, index).flatMap { X509_EXTENSION_get_object($0) }
    throw .unknownCriticalExtension(object.map { objectIdentifier($0) } ?? "")
  }

  /// Whether the name that the token gives its authority, if it gives one, is the certificate's subject or one of its
  /// alternative names (RFC 3161 §2.4.2, `tsa`).
  private static func fits(authorityOf info: OpaquePointer, _ certificate: OpaquePointer) throws(TimeStampError) -> Bool
  {
    guard let name = TS_TST_INFO_get_tsa(info) else { return true }
    var type: Int32 = 0
    if let value = GENERAL_NAME_get0_value(name, &type), type == GEN_DIRNAME,
      X509_NAME_cmp(OpaquePointer(value), X509_get_subject_name(certificate)) == 0
    {
      return true
    }
    let alternatives = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil).map { OpaquePointer($0) }
    defer { GENERAL_NAMES_free(alternatives) }
    return (0..<copenssl_general_names_count(alternatives)).contains { index in
      GENERAL_NAME_cmp(copenssl_general_names_at(alternatives, index), name) == 0
    }
  }

  /// Signature over the signed attributes, and their message digest over the content (RFC 5652 §5.6).
  private static func checkSignature(
    of message: OpaquePointer, by certificate: OpaquePointer, named signer: String
  ) throws(TimeStampError) {
    guard let candidates = copenssl_certificates_new() else { throw .cryptography("sk_X509_new") }
    defer { copenssl_certificates_free(candidates) }
    guard copenssl_certificates_append(candidates, certificate) == 1 else { throw .cryptography("sk_X509_push") }
    // The certificate is the one found above and no other; its chain is checked apart, for a time of the past.
    let flags = UInt32(CMS_NOINTERN | CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY)
    guard CMS_verify(message, candidates, nil, nil, nil, flags) == 1 else { throw .invalidSignature(signer: signer) }
  }
}

/// A stack of certificates from their DER. The caller frees it.
private func certificates(_ encoded: [[UInt8]]) throws(TimeStampError) -> OpaquePointer {
  guard let stack = copenssl_certificates_new() else { throw .cryptography("sk_X509_new") }
  for der in encoded {
    guard let certificate = decode(der, by: { d2i_X509(nil, $0, $1) }, release: { X509_free($0) }) else {
      copenssl_certificates_free(stack)
      throw .malformed(.certificates)
    }
    defer { X509_free(certificate) }
    guard copenssl_certificates_append(stack, certificate) == 1 else {
      copenssl_certificates_free(stack)
      throw .cryptography("sk_X509_push")
    }
  }
  return stack
}
