/// Why a request, an answer or a token of a time stamp authority (TSA) is not taken.
public enum TimeStampError: Error, Sendable, Hashable {
  /// More bytes than such a thing may have.
  case tooLarge(TimeStampPart, byteCount: Int, limit: Int)
  /// The bytes are not the DER (or, for a token, BER) of what they should be.
  case malformed(TimeStampPart)
  /// A version other than 1.
  case unsupportedVersion(TimeStampPart, Int)
  /// The imprint is made with a hash function that is not taken here; its object identifier.
  case unsupportedHashAlgorithm(String)
  /// The text is not an object identifier in dotted form.
  case malformedPolicy(String)
  /// The TSA did not grant a time stamp (RFC 3161 §2.4.2).
  case notGranted(TimeStampResponse.Status)
  /// An answer that grants a time stamp but holds none.
  case missingToken
  /// An answer that refuses a time stamp but holds one.
  case unexpectedToken(TimeStampResponse.Status)

  /// The stamp is for something else.
  case imprintMismatch(expected: Imprint, found: Imprint)
  /// The answer is to another request: its nonce is not the request's, or it has none. Hexadecimal.
  case nonceMismatch(expected: String, found: String?)
  /// The stamp was given under another policy than the one asked for. Object identifiers.
  case policyMismatch(expected: String, found: String)
  /// The token holds an extension that is critical, and of which nothing is known here; its object identifier.
  case unknownCriticalExtension(String)

  /// A token has exactly one signature, that of the TSA (RFC 3161 §2.4.2).
  case signerCount(Int)
  /// An attribute is not among the signed ones exactly once with one value.
  case signedAttribute(SignedAttribute)
  /// The signature is made over a hash that is not taken here; its object identifier.
  case weakSignatureDigest(String)
  /// The certificate that the signature names is neither in the token nor among the known ones.
  case signerCertificateMissing(signer: String)
  /// No certificate of the issuer and serial number named is the one whose hash the TSA signed (ESSCertID and
  /// ESSCertIDv2).
  case signingCertificateMismatch(signer: String)
  /// The signature does not fit content, attributes and the signer's key.
  case invalidSignature(signer: String)
  /// The certificate is not one for time stamping alone: extended key usage critical and only `timeStamping`, key
  /// usage only to sign (RFC 3161 §2.3).
  case notForTimeStamping(signer: String)
  /// The name that the token gives its TSA is none of its certificate's.
  case authorityNameMismatch(signer: String)
  /// No chain of valid certificates leads to a trust anchor at this time.
  ///
  /// `code` is OpenSSL's `X509_V_ERR_…`, `reason` its text; `subject` the certificate where it shows; `time` POSIX
  /// seconds.
  case untrusted(code: Int32, reason: String, subject: String, time: Int64)
  /// The bundle holds no certificate.
  case noTrustAnchor

  /// libcrypto refused an operation that fails only for want of memory or random bytes.
  case cryptography(String)
}

/// What has a form of its own in RFC 3161.
public enum TimeStampPart: String, Sendable, Hashable {
  case request = "time-stamp request"
  case response = "time-stamp response"
  case token = "time-stamp token"
  case info = "TSTInfo of a time-stamp token"
  case generationTime = "genTime of a time-stamp token"
  case certificates = "certificate bundle"
}

/// The attributes that the TSA must have signed (RFC 5652 §11, RFC 3161 §2.4.2).
public enum SignedAttribute: String, Sendable, Hashable {
  case contentType = "content-type with the value id-ct-TSTInfo"
  case messageDigest = "message-digest"
  case signingCertificate = "signing-certificate or signing-certificate-v2"
}

extension TimeStampError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tooLarge(let part, let byteCount, let limit):
      "a \(part.rawValue) of \(byteCount) bytes: at most \(limit) are taken"
    case .malformed(let part): "not a \(part.rawValue)"
    case .unsupportedVersion(let part, let version): "\(part.rawValue): version \(version), expected 1"
    case .unsupportedHashAlgorithm(let oid): "hash algorithm \(oid): expected SHA-256, SHA-384 or SHA-512"
    case .malformedPolicy(let text): "\"\(text)\" is not an object identifier"
    case .notGranted(let status): "the time stamp authority granted no time stamp: \(status)"
    case .missingToken: "the answer grants a time stamp but holds none"
    case .unexpectedToken(let status): "the answer refuses a time stamp (\(status)) but holds one"
    case .imprintMismatch(let expected, let found): "the time stamp is for \(found), expected \(expected)"
    case .nonceMismatch(let expected, let found):
      "the answer has \(found.map { "the nonce \($0)" } ?? "no nonce"), the request has \(expected)"
    case .policyMismatch(let expected, let found): "the time stamp has the policy \(found), expected \(expected)"
    case .unknownCriticalExtension(let oid): "the time stamp holds the unknown critical extension \(oid)"
    case .signerCount(let count): "the token has \(count) signatures, expected 1"
    case .signedAttribute(let attribute): "expected exactly one signed attribute \(attribute.rawValue)"
    case .weakSignatureDigest(let oid): "the token is signed over the hash algorithm \(oid), which is not taken"
    case .signerCertificateMissing(let signer): "the certificate with \(signer) is not at hand"
    case .signingCertificateMismatch(let signer):
      "the certificate with \(signer) is not the one the token was signed with"
    case .invalidSignature(let signer): "the signature is not one of \(signer)"
    case .notForTimeStamping(let signer): "the certificate of \(signer) is not one for time stamping alone"
    case .authorityNameMismatch(let signer): "the token gives its authority a name that \(signer) does not have"
    case .untrusted(_, let reason, let subject, let time):
      "no trusted chain at \(GenerationTime(secondsSinceEpoch: time)): \(reason) (\(subject))"
    case .noTrustAnchor: "the bundle holds no certificate"
    case .cryptography(let call): "\(call) failed"
    }
  }
}
