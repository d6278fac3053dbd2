import COpenSSL
import SwiftASN1

/// Which certificate the authority says it signed with: hashes that it signed too, so that nobody can put another
/// certificate with the same issuer and serial number in its place (RFC 5035 §3 and §4; RFC 5816).
///
/// The first hash of each attribute is the signer's. Those behind it limit the certificates of the chain; the chain
/// is fixed by the trust anchors here.
struct SigningCertificate {
  /// Of `SigningCertificate` (ESSCertID, SHA-1) and `SigningCertificateV2` (ESSCertIDv2). One that is there must fit.
  private var hashes: [(nid: Int32, value: [UInt8])] = []

  /// nil where there is neither, or one that is not well-formed.
  init?(first: [UInt8]?, second: [UInt8]?) {
    guard first != nil || second != nil else { return nil }
    if let first {
      guard let fields = Self.firstIdentifier(in: first), let hash = fields.first?.octets else { return nil }
      hashes.append((NID_sha1, hash))
    }
    if let second {
      guard let fields = Self.firstIdentifier(in: second), let field = fields.first else { return nil }
      if let hash = field.octets {
        // The algorithm has the default SHA-256.
        hashes.append((NID_sha256, hash))
      } else {
        guard let algorithm = field.children?.first?.objectIdentifier, fields.count > 1, let hash = fields[1].octets
        else { return nil }
        hashes.append((OBJ_txt2nid(algorithm), hash))
      }
    }
  }

  /// The certificate among `stacks` that the signature names and that has these hashes.
  func find(for signature: OpaquePointer, in stacks: [OpaquePointer]) throws(TimeStampError) -> OpaquePointer {
    var isNamed = false
    for stack in stacks {
      for index in 0..<copenssl_certificates_count(stack) {
        guard let certificate = copenssl_certificates_at(stack, index),
          CMS_SignerInfo_cert_cmp(signature, certificate) == 0
        else { continue }
        isNamed = true
        if fits(certificate) { return certificate }
      }
    }
    let signer = Self.name(of: signature)
    throw isNamed ? .signingCertificateMismatch(signer: signer) : .signerCertificateMissing(signer: signer)
  }

  private func fits(_ certificate: OpaquePointer) -> Bool {
    hashes.allSatisfy { hash in
      guard let algorithm = EVP_get_digestbyname(OBJ_nid2sn(hash.nid)) else { return false }
      var (value, count) = ([UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE)), UInt32(0))
      guard X509_digest(certificate, algorithm, &value, &count) == 1 else { return false }
      return value.prefix(Int(count)).elementsEqual(hash.value)
    }
  }

  /// The fields of the first ESSCertID or ESSCertIDv2 of
  /// `SEQUENCE { certs SEQUENCE OF ESSCertID(v2), policies … OPTIONAL }`.
  private static func firstIdentifier(in der: [UInt8]) -> [ASN1Node]? {
    guard let root = try? DER.parse(der), root.identifier == .sequence else { return nil }
    return root.children?.first?.children?.first?.children
  }

  /// What the signature says of its certificate.
  private static func name(of signature: OpaquePointer) -> String {
    var (key, issuer): (UnsafeMutablePointer<ASN1_OCTET_STRING>?, OpaquePointer?) = (nil, nil)
    var serial: UnsafeMutablePointer<ASN1_INTEGER>?
    CMS_SignerInfo_get0_signer_id(signature, &key, &issuer, &serial)
    if let key { return "the key identifier \(hexadecimal(bytes(of: key)))" }
    return "the serial number \(serial.map { hexadecimal($0) } ?? "") of \(distinguishedName(issuer))"
  }
}
