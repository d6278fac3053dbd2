import Testing

@testable import TransparencyLog

/// Cosignatures of witnesses (C2SP tlog-cosignature).
struct CosignatureTests {
  static let text = "ledger.example/akten\n1\nKgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"

  static func key() throws -> CosigningKey {
    let seed = (1...32).map { UInt8($0) }
    let publicKey = try Ed25519.publicKey(ofSeed: seed)
    let key = try VerifierKey(name: "witness.example/w1", algorithm: .ed25519Cosignature, publicKey: publicKey)
    return try CosigningKey(SecretKeyText.encode(key, seed: seed))
  }

  @Test("A cosignature is the time and the Ed25519 signature of two lines and the checkpoint")
  func bytes() throws {
    let key = try CosignatureTests.key()
    let line = try key.cosignature(of: CosignatureTests.text, at: 1_700_000_000)
    #expect(line.bytes.prefix(8).elementsEqual([0, 0, 0, 0, 0x65, 0x53, 0xF1, 0x00]))
    #expect(line.bytes.count == 72)
    let signed = Array("cosignature/v1\ntime 1700000000\n\(CosignatureTests.text)".utf8)
    #expect(Ed25519.verify(Array(line.bytes.dropFirst(8)), of: signed, publicKey: key.verifierKey.publicKey))
    #expect(try Cosignature(line).timestamp == 1_700_000_000)
    #expect(try Cosignature(line).bytes == line.bytes)
  }

  @Test("A cosigned checkpoint verifies with both keys, and with neither once a byte differs")
  func verification() throws {
    let log = try SigningKey.generate(name: "ledger.example/akten")
    let witness = try CosignatureTests.key()
    var note = try Checkpoint(text: CosignatureTests.text).signed(by: log)
    #expect(try note.cosignature(by: witness.verifierKey) == nil)
    let later = try witness.cosignature(of: note.text, at: 1_700_000_100)
    let first = try witness.cosignature(of: note.text, at: 1_700_000_000)
    try note.append(signatureLines: later.line + first.line)
    #expect(try note.verified(by: [log.verifierKey, witness.verifierKey]).count == 2)
    #expect(try note.cosignature(by: witness.verifierKey) == first)
    #expect(try Checkpoint.open(note, by: log.verifierKey).size == 1)

    for index in first.bytes.indices {
      var bytes = first.bytes
      bytes[index] ^= 1
      let forged = SignedNote.Signature(name: first.name, keyID: first.keyID, bytes: bytes)
      var copy = try Checkpoint(text: CosignatureTests.text).signed(by: log)
      try copy.append(signatureLines: forged.line)
      #expect(throws: NoteError.invalidSignature(name: first.name, keyID: first.keyID)) {
        try copy.cosignature(by: witness.verifierKey)
      }
    }
  }

  @Test("A witness does not speak for the log, even under the log's name")
  func witnessIsNoLog() throws {
    let witness = try CosigningKey.generate(name: "ledger.example/akten")
    var note = try Checkpoint(text: CosignatureTests.text).signed(by: SigningKey.generate(name: "ledger.example/akten"))
    try note.append(signatureLines: witness.cosignature(of: note.text, at: 1).line)
    #expect(throws: NoteError.unsupportedAlgorithm(name: "ledger.example/akten", algorithm: 4)) {
      try Checkpoint.open(note, by: witness.verifierKey)
    }
  }

  @Test("Keys of witnesses and logs cannot be taken for each other")
  func keys() throws {
    let witness = try CosigningKey.generate(name: "witness.example/w1")
    #expect(try CosigningKey(witness.encoded).verifierKey == witness.verifierKey)
    #expect(try VerifierKey("\(witness.verifierKey)") == witness.verifierKey)
    #expect(witness.verifierKey.algorithm == .ed25519Cosignature)
    #expect(throws: NoteError.unsupportedAlgorithm(name: "witness.example/w1", algorithm: 4)) {
      try SigningKey(witness.encoded)
    }
    let log = try SigningKey.generate(name: "ledger.example/akten")
    #expect(throws: NoteError.unsupportedAlgorithm(name: "ledger.example/akten", algorithm: 1)) {
      try CosigningKey(log.encoded)
    }
    #expect(throws: NoteError.invalidKeyName("a b")) { try CosigningKey.generate(name: "a b") }
  }

  @Test(
    "Times above 2^63 − 1 and other lengths are refused",
    arguments: [[UInt8](repeating: 0, count: 71), [0x80] + [UInt8](repeating: 0, count: 71), []])
  func malformed(_ bytes: [UInt8]) {
    #expect(throws: NoteError.self) { try Cosignature(bytes) }
  }

  struct Timestamps: Decodable {
    struct Case: Decodable {
      var sig_base64: String
      var unix: UInt64?
      var want_err: Bool?
    }
    var cosignature_timestamp: [Case]
  }

  @Test("The times of foreign cosignatures", .enabled(if: Vectors.arePresent, Comment(rawValue: Vectors.absence)))
  func vectors() throws {
    let cases = try Vectors.decode("formats/signed_notes.json", as: Timestamps.self).cosignature_timestamp
    #expect(cases.count >= 3)
    for item in cases {
      let bytes = Base64.decode(item.sig_base64)
      if item.want_err == true {
        #expect(throws: NoteError.self) { try Cosignature(Array((bytes ?? []).dropFirst(4))) }
      } else {
        #expect(try Cosignature(Array(#require(bytes).dropFirst(4))).timestamp == item.unix)
      }
    }
  }
}
