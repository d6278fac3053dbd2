import COpenSSL
import TimeStamps
import TransparencyLog

/// Checks one CMS message (RFC 5652) over parts of a file that it does not hold itself.
struct CMSCheck {
  let form: Signature.Form
  let anchors: TrustAnchors?
  let time: Int64

  /// - Parameter parts: where the signed bytes are, two parts at most: offset and length.
  func run(
    _ message: [UInt8], over parts: [(offset: Int64, length: Int64)], of descriptor: Int32, coversAll: Bool
  ) -> [Signature] {
    defer { ERR_clear_error() }
    guard let message = decode(message, by: { d2i_CMS_ContentInfo(nil, $0, $1) }, release: { CMS_ContentInfo_free($0) })
    else { return [.unreadable(form, "no CMS message", coversAll: coversAll)] }
    defer { CMS_ContentInfo_free(message) }
    let signers = CMS_get0_SignerInfos(message)
    let count = Int(copenssl_signers_count(signers))
    guard count > 0 else { return [.unreadable(form, "nobody has signed", coversAll: coversAll)] }
    guard CMS_is_detached(message) == 1 else {
      return [.unreadable(form, "it holds a content of its own and says nothing of this one", coversAll: coversAll)]
    }
    let problem = check(message, parts, descriptor)
    return (0..<count).map { place in
      describe(copenssl_signers_at(signers, Int32(place)), of: message, problem: problem, coversAll: coversAll)
    }
  }

  /// Why the message does not fit the bytes; nil where all of its signatures do.
  private func check(
    _ message: OpaquePointer, _ parts: [(offset: Int64, length: Int64)], _ descriptor: Int32
  ) -> String? {
    guard let method = copenssl_parts_method() else { return "BIO_meth_new" }
    defer { BIO_meth_free(method) }
    var source = copenssl_parts()
    source.descriptor = descriptor
    if let first = parts.first { (source.offset.0, source.left.0) = (first.offset, first.length) }
    if parts.count > 1 { (source.offset.1, source.left.1) = (parts[1].offset, parts[1].length) }
    return withUnsafeMutablePointer(to: &source) { source in
      guard let content = copenssl_parts_bio(method, source) else { return "BIO_new" }
      defer { BIO_free(content) }
      // Chains are checked apart, so that a certificate nobody here knows is told from bytes that were altered.
      let flags = UInt32(CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY)
      guard CMS_verify(message, nil, nil, content, nil, flags) == 1 else {
        if source.pointee.failed != 0 { return "the content could not be read" }
        let code = ERR_peek_last_error()
        return ERR_reason_error_string(code).map { String(cString: $0) } ?? "CMS_verify"
      }
      return nil
    }
  }

  private func describe(
    _ signer: OpaquePointer?, of message: OpaquePointer, problem: String?, coversAll: Bool
  ) -> Signature {
    var result = Signature.unreadable(form, "", coversAll: coversAll)
    result.isSound = problem == nil
    result.problem = problem
    guard let signer else { return result }
    if CMS_signed_get_attr_by_NID(signer, NID_pkcs9_signingTime, -1) >= 0,
      let attribute = CMS_signed_get_attr(signer, CMS_signed_get_attr_by_NID(signer, NID_pkcs9_signingTime, -1)),
      let value = X509_ATTRIBUTE_get0_type(attribute, 0)
    {
      result.claimedTime = value.pointee.value.asn1_string.flatMap { secondsSinceEpoch($0) }
    }
    let embedded = CMS_get1_certs(message)
    defer { copenssl_certificates_free(embedded) }
    // By what the signature names, never by its place in the message.
    let certificate = (0..<copenssl_certificates_count(embedded)).lazy
      .compactMap { copenssl_certificates_at(embedded, $0) }.first { CMS_SignerInfo_cert_cmp(signer, $0) == 0 }
    guard let certificate else { return result }
    result.signer = distinguishedName(X509_get_subject_name(certificate))
    result.issuer = distinguishedName(X509_get_issuer_name(certificate))
    result.serialNumber = X509_get0_serialNumber(certificate).map { hexadecimal($0) }
    result.certificate = CMSCheck.digest(of: certificate)
    if let anchors { result.trust = trust(in: certificate, embedded, anchors) }
    return result
  }

  private static func digest(of certificate: OpaquePointer) -> String? {
    var value = [UInt8](repeating: 0, count: Digest.byteCount)
    var count: UInt32 = 0
    guard X509_digest(certificate, EVP_sha256(), &value, &count) == 1 else { return nil }
    return Digest(value)?.hex
  }

  private func trust(in certificate: OpaquePointer, _ others: OpaquePointer?, _ anchors: TrustAnchors)
    -> Signature.Trust
  {
    guard let store = X509_STORE_new(), let context = X509_STORE_CTX_new() else { return .untrusted("out of memory") }
    defer {
      X509_STORE_CTX_free(context)
      X509_STORE_free(store)
    }
    for der in anchors.anchors {
      guard let anchor = decode(der, by: { d2i_X509(nil, $0, $1) }, release: { X509_free($0) }) else { continue }
      defer { X509_free(anchor) }
      X509_STORE_add_cert(store, anchor)
    }
    guard X509_STORE_CTX_init(context, store, certificate, others) == 1,
      let parameters = X509_STORE_CTX_get0_param(context)
    else { return .untrusted("X509_STORE_CTX_init") }
    X509_VERIFY_PARAM_set_flags(parameters, UInt(X509_V_FLAG_PARTIAL_CHAIN))
    X509_VERIFY_PARAM_set_time(parameters, time_t(time))
    guard X509_verify_cert(context) == 1 else {
      return .untrusted(String(cString: X509_verify_cert_error_string(Int(X509_STORE_CTX_get_error(context)))))
    }
    return .trusted
  }
}
