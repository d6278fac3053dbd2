import Testing

@testable import TransparencyLog

/// Policy files (C2SP tlog-policy).
struct WitnessPolicyTests {
  let log: SigningKey
  let witnesses: [CosigningKey]
  let text = "ledger.example/akten\n1\nKgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"

  init() throws {
    log = try SigningKey.generate(name: "ledger.example/akten")
    witnesses = try (0..<6).map { try CosigningKey.generate(name: "witness.example/w\($0)") }
  }

  /// The policy of the specification, with keys.
  var example: String {
    """
    log \(log.verifierKey)

    witness X1 \(witnesses[0].verifierKey) https://x1.example/
    witness X2 \(witnesses[1].verifierKey)
    witness X3 \(witnesses[2].verifierKey)
    group X-witnesses 2 X1 X2 X3

    witness Y1 \(witnesses[3].verifierKey)
    witness Y2 \(witnesses[4].verifierKey)
    witness Y3 \(witnesses[5].verifierKey)
    group Y-witnesses any Y1 Y2 Y3

    group X-and-Y all X-witnesses Y-witnesses
    quorum X-and-Y

    """
  }

  func note(by places: [Int]) throws -> SignedNote {
    var note = try Checkpoint(text: text).signed(by: log)
    for place in places {
      try note.append(signatureLines: witnesses[place].cosignature(of: text, at: 1_700_000_000).line)
    }
    return note
  }

  @Test("Two groups of two levels: two of X and one of Y")
  func groups() throws {
    let policy = try WitnessPolicy(parsing: example)
    #expect(policy.logs.map(\.key) == [log.verifierKey])
    #expect(policy.witnesses.map(\.name) == ["X1", "X2", "X3", "Y1", "Y2", "Y3"])
    #expect(policy.witnesses.map(\.url) == ["https://x1.example/", nil, nil, nil, nil, nil])
    for mask in 0..<64 {
      let places = (0..<6).filter { mask >> $0 & 1 == 1 }
      let isEnough = places.count { $0 < 3 } >= 2 && places.contains { $0 >= 3 }
      #expect(try policy.isSatisfied(by: note(by: places)) == isEnough, "\(places)")
    }
    #expect(try policy.log(of: note(by: [])).checkpoint.origin == "ledger.example/akten")
  }

  @Test("A cosignature that claims a listed witness and does not hold rejects the note, others are ignored")
  func forged() throws {
    let policy = try WitnessPolicy(parsing: example)
    var note = try note(by: [0, 1, 3])
    let stranger = try CosigningKey.generate(name: witnesses[0].name)
    try note.append(signatureLines: stranger.cosignature(of: text, at: 1).line)
    #expect(try policy.isSatisfied(by: note))
    var bytes = try witnesses[2].cosignature(of: text, at: 1).bytes
    bytes[20] ^= 1
    let key = witnesses[2].verifierKey
    try note.append(signatureLines: SignedNote.Signature(name: key.name, keyID: key.keyID, bytes: bytes).line)
    #expect(throws: NoteError.invalidSignature(name: key.name, keyID: key.keyID)) { try policy.isSatisfied(by: note) }
  }

  @Test("quorum none asks for nobody, a witness alone for itself")
  func simple() throws {
    #expect(try WitnessPolicy(parsing: "quorum none").isSatisfied(by: note(by: [])))
    let one = try WitnessPolicy(parsing: "witness w \(witnesses[0].verifierKey)\nquorum w\n")
    #expect(try !one.isSatisfied(by: note(by: [1])))
    #expect(try one.isSatisfied(by: note(by: [0])))
    #expect(throws: NoteError.noKnownSignature(expected: [])) { try one.log(of: note(by: [0])) }
  }

  @Test("White space, empty lines and comment lines say nothing; names are bytes")
  func spelling() throws {
    var bytes = Array("\n \t\n  # Kommentar ü\n#\twitness\n\twitness  K \(witnesses[0].verifierKey)\t \n".utf8)
    // The Kelvin sign is equal to K for texts, and another name here; bytes that are no UTF-8 are a name too.
    bytes += Array("witness \u{212A} \(witnesses[1].verifierKey)\nwitness ".utf8) + [0xFF]
    bytes += Array(" \(witnesses[2].verifierKey)\ngroup g all K \u{212A} ".utf8) + [0xFF, 0x0A]
    bytes += Array("quorum g".utf8)
    let policy = try WitnessPolicy(parsing: bytes)
    #expect(try !policy.isSatisfied(by: note(by: [0, 1])))
    #expect(try policy.isSatisfied(by: note(by: [0, 1, 2])))
  }

  @Test("What the format does not allow is refused, with its line")
  func refused() throws {
    let keys = witnesses.map(\.verifierKey)
    let w = "witness a \(keys[0])\nwitness b \(keys[1])\n"
    let plain = try VerifierKey(name: "other", algorithm: .ed25519, publicKey: log.verifierKey.publicKey)
    let renamed = try VerifierKey(name: "other", algorithm: .ed25519Cosignature, publicKey: keys[0].publicKey)
    let cases: [(String, WitnessPolicyError)] = [
      ("", .noQuorum),
      (w, .noQuorum),
      (w + "quorum a\nquorum a\n", .secondQuorum(line: 4)),
      (w + "quorum a b\n", .malformed(line: 3, expected: "quorum <name>, or quorum none")),
      (w + "quorum c\n", .undefinedName(line: 3, name: "c")),
      ("quorum a\n" + w, .undefinedName(line: 1, name: "a")),
      (w + "group g any g\nquorum g\n", .undefinedName(line: 3, name: "g")),
      (w + "group g any none\nquorum g\n", .undefinedName(line: 3, name: "none")),
      (w + "group g any a a\nquorum g\n", .repeatedMember(line: 3, name: "a")),
      (w + "group g any a\ngroup h any a b\nquorum g\n", .repeatedMember(line: 4, name: "a")),
      (w + "group a any b\nquorum a\n", .duplicateName(line: 3, name: "a")),
      (w + "witness a \(keys[2])\nquorum a\n", .duplicateName(line: 3, name: "a")),
      (w + "witness c \(keys[0])\nquorum a\n", .duplicateKey(line: 3, first: 1)),
      (w + "witness c \(renamed)\nquorum a\n", .duplicateKey(line: 3, first: 1)),
      ("log \(log.verifierKey)\nlog \(plain)\nquorum none\n", .duplicateKey(line: 2, first: 1)),
      ("witness none \(keys[0])\nquorum none\n", .reservedName(line: 1)),
      (w + "group none any a\nquorum none\n", .reservedName(line: 3)),
      ("log \(keys[0])\nquorum none\n", .key(line: 1, .unsupportedAlgorithm(name: keys[0].name, algorithm: 4))),
      ("log \(log.verifierKey) url # why\nquorum none\n", .malformed(line: 1, expected: "log <vkey> [<url>]")),
      ("quorum none\r\n", .malformed(line: 1, expected: "no control characters other than the tab")),
      ("# \u{7F}\nquorum none\n", .malformed(line: 1, expected: "no control characters other than the tab")),
      ("Quorum none\n", .malformed(line: 1, expected: "log, witness, group or quorum")),
      (w + "group g any\nquorum g\n", .malformed(line: 3, expected: "group <name> all|any|<number> <member>…")),
    ]
    for (text, error) in cases {
      #expect(throws: error, "\(text)") { try WitnessPolicy(parsing: text) }
    }
    for count in ["0", "3", "-1", "+1", "01", "1.0", "18446744073709551617", "two"] {
      #expect(throws: WitnessPolicyError.self, "\(count)") {
        try WitnessPolicy(parsing: w + "group g \(count) a b\nquorum g\n")
      }
    }
    #expect(throws: WitnessPolicyError.self) { try WitnessPolicy(parsing: "witness a a+00000000+AAAA\nquorum a\n") }
  }

  @Test("Many logs, witnesses and groups")
  func many() throws {
    var policy = ""
    for place in 0..<64 {
      policy += "log \(try SigningKey.generate(name: "log\(place)").verifierKey)\n"
      policy += "witness w\(place) \(try CosigningKey.generate(name: "w\(place)").verifierKey)\n"
      policy += "group g\(place) any w\(place)\(place > 0 ? " g\(place - 1)" : "")\n"
    }
    #expect(try WitnessPolicy(parsing: policy + "quorum g63\n").witnesses.count == 64)
  }

  struct Policies: Decodable {
    struct Case: Decodable {
      var desc: String
      var policy: String
      var ok: Bool
      var members: Int?
    }
    var cases: [Case]
  }

  @Test(
    "The policies of transparency-dev, but for end-of-line comments and keys given twice, which C2SP forbids",
    .enabled(if: Vectors.arePresent, Comment(rawValue: Vectors.absence)))
  func vectors() throws {
    let cases = try Vectors.decode("formats/witness_policy.json", as: Policies.self).cases
    #expect(cases.count >= 11)
    for item in cases {
      switch item.desc {
      case "tidy": #expect(try WitnessPolicy(parsing: item.policy).witnesses.count == item.members)
      case "whitespace and comments":
        #expect(throws: WitnessPolicyError.malformed(line: 4, expected: "witness <name> <vkey> [<url>]")) {
          try WitnessPolicy(parsing: item.policy)
        }
        // But for the comments behind other text it is one, however it is spaced.
        let lines = item.policy.split(separator: "\n", omittingEmptySubsequences: false)
        let plain = lines.map { $0.replacing(/[ \t]*#comment$/, with: "") }.joined(separator: "\n")
        #expect(try WitnessPolicy(parsing: plain).witnesses.count == item.members)
      case "group numerical", "group all", "group any":
        #expect(throws: WitnessPolicyError.duplicateKey(line: 4, first: 3)) { try WitnessPolicy(parsing: item.policy) }
      default:
        #expect(!item.ok)
        #expect(throws: WitnessPolicyError.self, "\(item.desc)") { try WitnessPolicy(parsing: item.policy) }
      }
    }
  }
}
