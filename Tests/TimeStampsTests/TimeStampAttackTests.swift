import Testing
import TimeStamps

/// What somebody may send in an authority's name.
@Suite struct TimeStampAttackTests {
  private static let imprint = Imprint(of: Array("Aktenspur".utf8))

  let authority: TestAuthority
  let trust: TrustAnchors

  init() throws {
    authority = try TestAuthority()
    trust = try authority.trust
  }

  private func untrusted(_ token: TimeStampToken, _ code: Int32) throws {
    let error = try #require(throws: TimeStampError.self) { try token.verify(Self.imprint, trust: trust) }
    guard case .untrusted(code, _, _, token.generationTime.secondsSinceEpoch) = error else { throw error }
  }

  /// An element of DER.
  private func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    let count = content.count
    let length: [UInt8] =
      switch count {
      case ..<0x80: [UInt8(count)]
      case ..<0x100: [0x81, UInt8(count)]
      default: [0x82, UInt8(count >> 8), UInt8(count & 0xFF)]
      }
    return [tag] + length + content
  }

  // MARK: Certificates

  @Test func `The signer's certificate was not valid at the time stated`() throws {
    // Without the authority's name in it, any certificate may sign the content.
    let genuine = try authority.token(for: Self.imprint, section: "tsa_plain")
    try authority.makeCertificate("old", name: "Alt", from: "20100101000000Z", to: "20200101000000Z")
    try untrusted(authority.forge(genuine, signer: "old", "-cades"), 10)
    try authority.makeCertificate("new", name: "Neu", from: "20800101000000Z", to: "20900101000000Z")
    try untrusted(authority.forge(genuine, signer: "new", "-cades"), 9)
  }

  @Test func `The signer's certificate was issued by one that is no authority's`() throws {
    let genuine = try authority.token(for: Self.imprint, section: "tsa_plain")
    try authority.makeCertificate("victim", extensions: "tsa", name: "Opfer", serial: 11)
    try authority.makeCertificate("forger", extensions: "tsa", name: "Faelscher", serial: 12, issuer: "victim")
    // X509_V_ERR_INVALID_CA
    try untrusted(authority.forge(genuine, signer: "forger", "-cades", "-certfile", "victim.pem"), 79)
  }

  @Test func `A root in the token is no anchor`() throws {
    let stranger = try TestAuthority("Fremd")
    let token = try stranger.forge(
      stranger.token(for: Self.imprint, section: "tsa_plain"), "-cades", "-certfile", "ca.pem")
    // X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN
    try untrusted(token, 19)
    _ = try token.verify(Self.imprint, trust: stranger.trust)
  }

  // MARK: Signatures

  @Test func `Nobody has signed`() throws {
    let info = try authority.content(of: authority.token(for: Self.imprint))
    let type: [UInt8] = element(6, [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 16, 1, 4])
    let digests = element(0x31, element(0x30, element(6, [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1])))
    let content = element(0x30, type + element(0xA0, element(4, info)))
    let message = element(0x30, [2, 1, 3] + digests + content + element(0x31, []))
    let signed = element(6, [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 2])
    let token = try TimeStampToken(element(0x30, signed + element(0xA0, message)))
    #expect(token.imprint == Self.imprint)
    #expect(throws: TimeStampError.signerCount(0)) { try token.verify(Self.imprint, trust: trust) }
  }

  @Test func `Other signed content, and a signer without issuer and serial number, are no token`() throws {
    let info = try authority.content(of: authority.token(for: Self.imprint))
    let data = try authority.sign(info, "1.2.840.113549.1.7.1", ["-cades"])
    #expect(throws: TimeStampError.malformed(.info)) { try TimeStampToken(data) }
    let text = try authority.sign(Array("TSTInfo".utf8), "1.2.840.113549.1.9.16.1.4", ["-cades"])
    #expect(throws: TimeStampError.malformed(.info)) { try TimeStampToken(text) }
    try authority.makeCertificate("named", extensions: "tsa_with_key_id", name: "Eins")
    let byKey = try authority.sign(info, "1.2.840.113549.1.9.16.1.4", by: "named", ["-cades", "-keyid"])
    #expect(throws: TimeStampError.malformed(.token)) { try TimeStampToken(byKey) }
  }

  // MARK: Answers

  @Test func `An answer without the request's nonce`() throws {
    try authority.openssl("ts", "-query", "-digest", Self.imprint.hex, "-sha256", "-no_nonce", "-cert", "-out", "bare")
    let bare = try TimeStampRequest(der: authority.read("bare"))
    #expect(bare.nonce == nil && bare.imprint == Self.imprint)
    let replayed = try TimeStampResponse(der: authority.answer(bare.der))
    _ = try replayed.verify(for: bare, trust: trust)
    let request = try TimeStampRequest(Self.imprint)
    #expect(throws: TimeStampError.nonceMismatch(expected: request.nonce ?? "", found: nil)) {
      try replayed.verify(for: request, trust: trust)
    }
  }

  @Test func `Statuses that no authority gives`() throws {
    let token = try authority.token(for: Self.imprint).bytes
    func answer(status: [UInt8], _ rest: [UInt8]) throws(TimeStampError) -> TimeStampResponse {
      try TimeStampResponse(der: element(0x30, element(0x30, status) + rest))
    }
    #expect(try answer(status: [2, 1, 0], token).token?.bytes == token)
    #expect(try answer(status: [2, 1, 1], token).status.isGranted)
    let beyond = [UInt8](repeating: 0, count: 8)
    for code: [UInt8] in [[2, 1, 6], [2, 1, 0xFF], [2, 9, 0x7F] + beyond, [2, 9, 1] + beyond] {
      #expect(try !answer(status: code, []).status.isGranted)
      #expect(throws: TimeStampError.self) { try answer(status: code, token) }
    }
    for (status, rest): ([UInt8], [UInt8]) in [
      ([2, 1, 0], token + [0]), ([2, 1, 0], token + token), ([2, 1, 0], [5, 0]), ([2, 0], token), ([1, 1, 0], token),
      ([2, 1, 0, 5, 0], token), ([], token),
    ] {
      #expect(throws: TimeStampError.self, "\(status)") { try answer(status: status, rest) }
    }
  }

  // MARK: Encodings

  @Test func `BER says the same as DER, but is nothing for an evidence record`() throws {
    let token = try authority.token(for: Self.imprint)
    #expect(token.bytes[0] == 0x30 && token.bytes[1] == 0x82)
    let indefinite = try TimeStampToken([0x30, 0x80] + token.bytes.dropFirst(4) + [0, 0])
    let genuine = try token.verify(Self.imprint, trust: trust)
    let stamp = try indefinite.verify(Self.imprint, trust: trust)
    #expect(stamp.generationTime == genuine.generationTime && stamp.serialNumber == genuine.serialNumber)
    #expect(throws: EvidenceError.tokenNotDER) { try ArchiveTimeStamp(indefinite) }
    let tree = try EvidenceTree(.sha256, leaves: [Self.imprint])
    #expect(throws: EvidenceError.tokenNotDER) { try StampSeries(indefinite, over: tree) }
    // Never ended, or followed by more.
    #expect(throws: TimeStampError.malformed(.token)) { try TimeStampToken(indefinite.bytes.dropLast(2)) }
    #expect(throws: TimeStampError.malformed(.token)) { try TimeStampToken(indefinite.bytes + [0, 0]) }
    // The answer around it is DER.
    #expect(throws: TimeStampError.malformed(.response)) {
      try TimeStampResponse(der: [0x30, 0x80] + element(0x30, [2, 1, 0]) + token.bytes + [0, 0])
    }
  }

  @Test func `Lengths beyond the end, and towers of elements`() throws {
    let lengths: [[UInt8]] = [
      [0x84, 0x7F, 0xFF, 0xFF, 0xFF], [0x84, 0xFF, 0xFF, 0xFF, 0xFF], [0x88] + [UInt8](repeating: 0xFF, count: 8),
      [0x88, 0x7F] + [UInt8](repeating: 0xFF, count: 7), [0xFE] + [UInt8](repeating: 1, count: 126), [0xFF], [0x80],
      [0x85, 0, 0, 0, 0, 2],
    ]
    let tower = (0..<50_000).flatMap { _ in [0x30, 0x80] as [UInt8] }
    let nested = (0..<200).reduce([5, 0] as [UInt8]) { inner, _ in element(0x30, inner) }
    let bad = lengths.map { [0x30] + $0 + [2, 1, 0] } + [tower, nested, [UInt8](repeating: 0x30, count: 100_000)]
    for bytes in bad {
      #expect(throws: TimeStampError.self) { try TimeStampToken(bytes) }
      #expect(throws: TimeStampError.self) { try TimeStampResponse(der: bytes) }
      let answer = element(0x30, element(0x30, [2, 1, 0]) + bytes.prefix(60_000))
      #expect(throws: TimeStampError.self) { try TimeStampResponse(der: answer) }
      #expect(throws: TimeStampError.self) { try TimeStampRequest(der: bytes) }
      #expect(throws: TimeStampError.self) { try TrustAnchors(bytes) }
      #expect(throws: EvidenceError.self) { try EvidenceRecord(der: bytes) }
    }
  }

  @Test(arguments: [0x00, 0x30, 0x7F, 0x80, 0x84, 0xFF] as [UInt8])
  func `Any byte overwritten, any end cut off: no crash, and nothing else is stated`(byte: UInt8) throws {
    let token = try authority.token(for: Self.imprint)
    let genuine = try token.verify(Self.imprint, trust: trust)
    for place in token.bytes.indices where token.bytes[place] != byte {
      var altered = token.bytes
      altered[place] = byte
      guard let read = try? TimeStampToken(altered), let stamp = try? read.verify(Self.imprint, trust: trust)
      else { continue }
      #expect(stamp.generationTime == genuine.generationTime && stamp.policy == genuine.policy)
      #expect(stamp.serialNumber == genuine.serialNumber && stamp.signer == genuine.signer)
      #expect(stamp.token.nonce == genuine.token.nonce && stamp.accuracy == genuine.accuracy)
    }
    for end in stride(from: Int(byte), to: token.bytes.count, by: 7) {
      #expect(throws: TimeStampError.malformed(.token)) { try TimeStampToken(Array(token.bytes.prefix(end))) }
    }
  }
}
