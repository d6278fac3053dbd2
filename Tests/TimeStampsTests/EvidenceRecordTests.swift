import Foundation
import Testing
import TimeStamps

@Suite struct EvidenceRecordTests {
  private static let objects = (0..<11).map { Array("Datensatz \($0)".utf8) }

  private static func tree(_ algorithm: HashAlgorithm = .sha256) throws -> EvidenceTree {
    try EvidenceTree(algorithm, leaves: objects.map { Imprint(of: $0, algorithm) })
  }

  /// The records of all objects, under one time stamp.
  private static func records(by authority: TestAuthority) throws -> [EvidenceRecord] {
    let tree = try tree()
    let token = try authority.token(for: tree.root)
    return try objects.map { EvidenceRecord(try ArchiveTimeStamp(token, over: tree, for: Imprint(of: $0))) }
  }

  @Test func `One time stamp proves every object, and no other`() throws {
    let authority = try TestAuthority()
    let trust = try authority.trust
    for (object, record) in zip(Self.objects, try Self.records(by: authority)) {
      let read = try EvidenceRecord(der: record.der)
      #expect(read == record)
      let evidence = try read.verify(object, trust: trust)
      #expect(evidence.first == evidence.newest)
      #expect(evidence.first.signer == #"CN=Zeitstempel Eins,O=Prüfstelle\, Amt,C=DE"#)
      let other = Imprint(of: object + [0])
      #expect(throws: EvidenceError.notCovered(ArchiveTimeStampPlace(chain: 0, index: 0), expected: other)) {
        try read.verify(object + [0], trust: trust)
      }
    }
  }

  @Test func `A single object needs no tree`() throws {
    let authority = try TestAuthority()
    let object = Self.objects[0]
    let tree = try EvidenceTree(.sha256, leaves: [Imprint(of: object)])
    let token = try authority.token(for: tree.root)
    let record = EvidenceRecord(try ArchiveTimeStamp(token, over: tree, for: Imprint(of: object)))
    #expect(record.chains[0][0].reducedTree.isEmpty)
    #expect(record == EvidenceRecord(try ArchiveTimeStamp(token)))
    _ = try EvidenceRecord(der: record.der).verify(object, trust: authority.trust)
  }

  @Test func `Independent tools agree`() throws {
    let authority = try TestAuthority()
    let record = try Self.records(by: authority)[4]
    try authority.write(record.der, to: "record.ers")
    try authority.write(Self.objects[4], to: "object")
    let link = record.chains[0][0]
    try authority.write(link.token.bytes, to: "token")

    let listing = try authority.openssl("asn1parse", "-inform", "DER", "-in", "record.ers")
    #expect(listing.contains("sha256"))
    #expect(listing.contains("id-smime-ct-TSTInfo"))
    let verdict = try authority.openssl(
      "ts", "-verify", "-token_in", "-in", "token", "-digest", Self.tree().root.hex, "-CAfile", "ca.pem")
    #expect(verdict.contains("Verification: OK"))

    try authority.write(Self.recomputation, to: "recompute.py")
    let root = try Tool.run("python3", "recompute.py", "record.ers", "object", in: authority.folder)
    #expect(root == link.token.imprint.hex + "\n")
  }

  /// RFC 4998 §4.3 in Python, from the bytes of the record.
  private static let recomputation = """
    import hashlib, sys

    def element(data, start):
        length, body = data[start + 1], start + 2
        if length & 0x80:
            size = length & 0x7F
            length, body = int.from_bytes(data[body:body + size], "big"), body + size
        return data[start], body, body + length

    def children(data, start, end):
        found = []
        while start < end:
            tag, body, after = element(data, start)
            found.append((tag, body, after))
            start = after
        return found

    record = open(sys.argv[1], "rb").read()
    h = hashlib.sha256(open(sys.argv[2], "rb").read()).digest()
    _, body, end = element(record, 0)
    sequence = children(record, body, end)[-1]
    chain = children(record, *sequence[1:])[0]
    stamp = children(record, *chain[1:])[0]
    trees = [field for field in children(record, *stamp[1:]) if field[0] == 0xA2]
    lists = [[record[b:e] for _, b, e in children(record, *node[1:])] for node in children(record, *trees[0][1:])]
    assert h in lists[0]
    for number, hashes in enumerate(lists):
        hashes = hashes if number == 0 else hashes + [h]
        h = hashlib.sha256(b"".join(sorted(hashes))).digest()
    print(h.hex())
    """

  @Test func `Time-stamp renewal`() throws {
    let old = try TestAuthority("Alt")
    let new = try TestAuthority("Neu")
    let both = try TrustAnchors(old.read("ca.pem") + new.read("ca.pem"))
    let object = Self.objects[7]
    var record = try Self.records(by: old)[7]

    let covered = record.renewalImprint
    #expect(covered == Imprint(of: record.chains[0][0].token.bytes))
    try record.renew(with: ArchiveTimeStamp(new.token(for: covered)))
    // A second renewal under a tree over the tokens of several records.
    let tree = try EvidenceTree(.sha256, leaves: [record.renewalImprint, Imprint(of: [1]), Imprint(of: [2])])
    try record.renew(with: ArchiveTimeStamp(new.token(for: tree.root), over: tree, for: record.renewalImprint))

    let read = try EvidenceRecord(der: record.der)
    #expect(read.chains.map(\.count) == [3])
    let evidence = try read.verify(object, trust: both)
    #expect(evidence.first.signerIssuer == "CN=Wurzel Alt,O=Prüfstelle,C=DE")
    #expect(evidence.newest.signerIssuer == "CN=Wurzel Neu,O=Prüfstelle,C=DE")
    _ = try read.verify(object, trust: both, at: evidence.newest.certificatesExpire - 1)

    let late = evidence.newest.certificatesExpire + 1
    let error = try #require(throws: EvidenceError.self) { try read.verify(object, trust: both, at: late) }
    guard case .timeStamp(ArchiveTimeStampPlace(chain: 0, index: 2), .untrusted(10, _, _, late)) = error
    else { throw error }
    let distrusted = try #require(throws: EvidenceError.self) { try read.verify(object, trust: new.trust) }
    guard case .timeStamp(ArchiveTimeStampPlace(chain: 0, index: 0), .untrusted) = distrusted else { throw distrusted }
  }

  @Test func `Hash-tree renewal, and a time-stamp renewal after it`() throws {
    let authority = try TestAuthority()
    let trust = try authority.trust
    var records = try Self.records(by: authority)
    try records[3].renew(with: ArchiveTimeStamp(authority.token(for: records[3].renewalImprint)))

    let hashes = Self.objects.map { Imprint(of: $0, .sha512) }
    let leaves = zip(records, hashes).map { $0.hashTreeRenewalImprint(for: $1) }
    // H(H(d) ‖ H(ATSC)): the sequence of the older chains with its own tag and length.
    let sequence = Self.sequence(Self.sequence(records[0].chains[0].flatMap(\.der)))
    #expect(leaves[0] == Imprint(of: hashes[0].bytes + Imprint(of: sequence, .sha512).bytes, .sha512))
    #expect(records[0].der.suffix(sequence.count) == sequence[...])

    let tree = try EvidenceTree(.sha512, leaves: leaves)
    let token = try authority.token(for: tree.root)
    for index in records.indices {
      try records[index].renewHashTree(
        with: ArchiveTimeStamp(token, over: tree, for: leaves[index]), for: hashes[index])
    }
    try records[5].renew(with: ArchiveTimeStamp(authority.token(for: records[5].renewalImprint)))
    #expect(records[5].renewalImprint.algorithm == .sha512)

    for (object, record) in zip(Self.objects, records) {
      let read = try EvidenceRecord(der: record.der)
      #expect(read == record)
      #expect(read.digestAlgorithms == [.sha256, .sha512])
      _ = try read.verify(object, trust: trust)
      let both = [Imprint(of: object, .sha512), Imprint(of: object)]
      _ = try read.verify(hashes: both, trust: trust)
      #expect(throws: EvidenceError.missingHash(.sha512)) { try read.verify(hashes: [both[1]], trust: trust) }
      // The new chain covers the object itself, not only the old hash.
      let forged = Imprint(of: object + [0], .sha512)
      let expected = try read.firstChain().hashTreeRenewalImprint(for: forged)
      #expect(throws: EvidenceError.notCovered(ArchiveTimeStampPlace(chain: 1, index: 0), expected: expected)) {
        try read.verify(hashes: [forged, both[1]], trust: trust)
      }
    }
    #expect(records.map { $0.chains.map(\.count) }[3] == [2, 1])
    #expect(records.map { $0.chains.map(\.count) }[5] == [1, 2])
  }

  @Test func `Renewals that cover something else are not added`() throws {
    let authority = try TestAuthority()
    var record = try Self.records(by: authority)[0]
    let foreign = try ArchiveTimeStamp(authority.token(for: Imprint(of: [9])))
    let long = try ArchiveTimeStamp(authority.token(for: Imprint(of: [9], .sha512)))
    let before = record
    #expect(
      throws: EvidenceError.notCovered(ArchiveTimeStampPlace(chain: 0, index: 1), expected: record.renewalImprint)
    ) { try record.renew(with: foreign) }
    #expect(throws: EvidenceError.unexpectedAlgorithm(expected: .sha256, found: .sha512)) {
      try record.renew(with: long)
    }
    let hash = Imprint(of: Self.objects[0], .sha512)
    #expect(
      throws: EvidenceError.notCovered(
        ArchiveTimeStampPlace(chain: 1, index: 0), expected: record.hashTreeRenewalImprint(for: hash))
    ) { try record.renewHashTree(with: long, for: hash) }
    #expect(throws: EvidenceError.unexpectedAlgorithm(expected: .sha512, found: .sha256)) {
      try record.renewHashTree(with: foreign, for: hash)
    }
    #expect(record == before)
  }

  @Test func `A time stamp over another tree, for what is no leaf`() throws {
    let authority = try TestAuthority()
    let tree = try Self.tree()
    let token = try authority.token(for: Imprint(of: []))
    #expect(throws: EvidenceError.rootMismatch(expected: tree.root, found: Imprint(of: []))) {
      try ArchiveTimeStamp(token, over: tree, for: Imprint(of: Self.objects[0]))
    }
    #expect(throws: EvidenceError.leafNotInTree(Imprint(of: []))) {
      try ArchiveTimeStamp(token, over: tree, for: Imprint(of: []))
    }
  }

  @Test func `A renewal older than what it renews`() throws {
    let authority = try TestAuthority()
    let stamp = try authority.token(for: Imprint(of: [1]))
    let sequence = Self.sequence
    // Two links, the second a token from the past: put together byte by byte, for `renew` would not take it.
    let old = try TimeStampToken(Self.earlier(stamp, by: authority))
    #expect(old.generationTime < stamp.generationTime)
    let chain = sequence(sequence(stamp.bytes) + sequence(old.bytes))
    let algorithm = sequence([6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1])
    let record = try EvidenceRecord(der: sequence([2, 1, 1] + sequence(algorithm) + sequence(chain)))
    #expect(
      throws: EvidenceError.timeRunsBackwards(
        ArchiveTimeStampPlace(chain: 0, index: 1), earlier: stamp.generationTime, later: old.generationTime)
    ) { try record.verify([1], trust: authority.trust) }
  }

  @Test func `What is no record`() throws {
    let authority = try TestAuthority()
    let record = try Self.records(by: authority)[2]
    let der = record.der
    let sequence = Self.sequence
    let algorithm = sequence([6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1])
    let withNull = sequence([6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0])
    let chains = sequence(sequence(record.chains[0][0].der))
    func read(_ content: [UInt8]...) throws(EvidenceError) -> EvidenceRecord {
      try EvidenceRecord(der: sequence(content.flatMap { $0 }))
    }
    let version: [UInt8] = [2, 1, 1]
    #expect(try read(version, sequence(algorithm), chains) == record)
    let evidence = try read(version, sequence(withNull), chains).verify(Self.objects[2], trust: authority.trust)
    #expect(evidence.first.token == record.chains[0][0].token)

    for bad in [[], Array(der.dropLast()), der + [0], Array(der.dropFirst())] {
      #expect(throws: EvidenceError.malformed(.evidenceRecord)) { try EvidenceRecord(der: bad) }
    }
    #expect(throws: EvidenceError.unsupportedVersion) { try read([2, 1, 2], sequence(algorithm), chains) }
    #expect(throws: EvidenceError.malformed(.digestAlgorithms)) { try read(version, sequence([]), chains) }
    #expect(throws: EvidenceError.unsupportedHashAlgorithm("1.3.14.3.2.26")) {
      try read(version, sequence(sequence([6, 5, 0x2B, 0x0E, 3, 2, 0x1A])), chains)
    }
    #expect(throws: EvidenceError.encrypted) { try read(version, sequence(algorithm), [0xA1, 2, 5, 0], chains) }
    #expect(throws: EvidenceError.malformed(.archiveTimeStampSequence)) {
      try read(version, sequence(algorithm), sequence([]))
    }
    #expect(throws: EvidenceError.malformed(.archiveTimeStampSequence)) {
      try read(version, sequence(algorithm), chains, chains)
    }
    #expect(throws: EvidenceError.malformed(.archiveTimeStampChain)) {
      try read(version, sequence(algorithm), sequence(sequence([])))
    }
    #expect(throws: EvidenceError.malformed(.archiveTimeStamp)) {
      try read(version, sequence(algorithm), sequence(sequence(sequence([]))))
    }
    #expect(throws: EvidenceError.unreadableToken(.malformed(.token))) {
      try read(version, sequence(algorithm), sequence(sequence(sequence([5, 0]))))
    }
    // One list with one hash of 3 bytes, in front of the token.
    let short: [UInt8] = [0xA2, 7, 0x30, 5, 4, 3, 1, 2, 3]
    #expect(throws: EvidenceError.malformed(.partialHashtree)) {
      try read(version, sequence(algorithm), sequence(sequence(sequence(short + record.chains[0][0].token.bytes))))
    }
    let large = [UInt8](repeating: 0, count: EvidenceRecord.maximumByteCount + 1)
    #expect(throws: EvidenceError.tooLarge(byteCount: 16_777_217, limit: 16_777_216)) {
      try EvidenceRecord(der: large)
    }
    let unlisted = sequence([6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3])
    #expect(throws: EvidenceError.unlistedAlgorithm(.sha256)) {
      try read(version, sequence(unlisted), chains).verify(Self.objects[2], trust: authority.trust)
    }
  }

  @Test func `CryptoInfos and attributes are carried along`() throws {
    let authority = try TestAuthority()
    let token = try authority.token(for: Imprint(of: Self.objects[0]))
    let sequence = Self.sequence
    let algorithm = sequence([6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1])
    let infos: [UInt8] = [0xA0, 8, 0x30, 6, 6, 2, 0x2A, 3, 5, 0]
    // digestAlgorithm [0] and attributes [1] of the archive time stamp are written out.
    let link = sequence(
      [0xA0, 11] + algorithm.dropFirst(2) + [0xA1, 10, 0x30, 8, 6, 2, 0x2A, 3, 0x31, 2, 5, 0] + token.bytes)
    let der = sequence([2, 1, 1] + sequence(algorithm) + infos + sequence(sequence(link)))
    let record = try EvidenceRecord(der: der)
    #expect(record.der == der)
    #expect(record.chains[0][0].algorithm == .sha256)
    _ = try record.verify(Self.objects[0], trust: authority.trust)
  }

  private static func sequence(_ content: [UInt8]) -> [UInt8] {
    switch content.count {
    case ..<128: [0x30, UInt8(content.count)] + content
    case ..<256: [0x30, 0x81, UInt8(content.count)] + content
    default: [0x30, 0x82, UInt8(content.count >> 8), UInt8(content.count & 255)] + content
    }
  }

  /// The token with the year of its time set back, signed anew.
  private static func earlier(_ token: TimeStampToken, by authority: TestAuthority) throws -> [UInt8] {
    let year = Array(token.generationTime.description.utf8.prefix(4))
    var bytes = token.bytes
    let time = try #require(
      bytes.indices.first { bytes[$0...].starts(with: [0x18, 0x0F] + year) }, "a GeneralizedTime of 15 bytes")
    bytes[time + 2] -= 1
    return try authority.forge(TimeStampToken(bytes), "-cades").bytes
  }
}

extension EvidenceRecord {
  /// The record as it was before any hash-tree renewal.
  fileprivate func firstChain() throws -> EvidenceRecord {
    var record = EvidenceRecord(chains[0][0])
    for link in chains[0].dropFirst() { try record.renew(with: link) }
    return record
  }
}
