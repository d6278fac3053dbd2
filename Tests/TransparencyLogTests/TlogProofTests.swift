import Testing
import TransparencyLog

@Suite struct TlogProofTests {
  static let key = fixture { try SigningKey.generate(name: "ledger.example/akten") }
  static let tree = NaiveTree(count: 7)

  private static func fixture(_ make: () throws -> SigningKey) -> SigningKey {
    guard let key = try? make() else { preconditionFailure("no key") }
    return key
  }

  private func proof(
    of index: UInt64, size: Int = 7, by key: SigningKey = key, origin: String? = nil
  ) throws -> TlogProof {
    let checkpoint = Checkpoint(origin: origin ?? key.name, size: UInt64(size), root: Self.tree.root(size))
    let note = try SignedNote.sign(checkpoint.text, by: [key])
    return TlogProof(
      index: index, hashes: InclusionProof.make(index: index, size: UInt64(size), node: Self.tree.node),
      checkpoint: Array(note.encoded.utf8))
  }

  @Test("A proof holds for its record in its log, and for nothing else", arguments: 0..<7)
  func verification(index: Int) throws {
    let proof = try proof(of: UInt64(index))
    let read = try TlogProof(parsing: Array(proof.encoded.utf8))
    #expect(read == proof)
    let leaf = Self.tree.leaves[index]
    let checkpoint = try read.verify(leaf: leaf, by: Self.key.verifierKey)
    #expect(checkpoint.size == 7)
    #expect(checkpoint.origin == Self.key.name)

    #expect(throws: TlogProofError.notIncluded(leaf: .zero, index: UInt64(index), size: 7)) {
      try read.verify(leaf: .zero, by: Self.key.verifierKey)
    }
    for other in 0..<7 where other != index {
      var moved = read
      moved.index = UInt64(other)
      #expect(throws: TlogProofError.self) { try moved.verify(leaf: leaf, by: Self.key.verifierKey) }
    }
    var beyond = read
    beyond.index = 7
    #expect(throws: TlogProofError.notCovered(index: 7, size: 7)) {
      try beyond.verify(leaf: leaf, by: Self.key.verifierKey)
    }
    for place in read.hashes.indices {
      var altered = read
      altered.hashes[place] = .zero
      #expect(throws: TlogProofError.self) { try altered.verify(leaf: leaf, by: Self.key.verifierKey) }
    }
  }

  @Test("The checkpoint must be signed by the log's key and speak of its log")
  func checkpoints() throws {
    let leaf = Self.tree.leaves[3]
    let other = try SigningKey.generate(name: Self.key.name)
    #expect(throws: TlogProofError.checkpoint(.noKnownSignature(expected: [other.name]))) {
      try proof(of: 3).verify(leaf: leaf, by: other.verifierKey)
    }
    #expect(throws: TlogProofError.checkpoint(.originMismatch(expected: Self.key.name, found: "other.example"))) {
      try proof(of: 3, origin: "other.example").verify(leaf: leaf, by: Self.key.verifierKey)
    }
    var altered = try proof(of: 3)
    let digit = try #require(altered.checkpoint.firstIndex(of: UInt8(ascii: "7")))
    altered.checkpoint[digit] = UInt8(ascii: "6")
    #expect(throws: TlogProofError.self) { try altered.verify(leaf: leaf, by: Self.key.verifierKey) }
  }

  @Test("A policy asks for its log, and for its witnesses")
  func policies() throws {
    let proof = try proof(of: 3)
    let leaf = Self.tree.leaves[3]
    func verify(_ policy: String) throws {
      try proof.verify(leaf: leaf, by: Self.key.verifierKey, policy: try WitnessPolicy(parsing: policy))
    }
    try verify("quorum none\n")
    try verify("log \(Self.key.verifierKey)\nquorum none\n")
    let other = try SigningKey.generate(name: Self.key.name).verifierKey
    #expect(throws: TlogProofError.otherLog(Self.key.name)) { try verify("log \(other)\nquorum none\n") }
    let witness = try SigningKey.generate(name: "witness.example").verifierKey
    #expect(throws: TlogProofError.notWitnessed(size: 7)) { try verify("witness w \(witness)\nquorum w\n") }
  }

  static let header = "c2sp.org/tlog-proof@v1\n"
  static let hash = RFC6962.emptyRoot.base64

  /// What stands behind the header, and the line that is wrong.
  static let malformed: [(String, Int)] = [
    ("", 2), ("extra *\nindex 0\n\nx\n", 2), ("extra\nindex 0\n\nx\n", 2),
    ("extra YQ==\nextra YQ==\nindex 0\n\nx\n", 3), ("index\n\nx\n", 2), ("index 00\n\nx\n", 2),
    ("index +1\n\nx\n", 2), ("index 0\r\n\nx\n", 2), ("index 18446744073709551616\n\nx\n", 2),
    ("index 0\nAAAA\n\nx\n", 3), ("index 0\n\n", 4), ("index 0\n\(hash)\n", 4), ("index 0\n\(hash) \n\nx\n", 3),
    ("index 0\n" + String(repeating: "\(hash)\n", count: 65) + "\nx\n", 67),
  ]

  @Test("What is not a proof is refused with its line", arguments: malformed)
  func refused(rest: String, line: Int) throws {
    let error = #expect(throws: TlogProofError.self) { try TlogProof(parsing: Array((Self.header + rest).utf8)) }
    guard case .malformed(let found, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(found == line)
  }

  @Test(
    "Another header is refused", arguments: ["", "c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2\nindex 0\n\nx\n"])
  func otherHeader(text: String) throws {
    let error = #expect(throws: TlogProofError.self) { try TlogProof(parsing: Array(text.utf8)) }
    guard case .malformed(1, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("Extra data and checkpoint are kept byte by byte")
  func verbatim() throws {
    let text = Self.header + "extra AP8=\nindex 18446744073709551615\n\(Self.hash)\n\nany\n\n— bytes\n"
    let proof = try TlogProof(parsing: Array(text.utf8))
    #expect(proof.extra == [0, 255])
    #expect(proof.index == .max)
    #expect(proof.hashes == [RFC6962.emptyRoot])
    #expect(proof.checkpoint == Array("any\n\n— bytes\n".utf8))
    #expect(proof.encoded == text)
    #expect(try TlogProof(parsing: Array((Self.header + "extra \nindex 0\n\nx\n").utf8)).extra == [])
  }
}
