import Testing
import TimeStamps

@Suite struct StampSeriesTests {
  private static let objects = (0..<5).map { Array("Datensatz \($0)".utf8) }

  private static func hashes(_ object: [UInt8], _ algorithms: [HashAlgorithm] = HashAlgorithm.allCases) -> [Imprint] {
    algorithms.map { Imprint(of: object, $0) }
  }

  private static func tree() throws -> EvidenceTree {
    try EvidenceTree(.sha256, leaves: objects.map { Imprint(of: $0) })
  }

  @Test func `The records of a series are those made link by link`() throws {
    let authority = try TestAuthority()
    let trust = try authority.trust
    let tree = try Self.tree()
    let first = try authority.token(for: tree.root)
    var series = try StampSeries(first, over: tree)
    var records = try Self.objects.map { EvidenceRecord(try ArchiveTimeStamp(first, over: tree, for: Imprint(of: $0))) }
    for algorithm: HashAlgorithm in [.sha256, .sha512, .sha512, .sha384] {
      if algorithm == series.newestAlgorithm {
        #expect(records.allSatisfy { $0.renewalImprint == series.renewalImprint })
        let token = try authority.token(for: series.renewalImprint)
        try series.renew(with: token)
        for place in records.indices { try records[place].renew(with: ArchiveTimeStamp(token)) }
      } else {
        let leaves = try Self.objects.map { try series.renewalLeaf(of: Self.hashes($0), by: algorithm) }
        let tree = try EvidenceTree(algorithm, leaves: leaves)
        let token = try authority.token(for: tree.root)
        try series.renewHashTree(with: token, over: tree)
        for (place, object) in Self.objects.enumerated() {
          let hash = Imprint(of: object, algorithm)
          #expect(leaves[place] == records[place].hashTreeRenewalImprint(for: hash))
          try records[place].renewHashTree(
            with: ArchiveTimeStamp(token, over: tree, for: leaves[place]), for: hash)
        }
      }
    }
    #expect(series.algorithms == [.sha256, .sha512, .sha384])
    for (object, record) in zip(Self.objects, records) {
      let made = try series.record(of: Self.hashes(object))
      #expect(made == record)
      #expect(try made.verify(object, trust: trust).chains.map(\.count) == [2, 2, 1])
    }
  }

  @Test func `What was not given for the tree or the token before it is not taken`() throws {
    let authority = try TestAuthority()
    let tree = try Self.tree()
    let other = Imprint(of: [1])
    let foreign = try authority.token(for: other)
    #expect(throws: EvidenceError.rootMismatch(expected: tree.root, found: other)) {
      try StampSeries(foreign, over: tree)
    }
    var series = try StampSeries(authority.token(for: tree.root), over: tree)
    #expect(
      throws: EvidenceError.notCovered(ArchiveTimeStampPlace(chain: 0, index: 1), expected: series.renewalImprint)
    ) { try series.renew(with: foreign) }
    try series.renew(with: authority.token(for: series.renewalImprint))
    #expect(
      throws: EvidenceError.notCovered(ArchiveTimeStampPlace(chain: 0, index: 2), expected: series.renewalImprint)
    ) { try series.renew(with: foreign) }
    #expect(throws: EvidenceError.rootMismatch(expected: tree.root, found: other)) {
      try series.renewHashTree(with: foreign, over: tree)
    }
    #expect(throws: EvidenceError.leafNotInTree(other)) { try series.record(of: [other]) }
    #expect(throws: EvidenceError.missingHash(.sha256)) { try series.record(of: Self.hashes([1], [.sha512])) }
    #expect(throws: EvidenceError.missingHash(.sha384)) {
      try series.renewalLeaf(of: Self.hashes(Self.objects[0], [.sha256]), by: .sha384)
    }
  }
}
