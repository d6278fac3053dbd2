import COpenSSL

/// The search for a chain from a signer's certificate to an anchor (RFC 5280 §6).
struct CertificatePath {
  /// Stacks of certificates.
  let anchors: OpaquePointer
  let others: OpaquePointer

  /// Throws unless there is a chain whose certificates are all valid at `time` (POSIX seconds).
  ///
  /// - Returns: when the first certificate of that chain expires, in POSIX seconds.
  func check(_ certificate: OpaquePointer, at time: Int64) throws(TimeStampError) -> Int64 {
    guard let store = X509_STORE_new() else { throw .cryptography("X509_STORE_new") }
    defer { X509_STORE_free(store) }
    for index in 0..<copenssl_certificates_count(anchors) {
      guard X509_STORE_add_cert(store, copenssl_certificates_at(anchors, index)) == 1
      else { throw .cryptography("X509_STORE_add_cert") }
    }
    guard let context = X509_STORE_CTX_new() else { throw .cryptography("X509_STORE_CTX_new") }
    defer { X509_STORE_CTX_free(context) }
    guard X509_STORE_CTX_init(context, store, certificate, others) == 1,
      X509_STORE_CTX_set_purpose(context, X509_PURPOSE_TIMESTAMP_SIGN) == 1,
      let parameters = X509_STORE_CTX_get0_param(context)
    else { throw .cryptography("X509_STORE_CTX_init") }
    X509_VERIFY_PARAM_set_flags(parameters, UInt(X509_V_FLAG_PARTIAL_CHAIN))
    X509_VERIFY_PARAM_set_time(parameters, time_t(time))

    guard X509_verify_cert(context) == 1 else {
      let code = X509_STORE_CTX_get_error(context)
      let subject = X509_STORE_CTX_get_current_cert(context).flatMap { X509_get_subject_name($0) }
      throw .untrusted(
        code: code, reason: String(cString: X509_verify_cert_error_string(Int(code))),
        subject: distinguishedName(subject), time: time)
    }
    let chain = X509_STORE_CTX_get0_chain(context)
    return (0..<copenssl_certificates_count(chain)).compactMap { index in
      copenssl_certificates_at(chain, index).flatMap { X509_get0_notAfter($0) }.flatMap { secondsSinceEpoch($0) }
    }.min() ?? time
  }
}
