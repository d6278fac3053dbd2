import Testing
import TimeStamps

@Suite(.enabled(if: Repository.hasVectors, "needs ../shared/vectors/rfc3161"))
struct TimeStampVectorTests {
  private static let hello = Array("hello".utf8)

  private func trust(_ folder: String) throws -> TrustAnchors {
    try TrustAnchors(Repository.vector("rfc3161-client/\(folder)/ts_chain.pem"))
  }

  private func response(_ path: String) throws -> TimeStampResponse {
    try TimeStampResponse(der: Repository.vector("rfc3161-client/\(path)"))
  }

  @Test func `The answer fits its request`() throws {
    let request = try TimeStampRequest(der: Repository.vector("rfc3161-client/test_tsa/request.der"))
    let stamp = try response("test_tsa/response.tsr").verify(for: request, trust: trust("test_tsa"))
    #expect(stamp.signer == "CN=Test TSA Timestamping,O=local")
    #expect(stamp.signerIssuer == "CN=Test TSA Intermediate,O=local")
    #expect(stamp.generationTime.description == "2024-10-08T15:40:32Z")
    #expect(stamp.accuracy == Accuracy(seconds: 1))
    #expect(stamp.policy == "1.3.6.1.4.1.57264.2")
    #expect(stamp.serialNumber == "797035501f358571fed54952bebbd000497461dc")
    #expect(stamp.imprint == Imprint(of: Self.hello, .sha512))
    // The signer's certificate, notAfter 2033-10-07T13:47:50Z, expires before its issuers'.
    #expect(stamp.certificatesExpire == 2_012_305_670)
  }

  @Test func `The answer does not fit another request`() throws {
    let request = try TimeStampRequest(der: Repository.vector("rfc3161-client/test_tsa/other_request.der"))
    #expect(throws: TimeStampError.nonceMismatch(expected: "b17470d29bfe1226", found: "36a44f9f4a391fd3")) {
      try response("test_tsa/response.tsr").verify(for: request, trust: trust("test_tsa"))
    }
  }

  @Test func `An answer of another root is not trusted`() throws {
    let error = try #require(throws: TimeStampError.self) {
      try #require(response("test_tsa/other_response.tsr").token)
        .verify(Imprint(of: Self.hello, .sha512), trust: trust("test_tsa"))
    }
    // X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY
    guard case .untrusted(20, _, _, _) = error else { throw error }
  }

  @Test func `A certificate put into the bag is not taken for the signer`() throws {
    let genuine = try #require(response("test_tsa/response.tsr").token)
    let injected = try #require(response("test_tsa/response-injected-certs.tsr").token)
    let imprint = Imprint(of: Self.hello, .sha512)
    let expected = try genuine.verify(imprint, trust: trust("test_tsa"))
    let found = try injected.verify(imprint, trust: trust("test_tsa"))
    #expect(injected != genuine)
    #expect(found.signer == expected.signer)
    #expect(found.signerIssuer == expected.signerIssuer)
  }

  @Test(arguments: [HashAlgorithm.sha256, .sha384, .sha512])
  func `Imprints of each length`(algorithm: HashAlgorithm) throws {
    let token = try #require(response("sigstage/response-\(algorithm.rawValue).tsr").token)
    let stamp = try token.verify(Imprint(of: Self.hello, algorithm), trust: trust("sigstage"))
    #expect(stamp.digestAlgorithm == algorithm)
    #expect(stamp.signer == "CN=sigstore-tsa,O=sigstore.dev")
  }

  @Test func `The signer's certificate may come with the anchors`() throws {
    let token = try #require(response("sigstage/response-no-embedded-cert.tsr").token)
    let stamp = try token.verify(Imprint(of: Self.hello), trust: trust("sigstage"))
    #expect(stamp.signer == "CN=sigstore-tsa,O=sigstore.dev")
  }

  @Test func `An altered signature`() throws {
    let token = try #require(response("sigstage/response-invalid-signature.tsr").token)
    #expect(throws: TimeStampError.invalidSignature(signer: "CN=sigstore-tsa,O=sigstore.dev")) {
      try token.verify(Imprint(of: Self.hello), trust: trust("sigstage"))
    }
  }

  @Test func `Certificates that have expired since`() throws {
    let payload = try Imprint(of: Repository.vector("rfc3161-client/sigstore.mock/payload"))
    let token = try #require(response("sigstore.mock/response-expired.tsr").token)
    let stamp = try token.verify(payload, trust: trust("sigstore.mock"))
    #expect(stamp.generationTime.description == "2023-02-01T00:00:00Z")
    #expect(stamp.serialNumber == "-21524111")
    let later = stamp.certificatesExpire + 1
    let error = try #require(throws: TimeStampError.self) {
      try token.verify(payload, trust: trust("sigstore.mock"), at: later)
    }
    // X509_V_ERR_CERT_HAS_EXPIRED
    guard case .untrusted(10, _, _, later) = error else { throw error }
  }

  @Test func `The signer is not the first certificate, and the anchor is DER`() throws {
    let token = try #require(response("identrust/issue-104.tsr").token)
    let stamp = try token.verify(Imprint(of: Self.hello, .sha512), trust: trust("identrust"))
    #expect(stamp.policy == "2.16.840.1.113839.0.6.13.3")
    #expect(stamp.accuracy == nil)
    #expect(stamp.signer == "CN=TrustID Timestamp Authority,O=IdenTrust,C=US")
  }

  @Test(arguments: [
    ("dss/archive_timestamp.tst", "2016-11-28T13:16:26.266Z", "1.3.6.1.4.1.2706.2.2.5.2.1.1.1"),
    ("dss/d-trust.tsr", "2018-05-23T13:18:29Z", "0.4.0.2023.1.1"),
    ("dss/disig.tst", "2019-04-12T09:00:32.613Z", "1.3.158.35975946.0.0.1.0.4"),
  ])
  func `Tokens of European authorities`(path: String, time: String, policy: String) throws {
    let bytes = try Repository.vector(path)
    let token = try TimeStampToken(bytes)
    #expect(token.generationTime.description == time)
    #expect(token.policy == policy)
    // Each holds its chain, which serves as anchors here: what is shown is that signature, signer and purpose hold.
    let stamp = try token.verify(token.imprint, trust: EmbeddedCertificates.trust(in: bytes))
    #expect(stamp.token == token)
    // A token is no answer, and an answer no token.
    #expect(throws: TimeStampError.malformed(.response)) { try TimeStampResponse(der: bytes) }
  }

  @Test func `A token with a broken OCSP answer is refused`() throws {
    let bytes = try Repository.vector("dss/tst_with_broken_ocsp.tst")
    #expect(throws: TimeStampError.malformed(.token)) { try TimeStampToken(bytes) }
  }
}
