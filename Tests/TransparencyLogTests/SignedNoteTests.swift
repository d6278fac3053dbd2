import Testing
import TransparencyLog

@Suite struct SignedNoteTests {
  static let vkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
  static let line =
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
  static let note = "This is an example message.\n\n" + line

  private func parse(_ text: String) throws(NoteError) -> SignedNote {
    try SignedNote(parsing: Array(text.utf8))
  }

  @Test("The example of the specification is read, verified and written back unchanged")
  func example() throws {
    let note = try parse(Self.note)
    let key = try VerifierKey(Self.vkey)
    #expect(note.text == "This is an example message.\n")
    #expect(note.signatures.map(\.name) == ["example.com/foo"])
    #expect(note.signatures.map(\.keyID) == [0x530d_903a])
    #expect(note.signatures[0].bytes.count == 64)
    #expect(try note.verified(by: [key]) == [key])
    #expect(note.encoded == Self.note)
  }

  @Test("A change of any byte of a note is found")
  func everyByte() throws {
    let key = try VerifierKey(Self.vkey)
    let original = Array(Self.note.utf8)
    for position in original.indices {
      for bit in 0..<8 {
        var altered = original
        altered[position] ^= 1 << bit
        #expect(throws: NoteError.self, "byte \(position), bit \(bit)") {
          try SignedNote(parsing: altered).verified(by: [key])
        }
      }
    }
  }

  @Test("Text and signatures are divided at the last empty line")
  func emptyLines() throws {
    let key = try SigningKey.generate(name: "k")
    let note = try SignedNote.sign("\n\none\n\ntwo\n\n", by: [key])
    let read = try parse(note.encoded)
    #expect(read.text == "\n\none\n\ntwo\n\n")
    #expect(try read.verified(by: [key.verifierKey]) == [key.verifierKey])
  }

  @Test("Signatures of unknown keys are ignored, even under a known name or key ID")
  func unknownKeys() throws {
    let key = try SigningKey.generate(name: "log")
    let namesake = try SigningKey.generate(name: "log")
    var note = try SignedNote.sign("Text\n", by: [namesake, key])
    #expect(try note.verified(by: [key.verifierKey]) == [key.verifierKey])
    // The key ID of `key` under a foreign name:
    let foreign = "— other " + (try key.signatureLine(for: "Text\n").dropFirst("— log ".count))
    try note.append(signatureLines: foreign)
    #expect(try note.verified(by: [key.verifierKey]) == [key.verifierKey])
    #expect(throws: NoteError.noKnownSignature(expected: ["log"])) {
      try SignedNote.sign("Text\n", by: [namesake]).verified(by: [key.verifierKey])
    }
    #expect(throws: NoteError.noKnownSignature(expected: [])) { try note.verified(by: []) }
  }

  @Test("A known key's signature that does not hold makes the note invalid, whoever else has signed")
  func forged() throws {
    let key = try SigningKey.generate(name: "log")
    let witness = try SigningKey.generate(name: "witness")
    var note = try SignedNote.sign("Text\n", by: [key])
    try note.append(signatureLines: witness.signatureLine(for: "Another text\n"))
    #expect(try note.verified(by: [key.verifierKey]) == [key.verifierKey])
    #expect(throws: NoteError.invalidSignature(name: "witness", keyID: witness.verifierKey.keyID)) {
      try note.verified(by: [key.verifierKey, witness.verifierKey])
    }
  }

  @Test("A known key of a type that cannot be verified is named, not passed over")
  func unsupported() throws {
    let key = try VerifierKey(name: "log", algorithm: .mldsa44, publicKey: [UInt8](repeating: 7, count: 1312))
    let identifier = withUnsafeBytes(of: key.keyID.bigEndian) { Array($0) }
    let line = "— log " + Base64.encode(identifier + [UInt8](repeating: 0, count: 2428)) + "\n"
    #expect(throws: NoteError.unsupportedAlgorithm(name: "log", algorithm: 6)) {
      try parse("Text\n\n" + line).verified(by: [key])
    }
  }

  @Test("Cosignatures are added once")
  func cosignatures() throws {
    let key = try SigningKey.generate(name: "log")
    let witness = try SigningKey.generate(name: "witness")
    var note = try SignedNote.sign("Text\n", by: [key])
    let line = try witness.signatureLine(for: "Text\n")
    try note.append(signatureLines: line)
    try note.append(signatureLines: line)
    #expect(note.signatures.count == 2)
    #expect(note.encoded.hasSuffix("\n" + line))
    let read = try parse(note.encoded)
    #expect(try read.verified(by: [key.verifierKey, witness.verifierKey]).count == 2)
  }

  @Test("Sixteen signatures and more are read, more than the limit are not")
  func manySignatures() throws {
    let lines = (0..<100).map { "— name\($0) AAAAAAA=\n" }
    #expect(try parse("Text\n\n" + lines.joined()).signatures.count == 100)
    #expect(throws: NoteError.malformedNote(expected: "at most 100 signatures, found 101")) {
      try parse("Text\n\n" + lines.joined() + "— one-more AAAAAAA=\n")
    }
  }

  @Test(
    "What is no signed note is refused",
    arguments: [
      "", "\n", "\n\n", "Text\n", "Text\n\n", "Text\n" + line, "Text\n\n" + line.dropLast(), "Text\n\n" + line + "\n",
      "Text\n\n" + line + "more\n", "Te\txt\n\n" + line, "Text\r\n\n" + line, "Text\n\n- name AAAAAAA=\n",
      "Text\n\n—  AAAAAAA=\n", "Text\n\n— name\n", "Text\n\n— name AAAA\n", "Text\n\n— name AAAAAAA\n",
      "Text\n\n— na+me AAAAAAA=\n", "Text\n\n— na\u{00A0}me AAAAAAA=\n", "Text\n\n— name AAAAAAA= \n",
    ])
  func malformed(text: String) {
    #expect(throws: NoteError.self) { try parse(text) }
  }

  @Test("Bytes that are not UTF-8 are refused")
  func invalidUTF8() {
    #expect(throws: NoteError.malformedNote(expected: "UTF-8")) {
      try SignedNote(parsing: [0xFF] + Array(Self.note.utf8))
    }
  }

  @Test("A text without a newline at its end, or with control characters, is not signed")
  func unsignable() throws {
    let key = try SigningKey.generate(name: "log")
    #expect(throws: NoteError.self) { try SignedNote.sign("Text", by: [key]) }
    #expect(throws: NoteError.self) { try SignedNote.sign("", by: [key]) }
    #expect(throws: NoteError.self) { try SignedNote.sign("Te\rxt\n", by: [key]) }
  }
}
