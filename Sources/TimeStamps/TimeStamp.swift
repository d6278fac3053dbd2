/// A time stamp that was checked: signature, signer, certificates and what it was asked for.
public struct TimeStamp: Sendable, Hashable {
  public let token: TimeStampToken
  /// Subject of the certificate that signed, as RFC 4514 writes it.
  public let signer: String
  /// Issuer of that certificate, as RFC 4514 writes it.
  public let signerIssuer: String
  /// The end of validity of the certificate in the chain that expires first, in POSIX seconds: the time stamp must be
  /// renewed before (RFC 4998 §5.2).
  public let certificatesExpire: Int64

  public var generationTime: GenerationTime { token.generationTime }
  public var accuracy: Accuracy? { token.accuracy }
  /// Object identifier.
  public var policy: String { token.policy }
  /// Hexadecimal.
  public var serialNumber: String { token.serialNumber }
  public var imprint: Imprint { token.imprint }
  /// The hash function of the imprint.
  public var digestAlgorithm: HashAlgorithm { token.imprint.algorithm }
}
