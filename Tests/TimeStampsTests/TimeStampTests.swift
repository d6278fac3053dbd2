import Testing
import TimeStamps

@Suite struct TimeStampTests {
  private static let data = Array("Aktenspur".utf8)

  @Test(arguments: [HashAlgorithm.sha256, .sha384, .sha512])
  func `Asked, answered, verified`(algorithm: HashAlgorithm) throws {
    let authority = try TestAuthority()
    let request = try TimeStampRequest(Imprint(of: Self.data, algorithm), policy: TestAuthority.otherPolicy)
    #expect(try TimeStampRequest(der: request.der) == request)
    #expect(request.asksForCertificate)
    let response = try TimeStampResponse(der: authority.answer(request.der))
    #expect(response.status.isGranted)
    let stamp = try response.verify(for: request, trust: authority.trust)
    #expect(stamp.signer == #"CN=Zeitstempel Eins,O=Prüfstelle\, Amt,C=DE"#)
    #expect(stamp.signerIssuer == "CN=Wurzel Eins,O=Prüfstelle,C=DE")
    #expect(stamp.policy == TestAuthority.otherPolicy)
    #expect(stamp.accuracy == Accuracy(seconds: 1, milliseconds: 500, microseconds: 100))
    #expect(stamp.serialNumber == "02")
    #expect(stamp.digestAlgorithm == algorithm)
    #expect(stamp.token.nonce == request.nonce)
    let end = try authority.openssl("x509", "-in", "tsa.pem", "-noout", "-enddate", "-dateopt", "iso_8601")
    let expire = GenerationTime(secondsSinceEpoch: stamp.certificatesExpire).description
    #expect(end == "notAfter=\(expire.replacing("T", with: " "))\n")

    // OpenSSL's own verifier says the same of the same files.
    try authority.write(request.der, to: "request")
    try authority.write(response.der, to: "response")
    let verdict = try authority.openssl(
      "ts", "-verify", "-queryfile", "request", "-in", "response", "-CAfile", "ca.pem")
    #expect(verdict.contains("Verification: OK"))
  }

  @Test func `No two requests have the same nonce`() throws {
    let requests = try (0..<100).map { _ in try TimeStampRequest(Imprint(of: Self.data)) }
    #expect(Set(requests.compactMap(\.nonce)).count == 100)
    #expect(requests.allSatisfy { $0.nonce?.count == 16 })
  }

  @Test func `A certificate hash by SHA-1, as older authorities sign it, names the signer too`() throws {
    let authority = try TestAuthority()
    let stamp = try authority.token(for: Imprint(of: Self.data), section: "tsa_plain")
      .verify(Imprint(of: Self.data), trust: authority.trust)
    #expect(stamp.accuracy == nil)
  }

  @Test func `A refusal is read, with its reason`() throws {
    let authority = try TestAuthority()
    let request = try TimeStampRequest(Imprint(of: Self.data), policy: "1.2.3.4")
    let response = try TimeStampResponse(der: authority.answer(request.der))
    #expect(response.token == nil)
    #expect(response.status.code == 2)
    #expect(response.status.failures == [15])
    #expect(response.status.texts == ["Requested policy is not supported."])
    #expect(throws: TimeStampError.notGranted(response.status)) {
      try response.verify(for: request, trust: authority.trust)
    }
  }

  @Test func `Answer to another request, for other data, under another policy, by another authority`() throws {
    let authority = try TestAuthority()
    let imprint = Imprint(of: Self.data)
    let request = try TimeStampRequest(imprint)
    let response = try TimeStampResponse(der: authority.answer(request.der))
    let token = try #require(response.token)
    let trust = try authority.trust

    let again = try TimeStampRequest(imprint)
    #expect(throws: TimeStampError.nonceMismatch(expected: again.nonce ?? "", found: request.nonce)) {
      try response.verify(for: again, trust: trust)
    }
    let other = Imprint(of: Self.data, .sha512)
    #expect(throws: TimeStampError.imprintMismatch(expected: other, found: imprint)) {
      try token.verify(other, trust: trust)
    }
    #expect(throws: TimeStampError.policyMismatch(expected: "1.2.3", found: TestAuthority.policy)) {
      try token.verify(imprint, policy: "1.2.3", trust: trust)
    }
    let stranger = try TestAuthority("Zwei").trust
    let error = try #require(throws: TimeStampError.self) { try token.verify(imprint, trust: stranger) }
    guard case .untrusted(20, _, _, token.generationTime.secondsSinceEpoch) = error else { throw error }
  }

  @Test func `Certificates must be valid at both times`() throws {
    let authority = try TestAuthority()
    let imprint = Imprint(of: Self.data)
    let token = try authority.token(for: imprint)
    let stamp = try token.verify(imprint, trust: authority.trust)
    _ = try token.verify(imprint, trust: authority.trust, at: stamp.certificatesExpire - 1)
    for (time, code) in [(stamp.certificatesExpire + 1, Int32(10)), (1_000_000_000, 9)] {
      let error = try #require(throws: TimeStampError.self) {
        try token.verify(imprint, trust: authority.trust, at: time)
      }
      guard case .untrusted(code, _, _, time) = error else { throw error }
    }
  }

  @Test func `An authority's own certificate can be the anchor`() throws {
    let authority = try TestAuthority()
    let imprint = Imprint(of: Self.data)
    _ = try authority.token(for: imprint).verify(imprint, trust: TrustAnchors(authority.read("tsa.pem")))
  }

  @Test func `The certificate is found by issuer, serial number and hash`() throws {
    let authority = try TestAuthority()
    // Same issuer, serial number and subject; another key.
    try authority.makeCertificate("twin", extensions: "tsa", name: "Eins")
    let imprint = Imprint(of: Self.data)
    try authority.openssl("ts", "-query", "-digest", imprint.hex, "-sha256", "-out", "bare.tsq")
    let request = try TimeStampRequest(der: authority.read("bare.tsq"))
    #expect(!request.asksForCertificate)
    let response = try TimeStampResponse(der: authority.answer(request.der))
    let (root, tsa, twin) = try (authority.read("ca.pem"), authority.read("tsa.pem"), authority.read("twin.pem"))
    let signer = "the serial number 07 of CN=Wurzel Eins,O=Prüfstelle,C=DE"

    #expect(throws: TimeStampError.signerCertificateMissing(signer: signer)) {
      try response.verify(for: request, trust: TrustAnchors(root))
    }
    #expect(throws: TimeStampError.signingCertificateMismatch(signer: signer)) {
      try response.verify(for: request, trust: TrustAnchors(root, intermediates: twin))
    }
    _ = try response.verify(for: request, trust: TrustAnchors(root, intermediates: twin + tsa))
    _ = try response.verify(for: request, trust: TrustAnchors(root, intermediates: tsa + twin))
  }

  @Test func `What an authority must sign`() throws {
    let authority = try TestAuthority()
    let imprint = Imprint(of: Self.data)
    let genuine = try authority.token(for: imprint)
    let trust = try authority.trust
    func verdict(_ token: TimeStampToken) -> TimeStampError? {
      do {
        _ = try token.verify(imprint, trust: trust)
        return nil
      } catch {
        return error
      }
    }
    #expect(verdict(try authority.forge(genuine, "-cades")) == nil)
    #expect(verdict(try authority.forge(genuine)) == .signedAttribute(.signingCertificate))
    #expect(verdict(try authority.forge(genuine, "-noattr")) == .signedAttribute(.contentType))
    #expect(
      verdict(try authority.forge(genuine, "-cades", "-md", "sha1")) == .weakSignatureDigest("1.3.14.3.2.26"))
    try authority.makeCertificate("second", extensions: "tsa", name: "Zwei", serial: 8)
    #expect(
      verdict(try authority.forge(genuine, "-cades", "-signer", "second.pem", "-inkey", "second.key"))
        == .signerCount(2))
    #expect(
      verdict(try authority.forge(genuine, signer: "second", "-cades"))
        == .authorityNameMismatch(signer: #"CN=Zeitstempel Zwei,O=Prüfstelle\, Amt,C=DE"#))
  }

  @Test(arguments: ["tsa_not_critical", "tsa_and_mail", "no_purpose", "mail", "any_purpose", "tsa_that_encrypts"])
  func `A certificate that is not for time stamping, or for more`(extensions: String) throws {
    let authority = try TestAuthority()
    let imprint = Imprint(of: Self.data)
    let genuine = try authority.token(for: imprint, section: "tsa_plain")
    try authority.makeCertificate("loose", extensions: extensions, name: "Lose", serial: 9)
    let token = try authority.forge(genuine, signer: "loose", "-cades")
    #expect(throws: TimeStampError.notForTimeStamping(signer: #"CN=Zeitstempel Lose,O=Prüfstelle\, Amt,C=DE"#)) {
      try token.verify(imprint, trust: authority.trust)
    }
  }

  @Test func `An altered byte is found, or states nothing`() throws {
    let authority = try TestAuthority()
    let imprint = Imprint(of: Self.data)
    let token = try authority.token(for: imprint)
    let trust = try authority.trust
    let genuine = try token.verify(imprint, trust: trust)
    var accepted: [Int] = []
    for place in token.bytes.indices {
      var altered = token.bytes
      altered[place] ^= 0x01
      guard let read = try? TimeStampToken(altered), let stamp = try? read.verify(imprint, trust: trust)
      else { continue }
      accepted.append(place)
      #expect(stamp.generationTime == genuine.generationTime)
      #expect(stamp.policy == genuine.policy)
      #expect(stamp.serialNumber == genuine.serialNumber)
      #expect(stamp.signer == genuine.signer)
    }
    // CMS signs neither its version numbers nor the names and parameters of the algorithms beside the signature.
    #expect(accepted.count < 40, "\(accepted)")
  }

  @Test func `Answers that are none`() throws {
    let authority = try TestAuthority()
    let imprint = Imprint(of: Self.data)
    let answer = try authority.answer(TimeStampRequest(imprint).der)
    let token = try #require(TimeStampResponse(der: answer).token)
    for bad: [UInt8] in [[], [0x30], Array(answer.dropLast()), answer + [0], token.bytes] {
      #expect(throws: TimeStampError.malformed(.response)) { try TimeStampResponse(der: bad) }
    }
    #expect(throws: TimeStampError.malformed(.token)) { try TimeStampToken(answer) }
    #expect(throws: TimeStampError.malformed(.token)) { try TimeStampToken(token.bytes + [0]) }
    #expect(throws: TimeStampError.missingToken) { try TimeStampResponse(der: [0x30, 5, 0x30, 3, 2, 1, 0]) }
    let body = [0x30, 3, 2, 1, 2] + token.bytes
    let refusal = [0x30, 0x82, UInt8(body.count >> 8), UInt8(body.count & 255)] + body
    let error = try #require(throws: TimeStampError.self) { try TimeStampResponse(der: refusal) }
    guard case .unexpectedToken(let status) = error, status.code == 2 else { throw error }
    let large = [UInt8](repeating: 0x30, count: TimeStampResponse.maximumByteCount + 1)
    #expect(throws: TimeStampError.tooLarge(.response, byteCount: 262_145, limit: 262_144)) {
      try TimeStampResponse(der: large)
    }
    #expect(throws: TimeStampError.tooLarge(.token, byteCount: 262_145, limit: 262_144)) { try TimeStampToken(large) }
  }

  @Test func `Requests that are none`() throws {
    let request = try TimeStampRequest(Imprint(of: Self.data))
    #expect(throws: TimeStampError.malformed(.request)) { try TimeStampRequest(der: []) }
    #expect(throws: TimeStampError.malformed(.request)) { try TimeStampRequest(der: request.der + [0]) }
    #expect(throws: TimeStampError.malformedPolicy("eins")) { try TimeStampRequest(request.imprint, policy: "eins") }
    let authority = try TestAuthority()
    try authority.openssl("ts", "-query", "-digest", String(repeating: "ab", count: 20), "-sha1", "-out", "sha1.tsq")
    #expect(throws: TimeStampError.unsupportedHashAlgorithm("1.3.14.3.2.26")) {
      try TimeStampRequest(der: authority.read("sha1.tsq"))
    }
  }

  @Test func `Bundles of certificates`() throws {
    let authority = try TestAuthority()
    let root = try authority.read("ca.pem")
    #expect(throws: TimeStampError.noTrustAnchor) { try TrustAnchors([]) }
    #expect(throws: TimeStampError.noTrustAnchor) { try TrustAnchors(pem: "no certificate here\n") }
    #expect(throws: TimeStampError.malformed(.certificates)) { try TrustAnchors(root.dropLast(40) + [10]) }
    let text = Array("Wurzel der Prüfstelle\n".utf8)
    #expect(try TrustAnchors(text + root + text) == TrustAnchors(root))
    try authority.openssl("x509", "-in", "ca.pem", "-outform", "DER", "-out", "ca.der")
    #expect(try TrustAnchors(authority.read("ca.der")) == TrustAnchors(root))
  }
}
