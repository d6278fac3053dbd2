import COpenSSL

/// What the authority signed beside the token's content (RFC 5652 §11, RFC 5035).
struct SignedAttributes {
  let signingCertificate: SigningCertificate

  init(of signature: OpaquePointer) throws(TimeStampError) {
    guard let type = Self.value(NID_pkcs9_contentType, V_ASN1_OBJECT, of: signature),
      OBJ_obj2nid(OpaquePointer(type)) == NID_id_smime_ct_TSTInfo
    else { throw .signedAttribute(.contentType) }
    guard Self.value(NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING, of: signature) != nil
    else { throw .signedAttribute(.messageDigest) }

    var digest: UnsafeMutablePointer<X509_ALGOR>?
    CMS_SignerInfo_get0_algs(signature, nil, nil, &digest, nil)
    var object: OpaquePointer?
    X509_ALGOR_get0(&object, nil, nil, digest)
    guard let object, Self.digests.contains(OBJ_obj2nid(object)) else {
      throw .weakSignatureDigest(object.map { objectIdentifier($0) } ?? "")
    }

    let first = try Self.sequence(NID_id_smime_aa_signingCertificate, of: signature)
    let second = try Self.sequence(NID_id_smime_aa_signingCertificateV2, of: signature)
    guard let found = SigningCertificate(first: first, second: second)
    else { throw .signedAttribute(.signingCertificate) }
    signingCertificate = found
  }

  private static let digests: Set<Int32> = [
    NID_sha256, NID_sha384, NID_sha512, NID_sha3_256, NID_sha3_384, NID_sha3_512,
  ]

  /// The DER of an attribute that may be missing, but not be there twice or with two values.
  private static func sequence(_ nid: Int32, of signature: OpaquePointer) throws(TimeStampError) -> [UInt8]? {
    guard CMS_signed_get_attr_by_NID(signature, nid, -1) >= 0 else { return nil }
    guard let value = value(nid, V_ASN1_SEQUENCE, of: signature) else { throw .signedAttribute(.signingCertificate) }
    return bytes(of: value.assumingMemoryBound(to: ASN1_STRING.self))
  }

  /// The value of an attribute that is there exactly once with exactly one value of this type.
  private static func value(_ nid: Int32, _ type: Int32, of signature: OpaquePointer) -> UnsafeMutableRawPointer? {
    let index = CMS_signed_get_attr_by_NID(signature, nid, -1)
    guard index >= 0, CMS_signed_get_attr_by_NID(signature, nid, index) < 0,
      let attribute = CMS_signed_get_attr(signature, index), X509_ATTRIBUTE_count(attribute) == 1
    else { return nil }
    return X509_ATTRIBUTE_get0_data(attribute, 0, type, nil)
  }
}
